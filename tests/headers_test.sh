#!/bin/sh
# The public headers on their own, and the symbols of the shared library.
#
#   headers_test.sh BUILD_FOLDER SOURCE_FOLDER
#
# Prints "PASS name", "FAIL name" or "SKIP name: why" for each test; exit code 1 when one failed.
if [ $# -ne 2 ]; then
    echo "usage: headers_test.sh BUILD_FOLDER SOURCE_FOLDER" >&2
    exit 2
fi
build=$1
source=$2
failures=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
LC_ALL=C
export LC_ALL

pass() { echo "PASS $1"; }
skip() { echo "SKIP $1: $2"; }

# fail NAME: shows what was printed, indented.
fail() {
    echo "FAIL $1"
    for stream in out err; do
        if [ -s "$scratch/$stream" ]; then
            echo "  std$stream:"
            sed 's/^/    /' "$scratch/$stream"
        fi
    done
    failures=$((failures + 1))
}

silent() { [ ! -s "$scratch/${1:-err}" ]; }

# --- the headers ---

# headers_alone COMPILER LANGUAGE STANDARD: each header as a translation unit of its own, included twice.
headers_alone() {
    name="headers_alone_$1_$3"
    if ! command -v "$1" >/dev/null 2>&1; then
        skip "$name" "there is no $1"
        return
    fi
    if ! echo 'int aim_probe;' | "$1" -x "$2" "-std=$3" -fsyntax-only - 2>/dev/null; then
        skip "$name" "$1 does not know -std=$3"
        return
    fi
    : >"$scratch/out"
    if "$1" -x "$2" "-std=$3" -Wall -Wextra -Wpedantic -Werror -fsyntax-only "-I$source/include" "$scratch"/header/*.inc 2>"$scratch/err"; then
        pass "$name"
    else
        fail "$name"
    fi
}

check_headers() {
    mkdir "$scratch/header"
    for header in "$source"/include/aim/*.h; do
        base=${header##*/}
        printf '#include <aim/%s>\n#include <aim/%s>\nextern int aim_probe;\n' "$base" "$base" >"$scratch/header/${base%.h}.inc"
    done
    for compiler in gcc clang; do
        for standard in c99 c11 c17 c2x; do headers_alone $compiler c $standard; done
    done
    for compiler in g++ clang++; do
        for standard in c++11 c++14 c++17 c++20; do headers_alone $compiler c++ $standard; done
    done
}

# --- the symbols ---

library=$build/libaim.so

mapped() { sed -n 's/^ *\(aim_[a-z0-9_]*\);$/\1/p' "$source/lib/aim.map" | sort; }

# Every defined dynamic symbol but the version node itself, without its version.
exported() { nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort; }

library_exports_exactly_its_map() {
    mapped >"$scratch/mapped"
    exported >"$scratch/exported"
    [ -s "$scratch/mapped" ] && diff "$scratch/mapped" "$scratch/exported" >"$scratch/out"
}

library_exports_functions_only() {
    nm -D --defined-only "$library" | awk '$2 != "A" && $2 != "T"' >"$scratch/out"
    silent out
}

headers_declare_exactly_the_map() {
    mapped >"$scratch/mapped"
    sed -n 's/^AIM_API .*[ *]\(aim_[a-z0-9_]*\)(.*/\1/p' "$source"/include/aim/*.h | sort >"$scratch/declared"
    diff "$scratch/mapped" "$scratch/declared" >"$scratch/out"
}

map_is_sorted() {
    sed -n 's/^ *\(aim_[a-z0-9_]*\);$/\1/p' "$source/lib/aim.map" >"$scratch/mapped"
    sort -c "$scratch/mapped" 2>"$scratch/err"
}

# --- all of them ---

check() {
    : >"$scratch/out"
    : >"$scratch/err"
    if "$1"; then pass "$1"; else fail "$1"; fi
}

check_headers
check headers_declare_exactly_the_map
check map_is_sorted
if ! command -v nm >/dev/null 2>&1; then
    skip library_exports_exactly_its_map "there is no nm"
elif [ ! -e "$library" ]; then
    skip library_exports_exactly_its_map "there is no shared library"
else
    check library_exports_exactly_its_map
    check library_exports_functions_only
fi
[ "$failures" -eq 0 ]
