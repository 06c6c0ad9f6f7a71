#!/bin/sh
# The same bytes on another architecture and with another word size: libaim, tool and tests are compiled for 64-bit ARM and
# for 32-bit x86, without libaim-curl, and run there, through qemu where this machine cannot do it itself.
#
#   cross_test.sh SOURCE_FOLDER
#
# "tools/setup cross" installs what it takes. Prints "PASS name", "FAIL name" or "SKIP name: why" for each test, then the
# counts; exit code 1 when one failed.
if [ $# -ne 1 ]; then
    echo "usage: cross_test.sh SOURCE_FOLDER" >&2
    exit 2
fi
source=$(cd "$1" && pwd) || exit 2
. "$source/tests/packaging/harness.sh"

# what_is_missing TARGET FOLDER_OF_LIBRARIES: the reason why it cannot be built, nothing if it can.
what_is_missing() {
    have "$1-gcc" || { echo "there is no $1-gcc (tools/setup cross)"; return; }
    for library in libyaml libjson-c; do
        [ -e "/usr/lib/$2/$library.so" ] || { echo "there is no $library for $2 (tools/setup cross)"; return; }
    done
}

# for_target TARGET SOURCE BUILD ARGUMENT... The core alone: there is no libcurl for the target.
for_target() {
    toolchain=$source/cmake/toolchains/$1.cmake
    shift
    configure "$@" -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DAIM_BUILD_CURL=OFF -DAIM_BUILD_EXAMPLES=OFF -DAIM_WARNINGS_AS_ERRORS=ON
}
builds_for() { for_target "$1" "$source" "$scratch/$1" && build "$scratch/$1"; }

# machine_is TARGET PATTERN: so far nobody knows that it was not built for this machine.
machine_is() {
    for file in libaim.so aim tests/aim_tests_plain; do
        readelf -hW "$scratch/$1/$file" | grep -Eq "Machine: *$2\$" || complain "$file is not for $1" || return 1
    done
    readelf -dW "$scratch/$1/libaim.so" | lacks TEXTREL
}

# find_runner TARGET QEMU: $scratch/TARGET-run starts a program of the target; false if nothing can.
find_runner() {
    "$scratch/$1/aim" version >/dev/null 2>&1 && runner="" || runner=$(command -v "$2-static" || command -v "$2") || return 1
    printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$runner" "$scratch/$1/aim" >"$scratch/$1-aim" && chmod +x "$scratch/$1-aim"
}

golden_cases_are_the_same_bytes_on() { sh "$source/tests/golden.sh" "$scratch/$1-aim"; }
unit_tests_pass_on() { AIM_TEST_EMULATED=${runner:+yes} $runner "$scratch/$1/tests/aim_tests_plain"; }
completions_come_from_the_tool_of() {
    for shell in bash zsh fish; do
        "$scratch/$1-aim" completion $shell | cmp - "$scratch/$1/completions/aim.$shell" || return 1
    done
}

# Without an emulator nothing can be asked of the tool while it is built.
completions_are_left_out_without_an_emulator_for() {
    for_target "$1" "$source" "$scratch/$1-alone" -DAIM_BUILD_TESTS=OFF -DAIM_EMULATOR=OFF >"$scratch/configured" &&
        grep -q 'no shell completions' "$scratch/configured" && build "$scratch/$1-alone" &&
        DESTDIR="$scratch/$1-stage" cmake --install "$scratch/$1-alone" --component tools >"$scratch/installed" &&
        grep -q '/bin/aim$' "$scratch/installed" && lacks -i complet "$scratch/installed"
}

# cross TARGET FOLDER_OF_LIBRARIES MACHINE QEMU
cross() {
    reason=$(what_is_missing "$1" "$2")
    if [ -n "$reason" ]; then
        skip "$1" "$reason"
        return
    fi
    check builds_for "$1"
    [ -x "$scratch/$1/tests/aim_tests_plain" ] || return
    check machine_is "$1" "$3"
    if ! find_runner "$1" "$4"; then
        skip "programs of $1" "this machine cannot run them and there is no $4 (tools/setup cross)"
        return
    fi
    check golden_cases_are_the_same_bytes_on "$1"
    check unit_tests_pass_on "$1"
    # The toolchain file takes qemu or nothing.
    if have "$4-static" || have "$4"; then
        check completions_come_from_the_tool_of "$1"
    else
        skip "completions_come_from_the_tool_of $1" "there is no $4"
    fi
}

cross aarch64-linux-gnu aarch64-linux-gnu AArch64 qemu-aarch64
cross i686-linux-gnu i386-linux-gnu 'Intel 80386' qemu-i386
if [ -z "$(what_is_missing i686-linux-gnu i386-linux-gnu)" ]; then
    check completions_are_left_out_without_an_emulator_for i686-linux-gnu
else
    skip completions_are_left_out_without_an_emulator_for "$(what_is_missing i686-linux-gnu i386-linux-gnu)"
fi
finish
