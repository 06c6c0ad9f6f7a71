# What packaging_test.sh and cross_test.sh have in common: a scratch folder, running a test and counting, building with CMake,
# and comparing the answers of a consumer's programs with those of the tool. Whoever sources it has set $source.
scratch=$(mktemp -d) && scratch=$(cd "$scratch" && pwd -P) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
mi300x=$source/examples/mi300x-cluster
passed=0 failed=0 skipped=0

# What whoever runs this has set for other builds would show in these.
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS DESTDIR BUILD_SHARED_LIBS PKG_CONFIG_PATH PKG_CONFIG_LIBDIR LD_LIBRARY_PATH
unset CMAKE_GENERATOR CMAKE_PREFIX_PATH CMAKE_BUILD_TYPE CMAKE_TOOLCHAIN_FILE
if command -v ninja >/dev/null 2>&1; then generator=Ninja; else generator="Unix Makefiles"; fi
generator=${AIM_GENERATOR:-$generator}

# check NAME [ARGUMENT...]: runs the function of that name; what it wrote is shown when it fails.
check() {
    if "$@" >"$scratch/out" 2>&1; then
        echo "PASS $*"
        passed=$((passed + 1))
        return
    fi
    echo "FAIL $*"
    tail -n 40 "$scratch/out" | sed 's/^/    /'
    failed=$((failed + 1))
}

skip() { # NAME REASON
    echo "SKIP $1: $2"
    skipped=$((skipped + 1))
}

complain() { # TEXT...: for the end of a chain of ||
    echo "$*"
    return 1
}

# lacks GREP-ARGUMENT...: there is no such line; a file that cannot be read is no such file.
lacks() {
    grep "$@"
    [ $? -eq 1 ]
}

have() { command -v "$1" >/dev/null 2>&1; }

# configure SOURCE BUILD ARGUMENT...
configure() {
    configure_source=$1 configure_build=$2
    shift 2
    cmake -S "$configure_source" -B "$configure_build" -G "$generator" -DCMAKE_BUILD_TYPE=Release "$@"
}
build() { cmake --build "$1" --parallel 2; }

# refused TEXT COMMAND...: the command fails and says TEXT. CMake breaks its lines where it likes.
refused() {
    refused_text=$1
    shift
    if "$@" >"$scratch/refusal" 2>&1; then
        cat "$scratch/refusal"
        complain "it was accepted"
        return
    fi
    tr '\n' ' ' <"$scratch/refusal" | tr -s ' ' | grep -qF "$refused_text" && return
    cat "$scratch/refusal"
    complain "it does not say: $refused_text"
}

# answer FOLDER [LIBRARY_FOLDER]: the programs first_answer and plan in FOLDER give the tool's own answers.
answer() {
    (
        [ $# -lt 2 ] || { LD_LIBRARY_PATH=$2 && export LD_LIBRARY_PATH; }
        "$1/first_answer" ml-team qwen-service "$mi300x"/*.yaml >"$scratch/first_answer" &&
            "$1/plan" ml-team qwen-service "$mi300x"/*.yaml >"$scratch/plan"
    ) && cmp "$scratch/first_answer" "$scratch/explanation" && cmp "$scratch/plan" "$scratch/plan.json"
}

needs() { readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }
links_shared() { needs "$1" | grep -qx 'libaim\.so\.0' || complain "$1 does not need libaim.so.0"; }
links_static() { needs "$1" | lacks '^libaim' || complain "$1 needs libaim.so"; }

# finish: the counts, and the exit code of the script.
finish() {
    if [ "$skipped" -eq 0 ]; then
        echo "$passed passed, $failed failed"
    else
        echo "$passed passed, $failed failed, $skipped skipped"
    fi
    [ "$failed" -eq 0 ]
}
