# What a Release build leaves in the libraries and the tool, unstripped: the hardening of cmake/Hardening.cmake, the libraries
# they need, and that libaim.so holds nothing that runs or changes by itself: no constructors, no thread-local storage, no
# writable globals. libaim-curl.so has no more of the last than libcurl makes it have.
library=$scratch/both/moved/lib/libaim.so
transport=$scratch/both/moved/lib/libaim-curl.so
headers() { readelf -lW "$1"; }
dynamic() { readelf -dW "$1"; }

# each FUNCTION: for both libraries and the tool.
each() { "$1" "$library" && "$1" "$transport" && "$1" "$tool"; }

has_read_only_relocations() { headers "$1" | grep -q '^  GNU_RELRO ' || complain "no GNU_RELRO in $1"; }
is_bound_when_loaded() { dynamic "$1" | grep -Eq 'BIND_NOW|FLAGS_1.* NOW' || complain "$1 is bound lazily"; }
has_no_executable_stack() { [ "$(headers "$1" | awk '$1 == "GNU_STACK" { print $7 }')" = RW ] || complain "the stack of $1 is executable"; }
has_no_writable_code() {
    [ -z "$(headers "$1" | awk '$1 == "LOAD" && /RWE/')" ] && dynamic "$1" | lacks TEXTREL || complain "$1 has writable code"
}
protects_its_stack() { readelf --dyn-syms -W "$1" | grep -q ' __stack_chk_fail' || complain "no stack protector in $1"; }
checks_sizes() { readelf --dyn-syms -W "$1" | grep -Eq ' __[a-z]+_chk(@|$)' || complain "no fortified function in $1"; }

relocations_are_read_only() { each has_read_only_relocations; }
symbols_are_bound_when_loaded() { each is_bound_when_loaded; }
stack_is_not_executable() { each has_no_executable_stack; }
code_is_not_writable() { each has_no_writable_code; }
stack_is_protected() { each protects_its_stack; }
sizes_are_checked() { each checks_sizes; }
# The first instruction of a function says that it may be called; the notes that say so of a whole file need a C library that
# was built that way.
control_flow_is_protected() {
    objdump -d --no-show-raw-insn --disassemble=aim_plan_new "$library" | sed -n '/<aim_plan_new@*[^>]*>:/{n;p;}' |
        grep -E 'endbr64|paciasp|bti' || complain "aim_plan_new can be jumped into"
}
tool_is_position_independent() { readelf -hW "$tool" | grep -q 'Type: *DYN' && dynamic "$tool" | grep -q 'FLAGS_1.* PIE'; }
soname() { dynamic "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p'; }
soname_is_the_abi() { [ "$(soname "$library")" = libaim.so.0 ] && [ "$(soname "$transport")" = libaim-curl.so.0 ]; }

# needs_only FILE [PATTERN...]: libyaml, the C library, and exactly one library for each pattern.
needs_only() {
    needing=$1 others=""
    shift
    for other in libyaml-0 "$@"; do
        [ "$(needs "$needing" | grep -Ecx "$other\.so\.[0-9]+")" -eq 1 ] || complain "$needing does not need $other" || return 1
        others="$others|$other\.so\.[0-9]+"
    done
    needs "$needing" | lacks -Evx "libc\.so\.6|libm\.so\.6|libpthread\.so\.0|ld-linux.*\.so\.[0-9]$others"
}
needed_libraries_are_known() {
    needs_only "$library" && needs_only "$transport" libaim libcurl && needs_only "$tool" libcurl libjson-c libmicrohttpd &&
        needs_only "$scratch/core/moved/lib/libaim.so" && needs_only "$scratch/core/moved/bin/aim"
}

# sections FILE NAME...: the numbers of these sections, one a line.
sections() {
    sections_of=$1
    shift
    for section in "$@"; do
        readelf -SW "$sections_of" | sed -n "s/^ *\[ *\([0-9]*\)\] $(echo "$section" | sed 's/\./\\./g') .*/\1/p"
    done
}

# symbols_in FILE NAME...: the names of what lies in these sections, but for sections and files.
symbols_in() {
    sections "$@" >"$scratch/sections"
    readelf -sW "$1" | awk 'NR == FNR { wanted[$1]; next } $7 in wanted && $4 != "SECTION" && $4 != "FILE" { print $8 }' "$scratch/sections" - |
        LC_ALL=C sort -u
}

# The toolchain's own entries, one for each list, are symbols of its start files.
runs_nothing_by_itself() {
    [ -z "$(sections "$1" .preinit_array .ctors .dtors)" ] || complain "there are constructors" || return 1
    symbols_in "$1" .init_array | lacks -vx '__frame_dummy_init_array_entry' || return 1
    symbols_in "$1" .fini_array | lacks -vx '__do_global_dtors_aux_fini_array_entry' || return 1
    pointer=$(readelf -hW "$1" | awk '$1 == "Class:" { print $2 == "ELF64" ? "000008" : "000004" }')
    for section in .init_array .fini_array; do
        readelf -SW "$1" | sed 's/^ *\[ *[0-9]*\] //' | awk -v name=$section -v size="$pointer" '
            $1 == name { print $0; if ($5 != size) bad = 1 } END { exit bad }' || complain "$section holds more than one entry" || return 1
    done
}

libraries_run_nothing_by_themselves() { runs_nothing_by_itself "$library" && runs_nothing_by_itself "$transport"; }

libraries_have_no_thread_local_storage() { headers "$library" | lacks '^  TLS ' && headers "$transport" | lacks '^  TLS '; }

library_has_no_writable_globals() {
    # Without symbols nothing could be found.
    symbols_in "$library" .data.rel.ro | grep -q . && symbols_in "$library" .text | grep -qx aim_plan_new || complain "no symbols" || return 1
    symbols_in "$library" .data .bss .tdata .tbss | lacks -vxE 'completed\.[0-9]+|__dso_handle|__TMC_END__|_edata|_end|__bss_start'
}

# What sets libcurl up once, and its version as text.
transport_has_few_writable_globals() {
    symbols_in "$transport" .bss | grep -q 'done' || complain "no symbols" || return 1
    symbols_in "$transport" .data .bss .tdata .tbss |
        lacks -vxE 'completed\.[0-9]+|__dso_handle|__TMC_END__|_edata|_end|__bss_start|([a-z_]+\.)?(done|lock|text)(\.[0-9]+)?'
}

# --- when hardening steps back ---

# fortified ARGUMENT...: the level that the compiler is given, nothing for none.
fortified() {
    rm -rf "$scratch/fortified"
    configure "$source" "$scratch/fortified" -DAIM_BUILD_TESTS=OFF -DAIM_BUILD_EXAMPLES=OFF -DAIM_BUILD_CURL=OFF \
        -DCMAKE_EXPORT_COMPILE_COMMANDS=ON "$@" >/dev/null 2>&1
    grep '"command".*/lib/plan/plan\.c' "$scratch/fortified/compile_commands.json" >"$scratch/command" || { echo "not configured"; return; }
    grep -o '_FORTIFY_SOURCE=[0-9]' "$scratch/command" | sort -u
}
is() { [ "$1" = "$2" ] || complain "\"$1\", not \"$2\""; }

no_fortification_without_optimisation() { is "$(fortified -DCMAKE_BUILD_TYPE=Debug)" ""; }
no_fortification_under_sanitizers() { is "$(fortified -DAIM_SANITIZE=address,undefined)" "" && is "$(fortified -DCMAKE_C_FLAGS=-fsanitize=undefined)" ""; }
level_of_the_user_stays() { is "$(fortified -DCMAKE_C_FLAGS=-D_FORTIFY_SOURCE=1)" "_FORTIFY_SOURCE=1"; }
flags_of_a_distribution_are_optimisation() {
    fortified -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O2 | grep -q '_FORTIFY_SOURCE=[23]'
}
hardening_can_be_left_to_the_user() {
    is "$(fortified -DAIM_HARDENING=OFF)" "" && lacks -e '-fstack-protector' "$scratch/fortified/compile_commands.json"
}

if have readelf; then
    for test in relocations_are_read_only symbols_are_bound_when_loaded stack_is_not_executable code_is_not_writable \
        stack_is_protected sizes_are_checked tool_is_position_independent soname_is_the_abi needed_libraries_are_known \
        libraries_run_nothing_by_themselves libraries_have_no_thread_local_storage library_has_no_writable_globals \
        transport_has_few_writable_globals; do
        check $test
    done
    case $(uname -m) in
    x86_64 | aarch64) check control_flow_is_protected ;;
    *) skip control_flow_is_protected "this architecture has no such instructions" ;;
    esac
else
    skip artifacts "there is no readelf"
fi
check no_fortification_without_optimisation
check no_fortification_under_sanitizers
check level_of_the_user_stays
check flags_of_a_distribution_are_optimisation
check hardening_can_be_left_to_the_user
