#!/bin/sh
# Runs the tests against a real kube-apiserver: run_live.sh SERVER PROGRAM
# SERVER is what tests/apiserver/build.sh made.
set -u
folder=$(mktemp -d)
server=
finish() {
    exec 9>&-
    [ -z "$server" ] || wait "$server" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM
mkfifo "$folder/alive" || exit 1
"$1" --dir "$folder/cluster" <"$folder/alive" >"$folder/said" 2>"$folder/errors" &
server=$!
exec 9>"$folder/alive" # the server ends when this does
waited=0
until grep -q '^READY ' "$folder/said"; do
    waited=$((waited + 1))
    [ $waited -lt 600 ] && kill -0 "$server" 2>/dev/null || { cat "$folder/errors"; echo "0 passed, 1 failed"; exit 1; }
    sleep 0.1
done
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
AIM_CURL_LIVE_FOLDER=$folder/cluster "$2" live 9>&-
