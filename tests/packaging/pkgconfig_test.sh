# Consumers by pkg-config: the compiler called by hand, C and C++, the shared library and the static one.

# of PREFIX ARGUMENT...: what pkg-config says about libaim there; only the system's own packages stand beside it.
of() {
    of_folder=$(dirname "$(find "$1" -name libaim.pc)")
    shift
    PKG_CONFIG_PATH=$of_folder pkg-config "$@" libaim
}

# compile FOLDER FLAG...: every program into FOLDER.
compile() {
    programs=$1
    shift
    mkdir -p "$programs"
    for name in first_answer candidates what_if; do
        $cc -std=c99 "$source/examples/$name.c" -o "$programs/$name" "$@" || return 1
    done
    $cxx -std=c++11 "$packaging/consumers/plan.cpp" -o "$programs/plan" "$@"
}

pkg_config_links_the_shared_library() {
    # shellcheck disable=SC2046 # flags are words
    compile "$scratch/pc-shared" $(of "$scratch/both/moved" --cflags --libs) && links_shared "$scratch/pc-shared/plan" &&
        answer "$scratch/pc-shared" "$scratch/both/moved/lib"
}

pkg_config_finds_libraries_of_several_levels() {
    # shellcheck disable=SC2046
    compile "$scratch/pc-levels" $(of "$scratch/shared/moved" --cflags --libs) && links_shared "$scratch/pc-levels/plan" &&
        answer "$scratch/pc-levels" "$scratch/shared/moved/lib/some-triplet"
}

pkg_config_links_the_static_library() {
    # shellcheck disable=SC2046
    compile "$scratch/pc-static" $(of "$scratch/static/moved" --static --cflags --libs) && links_static "$scratch/pc-static/plan" &&
        answer "$scratch/pc-static"
}

# Where there is no shared library, --static goes without saying.
pkg_config_links_the_only_library() {
    # shellcheck disable=SC2046
    compile "$scratch/pc-only" $(of "$scratch/static/moved" --cflags --libs) && answer "$scratch/pc-only"
}

pkg_config_links_programs_without_any_shared_library() {
    # shellcheck disable=SC2046
    compile "$scratch/pc-full" -static $(of "$scratch/both/moved" --static --cflags --libs) && [ -z "$(needs "$scratch/pc-full/plan")" ] &&
        answer "$scratch/pc-full"
}

# One folder of headers, ours, with and without --static.
pkg_config_leaks_no_folder_of_headers() {
    for static in "" --static; do
        # shellcheck disable=SC2086
        flags=$(of "$scratch/both/moved" $static --cflags | sed 's/ *$//')
        [ "$(cd "${flags#-I}" && pwd -P)" = "$(cd "$scratch/both/moved/include" && pwd -P)" ] || complain "$flags" || return 1
    done
    [ -z "$(of "$scratch/both/moved" --print-requires-private --print-requires)" ]
}

# CMAKE_INSTALL_LIBDIR and CMAKE_INSTALL_INCLUDEDIR may be absolute; then nothing moves.
pkg_config_knows_absolute_folders() {
    absolute=$scratch/absolute
    configure "$source" "$scratch/static/build" -DCMAKE_INSTALL_PREFIX="$absolute/prefix" \
        -DCMAKE_INSTALL_LIBDIR="$absolute/libraries" -DCMAKE_INSTALL_INCLUDEDIR="$absolute/headers" &&
        build "$scratch/static/build" && cmake --install "$scratch/static/build" || return 1
    # shellcheck disable=SC2046
    compile "$absolute/programs" $(of "$absolute/libraries" --static --cflags --libs) && answer "$absolute/programs"
}

if have pkg-config; then
    check pkg_config_links_the_shared_library
    check pkg_config_finds_libraries_of_several_levels
    check pkg_config_links_the_static_library
    check pkg_config_links_the_only_library
    echo 'int main() { return 0; }' >"$scratch/empty.cpp"
    if $cxx -static "$scratch/empty.cpp" -o "$scratch/empty" 2>/dev/null && [ -n "$($cc -print-file-name=libyaml.a | grep /)" ]; then
        check pkg_config_links_programs_without_any_shared_library
    else
        skip pkg_config_links_programs_without_any_shared_library "there are no static libraries of C, C++ or libyaml"
    fi
    check pkg_config_leaks_no_folder_of_headers
    check pkg_config_knows_absolute_folders
else
    skip pkg_config "there is no pkg-config"
fi
