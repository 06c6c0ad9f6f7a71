#!/bin/sh
# Runs one test with the test's second CA among those of the system: run_system_ca.sh PROGRAM
# For this process alone: in a mount name space of its own, with a folder bound over the system's.
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${AIM_CURL_TEST_SYSTEM_CA:-}" ]; then
    AIM_CURL_TEST_SYSTEM_CA=1 AIM_CURL_WRAPPER="sh $here/run_system_ca.sh" exec sh "$here/run.sh" "$1" \
        trust.with_a_ca_of_the_cluster_the_systems_do_not_count
fi
# Here we are between run.sh and the program.
skip() { echo "SKIP trust.with_a_ca_of_the_cluster_the_systems_do_not_count: $1"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
system=$(curl-config --ca 2>/dev/null | sed 's|/[^/]*$||')
[ -d "${system:=/etc/ssl/certs}" ] || skip "no folder of the system's certificates"
command -v unshare >/dev/null || skip "no unshare"
unshare --user --map-root-user --mount true 2>/dev/null || unshare --mount true 2>/dev/null || skip "no name spaces"
certificates=$AIM_CURL_TEST_FOLDER/system
mkdir "$certificates"
cp "$AIM_CURL_TEST_FOLDER/other.crt" "$certificates/$(openssl x509 -noout -hash -in "$AIM_CURL_TEST_FOLDER/other.crt").0"
# libcurl also wants the system's one file; that the folder counts beside it is what the test is about.
cp "$AIM_CURL_TEST_FOLDER/ca.crt" "$certificates/ca-certificates.crt"
inside='mount --bind "$0" "$1" && shift && exec "$@"'
if unshare --mount true 2>/dev/null; then
    exec unshare --mount sh -c "$inside" "$certificates" "$system" "$@"
fi
exec unshare --user --map-root-user --mount sh -c "$inside" "$certificates" "$system" "$@"
