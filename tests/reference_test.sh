#!/bin/sh
# The reference of the C API: doxygen reads the headers without a warning, so every declaration, parameter, result and
# member is documented, and every command of a comment is understood.
#
#   reference_test.sh BUILD_FOLDER
#
# The pages are left in BUILD_FOLDER/reference/html. Prints "PASS name", "FAIL name" with the warnings, or
# "SKIP name: why", and the counts; exit code 1 when it failed.
if [ $# -ne 1 ]; then
    echo "usage: reference_test.sh BUILD_FOLDER" >&2
    exit 2
fi
build=$(cd "$1" && pwd) || exit 2
cd "$(dirname "$0")/.." || exit 2
name=reference_is_complete

if ! command -v doxygen >/dev/null 2>&1; then
    echo "SKIP $name: there is no doxygen"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
AIM_REFERENCE=$build/reference
AIM_VERSION=$(sed -n 's/^#define AIM_VERSION "\(.*\)".*/\1/p' include/aim/version.h)
export AIM_REFERENCE AIM_VERSION
mkdir -p "$AIM_REFERENCE" || exit 2
# Not only the exit code: older doxygens know FAIL_ON_WARNINGS as a warning.
if doxygen docs/Doxyfile >"$AIM_REFERENCE/log" 2>&1 && [ ! -s "$AIM_REFERENCE/log" ]; then
    echo "PASS $name"
    echo "1 passed, 0 failed"
else
    echo "FAIL $name: $(grep -c 'warning:\|error:' "$AIM_REFERENCE/log") warnings"
    sed "s|$PWD/||" "$AIM_REFERENCE/log"
    echo "0 passed, 1 failed"
    exit 1
fi
