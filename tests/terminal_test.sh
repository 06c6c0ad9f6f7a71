#!/bin/sh
# What only a terminal sees: colours, and progress while a long input is read. terminal_test.sh AIM SOURCE
set -u
aim=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$2" || exit 1
passed=0 failed=0
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
# Whatever is run, it reaches no cluster of whoever runs it.
KUBECONFIG=/nonexistent HOME=$folder
export KUBECONFIG HOME
unset KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT

if ! command -v script >/dev/null; then
    echo "SKIP terminal: there is no script (bsdutils) to make one"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

check() { # NAME EXPECTED(yes|no) PATTERN FILE
    if grep -q "$3" "$4"; then found=yes; else found=no; fi
    if [ "$found" = "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $1"
    fi
}
on_terminal() { script -qec "$1" /dev/null </dev/null >"$folder/out" 2>&1; }

awk 'BEGIN { for (i = 0; i < 90000; i++) printf "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%d}\ndata: {text: \"%0150d\"}\n", i, i }' >"$folder/long.yaml"
escape=$(printf '\033')

on_terminal "env TERM=xterm '$aim' explain -s ml-team/qwen-service -f examples/mi300x-cluster -f '$folder/long.yaml'"
check "a long input shows progress on a terminal" yes "reading .*long.yaml: [0-9]* MB" "$folder/out"
check "the answer has colours on a terminal" yes "$escape\[32m" "$folder/out"
on_terminal "env TERM=xterm '$aim' explain -q -s ml-team/qwen-service -f examples/mi300x-cluster -f '$folder/long.yaml'"
check "-q shows none" no "reading" "$folder/out"
on_terminal "env TERM=xterm NO_COLOR=1 '$aim' explain -s ml-team/qwen-service -f examples/mi300x-cluster"
check "NO_COLOR counts" no "$escape\[32m" "$folder/out"
check "a short input shows no progress" no "reading" "$folder/out"
on_terminal "env TERM=dumb '$aim' explain -s ml-team/qwen-service -f examples/mi300x-cluster -f '$folder/long.yaml'"
check "a dumb terminal gets neither" no "$escape" "$folder/out"
"$aim" explain -s ml-team/qwen-service -f examples/mi300x-cluster -f "$folder/long.yaml" >"$folder/out" 2>&1
check "a pipe gets neither" no "$escape\|reading" "$folder/out"
check "a pipe gets the answer" yes "^  chosen    qwen3-32b-mi300x-fp16-latency" "$folder/out"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
