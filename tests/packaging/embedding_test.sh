# Consumers that build libaim inside of their own project: as a subdirectory and by FetchContent, brought by two dependencies
# of one project. The project checks itself that nothing of it is changed.

# embed NAME ARGUMENT...
embed() {
    consumer=$scratch/$1
    shift
    configure "$packaging/consumers/embedded" "$consumer" -DAIM_SOURCE="$source" -DAIM_TARGET=aim::aim \
        -DAIM_SECOND="$scratch/copy/another/folder" "$@" && build "$consumer"
}

# Without BUILD_SHARED_LIBS, as CMake has it, a library is static.
subdirectory_links_the_static_library() {
    embed subdirectory -DAIM_ROUTE=subdirectory -DAIM_FIRST="$source" && links_static "$scratch/subdirectory/plan" &&
        answer "$scratch/subdirectory"
}

fetched_libaim_is_as_shared_as_the_project() {
    embed fetched -DAIM_ROUTE=fetch -DAIM_FIRST="$scratch/repository" -DBUILD_SHARED_LIBS=ON && links_shared "$scratch/fetched/plan" &&
        answer "$scratch/fetched"
}

repository_of_the_source() {
    copy_source "$scratch/repository" && cd "$scratch/repository" && git init -q -b main . && git add -A &&
        git -c user.name=packaging -c user.email=packaging@example.invalid commit -q -m source
}

# What a library is for and nothing else: no tool, tests, examples, and not the kind that nobody links.
only_what_is_linked_is_built() {
    for file in aim libaim.so aim_example_first_answer aim_tests_plain; do
        find "$scratch/subdirectory" -name "$file" -type f -o -name "$file" -type l
    done >"$scratch/built"
    [ ! -s "$scratch/built" ] || { cat "$scratch/built"; return 1; }
    [ -n "$(find "$scratch/subdirectory" -name libaim.a)" ]
}

nothing_is_tested_or_installed_for_the_project() {
    (cd "$scratch/subdirectory" && ctest -N) | grep -qx 'Total Tests: 0' || complain "there are tests" || return 1
    DESTDIR="$scratch/embedded-stage" cmake --install "$scratch/subdirectory" && [ ! -e "$scratch/embedded-stage" ] &&
        lacks '^CMAKE_INSTALL_LIBDIR' "$scratch/subdirectory/CMakeCache.txt"
}

# The flags of libaim's own sources stop there.
flags_of_the_project_stay_its_own() {
    cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON "$scratch/subdirectory" >/dev/null || return 1
    grep '"command"' "$scratch/subdirectory/compile_commands.json" >"$scratch/commands"
    grep 'plan\.cpp' "$scratch/commands" >"$scratch/own" && grep '/lib/plan/plan\.c' "$scratch/commands" >"$scratch/ours" || return 1
    grep -q -e '-fstack-protector-strong' "$scratch/ours" || complain "libaim is not hardened" || return 1
    lacks -E -e ' -(f|W|D[^N])' "$scratch/own"
}

tool_and_installation_can_be_asked_for() {
    embed asked -DAIM_ROUTE=subdirectory -DAIM_FIRST="$source" -DAIM_BUILD_TOOL=ON -DAIM_INSTALL=ON \
        -DAIM_BUILD_CURL=ON -DAIM_CURL_TARGET=aim::curl -DCMAKE_INSTALL_PREFIX=/p &&
        DESTDIR="$scratch/asked/stage" cmake --install "$scratch/asked" || return 1
    (cd "$scratch/asked/stage/p" && find . ! -type d | sed 's/^\.\///;s/^lib[^/]*\/\([^/]*-linux-gnu\/\)\{0,1\}/lib\//' | LC_ALL=C sort) |
        diff "$scratch/whole" -
}

check subdirectory_links_the_static_library
check only_what_is_linked_is_built
check nothing_is_tested_or_installed_for_the_project
check flags_of_the_project_stay_its_own
check tool_and_installation_can_be_asked_for
if have git; then
    check repository_of_the_source
    check fetched_libaim_is_as_shared_as_the_project
else
    skip fetched_libaim_is_as_shared_as_the_project "there is no git"
fi
