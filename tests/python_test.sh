#!/bin/sh
# The Python binding: what is generated is current, the types hold, the tests and the examples of docs/python.md pass, and
# wheel and sdist do what they say in environments of their own.
#
#   python_test.sh BUILD_FOLDER SOURCE_FOLDER
#
# BUILD_FOLDER holds libaim.so. Nothing is written into SOURCE_FOLDER. PYTHON names the interpreter; AIM_PYTHONS more of
# them, for the tests ("python3.9 python3.13"; otherwise those that are in PATH). Tools come from pip into a virtual
# environment; where they cannot be had the tests that need them are skipped. Prints "PASS name", "FAIL name" or
# "SKIP name: why" for each test, then the counts; exit code 1 when one failed.
if [ $# -ne 2 ]; then
    echo "usage: python_test.sh BUILD_FOLDER SOURCE_FOLDER" >&2
    exit 2
fi
build=$(cd "$1" && pwd) || exit 2
source=$(cd "$2" && pwd) || exit 2
python=${PYTHON:-python3}
binding=$source/bindings/python
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
unset LIBAIM_PATH AIM_LIBRARY PYTHONPATH
PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 AIM_SOURCE=$source
export PYTHONDONTWRITEBYTECODE PIP_DISABLE_PIP_VERSION_CHECK PIP_NO_INPUT AIM_SOURCE
passed=0 failed=0 skipped=0

pass() {
    echo "PASS $1"
    passed=$((passed + 1))
}

fail() {
    echo "FAIL $1"
    sed 's/^/  /' "$scratch/log"
    failed=$((failed + 1))
}

skip() {
    echo "SKIP $1: $2"
    skipped=$((skipped + 1))
}

# check NAME COMMAND...: 0 passes, 77 skips with the last line that was said, anything else fails with all of it.
check() {
    name=$1
    shift
    "$@" >"$scratch/log" 2>&1
    case $? in
    0) pass "$name" ;;
    77) skip "$name" "$(tail -n 1 "$scratch/log")" ;;
    *) fail "$name" ;;
    esac
}

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] || exit 1
    exit 0
}

# environment FOLDER PYTHON: a virtual environment; the log says why there is none.
environment() {
    "$2" -m venv "$1" >"$scratch/log" 2>&1
}

# install ENVIRONMENT WHAT...: from the package index, or wherever pip is told to look.
install() {
    into=$1
    shift
    "$into/bin/pip" install --quiet "$@" >"$scratch/log" 2>&1
}

tests() {
    shown=$1
    shift
    (cd "$scratch" && "$shown/bin/python" -m pytest -q -p no:cacheprovider -c "$binding/pyproject.toml" --rootdir "$binding" "$@")
}

# --- what is generated ---

check description_is_current "$python" "$source/tools/describe_api.py" --check "$source"
check tables_are_current "$python" "$binding/generate.py" --check
# A copy of the headers with one function more: the description is stale, and so are the tables made from a new one.
copy=$scratch/copy
stale_description() {
    command -v clang >/dev/null 2>&1 || { echo "there is no clang"; return 77; }
    mkdir -p "$copy/bindings" "$copy/examples" && cp -R "$source/include" "$source/schemas" "$copy" &&
        cp "$source/bindings/api.json" "$copy/bindings" || return 1
    sed '/^#ifdef __cplusplus$/,$d' "$source/include/aim/version.h" >"$copy/include/aim/version.h"
    cat >>"$copy/include/aim/version.h" <<EOF
/** The version of the library. @return a text @since 0.1 */
AIM_API const char *aim_version(void);
/** How it was built. @return a line @since 0.1 */
AIM_API const char *aim_build_info(void);
/** A function that no binding knows. @return 1 @since 0.2 */
AIM_API int32_t aim_quite_new(void);
#endif
EOF
    if "$python" "$source/tools/describe_api.py" --check "$copy" >"$scratch/said" 2>&1; then
        echo "nothing was noticed"
        return 1
    fi
    grep '^+.*aim_quite_new' "$scratch/said" || { cat "$scratch/said"; return 1; }
    "$python" "$source/tools/describe_api.py" "$copy"
}
check stale_description_is_noticed stale_description

if [ ! -e "$build/libaim.so" ]; then
    skip "every other test" "there is no $build/libaim.so"
    finish
fi

# --- the tests, on each Python ---

tools=$scratch/tools
if ! environment "$tools" "$python"; then
    skip "every other test" "no virtual environment: $(tail -n 1 "$scratch/log")"
    finish
fi
install "$tools" hatchling # whether it is there is looked at where a wheel is built
if install "$tools" mypy pytest; then
    mypy_tests() {
        cd "$binding" && "$tools/bin/mypy" --cache-dir "$scratch/mypy" &&
            MYPYPATH=src:tests "$tools/bin/mypy" --cache-dir "$scratch/mypy" --strict \
                --disable-error-code no-untyped-call --explicit-package-bases tests generate.py
    }
    check types_hold_in_strict_mode mypy_tests
else
    skip types_hold_in_strict_mode "pip cannot install mypy and pytest: $(tail -n 1 "$scratch/log")"
fi

others=${AIM_PYTHONS-"python3.9 python3.10 python3.11 python3.12 python3.13 python3.14"}
own=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tested=
for interpreter in "$python" $others; do
    version=$("$interpreter" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    case " $tested " in *" $version "*) continue ;; esac
    tested="$tested $version"
    name=tests_on_python_$version
    shown=$scratch/python-$version
    if ! environment "$shown" "$interpreter"; then
        skip "$name" "no virtual environment: $(tail -n 1 "$scratch/log")"
    elif ! install "$shown" pytest; then
        skip "$name" "pip cannot install pytest: $(tail -n 1 "$scratch/log")"
    else
        if [ "$version" = "$own" ] && ! install "$shown" kubernetes; then
            skip "tests_with_the_kubernetes_client" "pip cannot install it: $(tail -n 1 "$scratch/log")"
        fi
        LIBAIM_PATH=$build PYTHONPATH=$binding/src
        export LIBAIM_PATH PYTHONPATH
        check "$name" tests "$shown" --ignore "$binding/tests/test_docs.py" "$binding/tests"
        if [ "$version" = "$own" ] && grep -q aim_quite_new "$copy/bindings/api.json" 2>/dev/null; then
            new_function() {
                AIM_SOURCE=$copy tests "$shown" -k every_function_is_used "$binding/tests/test_description.py" >"$scratch/said" &&
                    { echo "it was not missed"; return 1; }
                grep "Error.*aim_quite_new" "$scratch/said"
            }
            check new_function_turns_a_test_red new_function
        fi
        check "examples_of_the_guide_on_python_$version" tests "$shown" "$binding/tests/test_docs.py"
        unset LIBAIM_PATH PYTHONPATH
    fi
done

# --- the wheel, with a libaim of its own ---

if ! "$tools/bin/python" -c "import hatchling" 2>/dev/null; then
    skip wheel_and_sdist "pip cannot install hatchling"
    finish
fi
if ! command -v cmake >/dev/null 2>&1; then
    skip wheel_is_built "there is no cmake"
else
    check wheel_is_built "$tools/bin/pip" wheel --quiet --no-deps --no-build-isolation -w "$scratch/wheel" "$binding"
fi
wheel=$(ls "$scratch"/wheel/*.whl 2>/dev/null)
if [ -n "$wheel" ]; then
    case $wheel in
    *-py3-none-any.whl) echo "$wheel" >"$scratch/log"; fail wheel_names_its_platform ;;
    *-py3-none-*.whl) pass wheel_names_its_platform ;;
    *) echo "$wheel" >"$scratch/log"; fail wheel_names_its_platform ;;
    esac
    fresh=$scratch/fresh
    environment "$fresh" "$python"
    check wheel_needs_nothing_else "$fresh/bin/pip" install --quiet --no-index "$wheel"
    carried=$("$fresh/bin/python" -c 'import aim; print(aim.library_path())')
    own_library() {
        case $carried in "$fresh"/*) ;; *) echo "it loaded $carried"; return 1 ;; esac
        ls "$(dirname "$carried")" && test -s "$(dirname "$carried")/LICENSE"
    }
    check wheel_loads_its_own_library own_library
    hidden_libyaml() {
        command -v readelf >/dev/null 2>&1 || { echo "there is no readelf"; return 77; }
        if readelf -dW "$carried" | grep 'NEEDED.*libyaml'; then
            echo "there is no static libyaml here, so the wheel needs the shared one"
            return 77
        fi
        if readelf --dyn-syms -W "$carried" | grep -v UND | grep ' yaml_'; then return 1; fi
        test -s "$(dirname "$carried")/LICENSE.libyaml" || { echo "the licence of libyaml is not with it"; return 1; }
    }
    check wheel_hides_libyaml hidden_libyaml
    if install "$fresh" pytest; then
        check tests_on_the_wheel tests "$fresh" "$binding/tests"
    else
        skip tests_on_the_wheel "pip cannot install pytest: $(tail -n 1 "$scratch/log")"
    fi
fi

# --- the sdist, with a libaim that is installed ---

sdist_folder=$scratch/sdist
make_sdist() {
    cd "$binding" && "$tools/bin/python" -m hatchling build -t sdist -d "$sdist_folder"
}
check sdist_is_built make_sdist
sdist=$(ls "$sdist_folder"/*.tar.gz 2>/dev/null)
prefix=$scratch/prefix
if [ -z "$sdist" ]; then
    :
elif ! command -v pkg-config >/dev/null 2>&1; then
    skip sdist_uses_the_installed_libaim "there is no pkg-config"
elif ! { cmake --install "$build" --prefix "$prefix" --component runtime &&
    cmake --install "$build" --prefix "$prefix" --component development; } >"$scratch/log" 2>&1; then
    skip sdist_uses_the_installed_libaim "libaim cannot be installed from $build: $(tail -n 1 "$scratch/log")"
else
    from_sdist() {
        PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name libaim.pc)")
        export PKG_CONFIG_PATH
        "$tools/bin/pip" wheel --quiet --no-deps --no-build-isolation -w "$scratch/from-sdist" "$sdist" || return 1
        environment "$scratch/small" "$python" || return 1
        "$scratch/small/bin/pip" install --quiet --no-index "$scratch"/from-sdist/*.whl || return 1
        loaded=$("$scratch/small/bin/python" -c 'import aim; aim.Cluster(); print(aim.library_path())') || return 1
        case $loaded in "$prefix"/*) ;; *) echo "it loaded $loaded"; return 1 ;; esac
    }
    check sdist_uses_the_installed_libaim from_sdist
    without_libaim() {
        PKG_CONFIG_LIBDIR=$scratch/nowhere PKG_CONFIG_PATH=$scratch/nowhere
        export PKG_CONFIG_LIBDIR PKG_CONFIG_PATH
        if "$tools/bin/pip" wheel --no-deps --no-build-isolation -w "$scratch/none" "$sdist" >"$scratch/said" 2>&1; then
            echo "it was built without libaim"
            return 1
        fi
        grep "needs libaim 0.2 or later" "$scratch/said" || { cat "$scratch/said"; return 1; }
    }
    check sdist_says_that_libaim_is_missing without_libaim
fi

# --- the cost ---

if command -v "${CC:-cc}" >/dev/null 2>&1; then
    check overhead_is_measured "$python" "$source/bench/python_overhead.py" "$build" "$source"
    sed 's/^/  /' "$scratch/log"
else
    skip overhead_is_measured "there is no C compiler"
fi
finish
