#!/bin/sh
# Golden cases that a person can read: each folder of tests/golden holds README (what it shows), its input, and commands,
# lines of "FILE: arguments of aim". The output, with the exit code as its last line, must be FILE. Lines of
# commands-with-libcurl and commands-without-libcurl count only for an aim that was built so.
#
# No cluster of whoever runs it is reached: there is no kubeconfig, no home folder and no pod.
#
#   golden.sh AIM [--refresh] [CASE]...
set -u
aim=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
refresh=no
[ "${1:-}" = --refresh ] && { refresh=yes; shift; }
cd "$(dirname "$0")/golden" || exit 1
[ $# -gt 0 ] || set -- *
passed=0 failed=0
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
actual=$scratch/actual
KUBECONFIG=/nonexistent HOME=$scratch
export KUBECONFIG HOME
unset KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT
flavour=with-libcurl
"$aim" explain 2>&1 | grep -q "built without libcurl" && flavour=without-libcurl
for case in "$@"; do
    for commands in "$case/commands" "$case/commands-$flavour"; do
        [ "$commands" = "$case/commands" ] || [ -f "$commands" ] || continue
        while IFS=: read -r file arguments; do
            [ -n "$file" ] || continue
            # The arguments are ours and hold no blanks inside.
            (cd "$case" && "$aim" $arguments >"$actual" 2>&1; echo "exit code $?" >>"$actual")
            if [ "$refresh" = yes ]; then
                cp "$actual" "$case/$file"
            elif diff -u "$case/$file" "$actual"; then
                passed=$((passed + 1))
            else
                echo "FAIL $case/$file (aim$arguments)"
                failed=$((failed + 1))
            fi
        done <"$commands"
    done
done
[ "$refresh" = yes ] && { echo "refreshed; read the difference before you commit it"; exit 0; }
echo "golden: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
