#!/bin/sh
# libaim as a distribution and an operator's team consume it: installed, found, linked, embedded, looked into. Each file of
# tests/packaging is one part of that; all share the builds of builds.sh, so they run in this order.
#
#   packaging_test.sh SOURCE_FOLDER [--refresh]
#
# --refresh accepts the list of installed files. CC, CXX and AIM_GENERATOR choose other compilers and another generator.
# Prints "PASS name", "FAIL name" or "SKIP name: why" for each test, then the counts; exit code 1 when one failed.
if [ $# -lt 1 ]; then
    echo "usage: packaging_test.sh SOURCE_FOLDER [--refresh]" >&2
    exit 2
fi
source=$(cd "$1" && pwd) || exit 2
refresh=no
[ "${2:-}" != --refresh ] || refresh=yes
packaging=$source/tests/packaging
cc=${CC:-cc}
cxx=${CXX:-c++}

. "$packaging/harness.sh"
. "$packaging/builds.sh"
if [ "$failed" -gt 0 ]; then
    skip "every other test" "there is nothing to install and consume"
    finish
    exit 1
fi
for part in install_test pkgconfig_test cmake_package_test embedding_test curl_test artifacts_test reproducible_test; do
    . "$packaging/$part.sh"
done
finish
