#!/bin/sh
# The public headers as others use them (every C and C++ standard, cffi, cgo), and the symbols of the shared library.
# What the headers declare and how it is laid out is the matter of abi_test.py.
#
#   headers_test.sh BUILD_FOLDER SOURCE_FOLDER
#
# Prints "PASS name", "FAIL name" or "SKIP name: why" for each test and the counts; exit code 1 when one failed.
if [ $# -ne 2 ]; then
    echo "usage: headers_test.sh BUILD_FOLDER SOURCE_FOLDER" >&2
    exit 2
fi
build=$(cd "$1" && pwd) || exit 2
source=$(cd "$2" && pwd) || exit 2
passed=0 failed=0 skipped=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
LC_ALL=C
export LC_ALL

pass() {
    echo "PASS $1"
    passed=$((passed + 1))
}

skip() {
    echo "SKIP $1: $2"
    skipped=$((skipped + 1))
}

# fail NAME: shows what was printed, indented.
fail() {
    echo "FAIL $1"
    for stream in out err; do
        if [ -s "$scratch/$stream" ]; then
            echo "  std$stream:"
            sed 's/^/    /' "$scratch/$stream"
        fi
    done
    failed=$((failed + 1))
}

silent() { [ ! -s "$scratch/${1:-err}" ]; }

# --- the headers ---

# A program that includes the headers brings its own warnings: they must stay silent under all of these.
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Werror"
warnings_c="-Wc++-compat -Wstrict-prototypes"
warnings_cxx="-Wold-style-cast"

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
    if [ "$2" = c ]; then more=$warnings_c; else more=$warnings_cxx; fi
    # shellcheck disable=SC2086 # options are words
    if "$1" -x "$2" "-std=$3" $warnings $more -fsyntax-only "-I$source/include" "$scratch"/header/*.inc 2>"$scratch/err"; then
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
        for standard in c++11 c++14 c++17 c++20 c++2b; do headers_alone $compiler c++ $standard; done
    done
}

# --- other languages ---

library=$build/libaim.so

# A library that was built with a sanitizer cannot be loaded into a program that was not.
sanitized() { nm -D --undefined-only "$library" | grep -qE ' __(asan|tsan|msan|ubsan)_'; }

# The declarations without anything of the compiler's or of libc: cffi reads neither attributes nor directives.
preprocessed_for_cffi() {
    mkdir -p "$scratch/empty"
    : >"$scratch/empty/stddef.h"
    : >"$scratch/empty/stdint.h"
    "${CC:-cc}" -E -P -nostdinc '-D__attribute__(attribute)=' "-I$scratch/empty" "-I$source/include" -include "$source/include/aim/aim.h" -x c "$source/include/aim/curl.h"
}

python_with_cffi() {
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import cffi' 2>/dev/null && echo "$python" && return
    done
    return 1
}

# cffi lays structs out by itself: the golden layout of this machine's data model has to be what it finds.
cffi_lays_structs_out_as_the_compiler() {
    preprocessed_for_cffi >"$scratch/declarations" 2>"$scratch/err" &&
        "$(python_with_cffi)" - "$source/abi/current" "$scratch/declarations" >"$scratch/out" 2>>"$scratch/err" <<'END'
import sys
import cffi

folder, declarations = sys.argv[1:]
ffi = cffi.FFI()
ffi.cdef(open(declarations, encoding="utf-8").read())
model = "lp64" if ffi.sizeof("void *") == 8 else "ilp32"
structs = 0
for line in open(f"{folder}/layout-{model}.txt", encoding="utf-8"):
    words = line.split()
    if line.startswith(" "):
        struct, member = words[0].split(".")
        assert ffi.offsetof(struct, member) == int(words[2]), line
    else:
        assert ffi.sizeof(words[0]) == int(words[2]), line
        structs += 1
assert structs, "no structs"
END
}

cffi_finds_every_function() {
    preprocessed_for_cffi >"$scratch/declarations" 2>"$scratch/err" &&
        "$(python_with_cffi)" - "$library" "$source/abi/current/symbols.txt" "$scratch/declarations" >"$scratch/out" 2>>"$scratch/err" <<'END'
import os
import sys
import cffi

library, symbols, declarations = sys.argv[1:]
ffi = cffi.FFI()
ffi.cdef(open(declarations, encoding="utf-8").read())
loaded = ffi.dlopen(os.path.abspath(library))
names = [line.split("@")[0] for line in open(symbols, encoding="utf-8") if "@" in line]
for name in names:
    getattr(loaded, name)
assert names and ffi.string(loaded.aim_version())
END
}

check_cffi() {
    if ! python_with_cffi >/dev/null; then
        skip cffi_lays_structs_out_as_the_compiler "there is no python3 with cffi (package python3-cffi)"
        skip cffi_finds_every_function "there is no python3 with cffi (package python3-cffi)"
        return
    fi
    check cffi_lays_structs_out_as_the_compiler
    if sanitized; then skip cffi_finds_every_function "libaim is built with a sanitizer"
    else check cffi_finds_every_function; fi
}

# A package that names every function and every struct through cgo, linked and run.
cgo_builds_against_the_headers() {
    mkdir "$scratch/cgo"
    {
        printf 'package main\n\n// #include <aim/aim.h>\n// #include <aim/curl.h>\nimport "C"\nimport "unsafe"\n\nvar functions = []unsafe.Pointer{\n'
        sed -n 's/^\(aim_[a-z0-9_]*\)@.*/\tunsafe.Pointer(C.\1),/p' "$source/abi/current/symbols.txt"
        printf '}\n\nvar sizes = []uintptr{\n'
        sed -n 's/^\(aim_[a-z0-9_]*\) size .*/\tunsafe.Sizeof(C.\1{}),/p' "$source/abi/current/layout-lp64.txt"
        printf '}\n\nfunc main() {\n\tif C.GoString(C.aim_version()) != C.AIM_VERSION || len(functions)*len(sizes) == 0 {\n'
        printf '\t\tpanic("the library is not that of the headers")\n\t}\n}\n'
    } >"$scratch/cgo/main.go"
    printf 'module example.org/probe\n\ngo 1.18\n' >"$scratch/cgo/go.mod"
    (
        cd "$scratch/cgo" &&
            CGO_CFLAGS="-I$source/include -Wall -Werror" CGO_LDFLAGS="-L$build -laim" GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local \
                GOCACHE="${GOCACHE:-$(go env GOCACHE 2>/dev/null || echo "$scratch/gocache")}" go build -o probe . &&
            LD_LIBRARY_PATH="$build" ./probe
    ) >"$scratch/out" 2>"$scratch/err"
}

check_cgo() {
    if ! command -v go >/dev/null 2>&1; then skip cgo_builds_against_the_headers "there is no go"
    elif [ "$(go env CGO_ENABLED)" != 1 ]; then skip cgo_builds_against_the_headers "go has no C compiler"
    elif sanitized; then skip cgo_builds_against_the_headers "libaim is built with a sanitizer"
    else check cgo_builds_against_the_headers; fi
}

# --- the symbols ---

mapped() { sed -n 's/^ *\(aim_[a-z0-9_]*\);$/\1/p' "$source/lib/aim.map" | sort; }

# Those of the libraries that have maps of their own, too.
mapped_in_all() { cat "$source"/lib/*.map | sed -n 's/^ *\(aim_[a-z0-9_]*\);$/\1/p' | sort; }

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
    mapped_in_all >"$scratch/mapped"
    sed -n 's/^AIM_API .*[ *]\(aim_[a-z0-9_]*\)(.*/\1/p' "$source"/include/aim/*.h | sort >"$scratch/declared"
    diff "$scratch/mapped" "$scratch/declared" >"$scratch/out"
}

# Inside each version node, oldest first.
map_is_sorted() {
    for map in "$source"/lib/*.map; do
        awk '/^LIBAIM/ { node = $1 } /^ *aim_[a-z0-9_]*;$/ { print node, $1 }' "$map" >"$scratch/mapped"
        LC_ALL=C sort -c "$scratch/mapped" 2>>"$scratch/err" || return 1
    done
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
if ! command -v nm >/dev/null 2>&1; then why="there is no nm"
elif [ ! -e "$library" ]; then why="there is no shared library"
else why=; fi
if [ -z "$why" ]; then
    check library_exports_exactly_its_map
    check library_exports_functions_only
    check_cffi
    check_cgo
else
    for name in library_exports_exactly_its_map library_exports_functions_only cffi_lays_structs_out_as_the_compiler \
        cffi_finds_every_function cgo_builds_against_the_headers; do
        skip $name "$why"
    done
fi
counts="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || counts="$counts, $skipped skipped"
echo "$counts"
[ "$failed" -eq 0 ]
