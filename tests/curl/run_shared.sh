#!/bin/sh
# Runs the programs that link the shared libraries: run_shared.sh PROGRAM OTHER_VERSION_PROGRAM
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${AIM_CURL_TEST_OTHER:-}" ]; then
    AIM_CURL_TEST_OTHER=$2 AIM_CURL_WRAPPER="sh $here/run_shared.sh" exec sh "$here/run.sh" "$1"
fi
config=$AIM_CURL_TEST_FOLDER/shared.config
cat >"$config" <<END
current-context: it
clusters: [{name: c, cluster: {server: "https://localhost:$(cat "$AIM_CURL_TEST_FOLDER/port.good")", certificate-authority: ca.crt}}]
contexts: [{name: it, context: {cluster: c, user: u}}]
users: [{name: u}]
END
chmod 600 "$config"
failed=0
"$1" "$config" >/dev/null || { echo "FAIL the shared libraries work together"; failed=$((failed + 1)); }
"$AIM_CURL_TEST_OTHER" "$config" >/dev/null || { echo "FAIL a libaim of another version is refused"; failed=$((failed + 1)); }
echo "$((2 - failed)) passed, $failed failed"
[ $failed -eq 0 ]
