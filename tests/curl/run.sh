#!/bin/sh
# Runs the tests of libaim-curl with certificates and a server of their own: run.sh PROGRAM [SUITE[.NAME]]...
# AIM_CURL_WRAPPER (such as "valgrind -q") is put in front of the program.
set -u
here=$(cd "$(dirname "$0")" && pwd)
for needed in openssl python3; do
    command -v $needed >/dev/null || { echo "SKIP the tests of libaim-curl: no $needed"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
done
folder=$(mktemp -d)
server=
finish() {
    exec 9>&-
    [ -z "$server" ] || wait "$server" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM
sh "$here/certificates.sh" "$folder" || { echo "the certificates could not be made"; echo "0 passed, 1 failed"; exit 1; }
mkfifo "$folder/alive" || exit 1
python3 -W ignore "$here/server.py" "$folder" <"$folder/alive" 2>"$folder/server.log" &
server=$!
exec 9>"$folder/alive" # the server ends when this does
waited=0
until [ -e "$folder/ready" ]; do
    waited=$((waited + 1))
    [ $waited -lt 200 ] && kill -0 "$server" 2>/dev/null || { cat "$folder/server.log"; echo "0 passed, 1 failed"; exit 1; }
    sleep 0.1
done
# Nothing of whoever runs this may decide how the tests go.
unset KUBECONFIG KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT POD_NAMESPACE SSL_CERT_FILE SSL_CERT_DIR
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY CURL_CA_BUNDLE
program=$1
shift
AIM_CURL_TEST_FOLDER=$folder ${AIM_CURL_WRAPPER:-} "$program" "$@" 9>&-
code=$?
grep -v Warning "$folder/server.log" | head -n 20
exit $code
