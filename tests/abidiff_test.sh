#!/bin/sh
# The library against the one of the newest release tag: additions are fine, any other change of the ABI fails.
#
#   abidiff_test.sh BUILD_FOLDER
#
# BUILD_FOLDER holds a libaim.so with debug information. The tag is built beside it with the same compiler. Where
# abi_test.py compares lists of what the headers say, this compares what the two compiled libraries are.
#
# Prints "PASS name", "FAIL name" or "SKIP name: why" and the counts; exit code 1 when it failed.
if [ $# -ne 1 ]; then
    echo "usage: abidiff_test.sh BUILD_FOLDER" >&2
    exit 2
fi
build=$(cd "$1" && pwd) || exit 2
cd "$(dirname "$0")/.." || exit 2
name=library_keeps_the_abi_of_its_last_release
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM

skip() {
    echo "SKIP $name: $1"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}

fail() { # WHY [FILE]
    echo "FAIL $name: $1"
    [ -z "${2:-}" ] || sed 's/^/    /' "$2"
    echo "0 passed, 1 failed"
    exit 1
}

git rev-parse --git-dir >/dev/null 2>&1 || skip "this is no git clone"
tag=$(git tag --list 'v[0-9]*' --sort=-version:refname | head -n 1)
[ -n "$tag" ] || skip "no version is tagged"
command -v abidiff >/dev/null 2>&1 || skip "there is no abidiff (package abigail-tools)"
readelf -SW "$build/libaim.so" 2>/dev/null | grep -q '\.debug_info' || fail "$1/libaim.so has no debug information"

mkdir "$scratch/source" "$scratch/build"
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
git archive "$tag" | tar -x -C "$scratch/source" || fail "$tag cannot be unpacked"
{
    cmake -S "$scratch/source" -B "$scratch/build" -DCMAKE_BUILD_TYPE=Debug -DAIM_BUILD_CURL=OFF -DCMAKE_C_COMPILER="${compiler:-cc}" \
        -DAIM_BUILD_TOOL=OFF -DAIM_BUILD_EXAMPLES=OFF -DAIM_BUILD_TESTS=OFF &&
        cmake --build "$scratch/build" --target aim_shared --parallel 2
} >"$scratch/log" 2>&1 || fail "$tag does not build" "$scratch/log"

soname() { readelf -dW "$1/libaim.so" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p'; }
[ "$(soname "$build")" = "$(soname "$scratch/build")" ] || skip "$tag has another SONAME, $(soname "$scratch/build")"

# The bits of the exit code: 1 it could not be done, 2 wrong usage, 4 the ABI changed, 8 incompatibly. All four fail:
# without added symbols, and with growing structs suppressed, whatever is left is a break.
abidiff --no-added-syms --suppressions abi/abidiff.suppr --headers-dir1 "$scratch/source/include" --headers-dir2 include \
    "$scratch/build/libaim.so" "$build/libaim.so" >"$scratch/log" 2>&1
code=$?
[ "$code" -eq 0 ] || fail "abidiff ends with $code against $tag" "$scratch/log"
echo "PASS $name"
echo "1 passed, 0 failed"
