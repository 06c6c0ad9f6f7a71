# What is installed: the list of files with their components, nothing outside of DESTDIR, no paths of this machine inside, and
# a tool that works. The list is installed.txt; packaging_test.sh --refresh writes it again.

# One line for each file: component, path, and where a link leads.
list_components() {
    for component in runtime development tools documentation; do
        DESTDIR="$scratch/both/parts/$component" cmake --install "$scratch/both/build" --component $component >/dev/null || return 1
        (cd "$scratch/both/parts/$component$scratch/both/prefix" && find . ! -type d | sed 's/^\.\///' | LC_ALL=C sort |
            while read -r path; do
                echo "$component $path$([ ! -L "$path" ] || echo " -> $(readlink "$path")")"
            done)
    done
}

installed_files_are_those_of_the_list() {
    list_components >"$scratch/list" || return 1
    [ "$refresh" = no ] || cp "$scratch/list" "$packaging/installed.txt"
    diff -u "$packaging/installed.txt" "$scratch/list"
}

every_file_is_in_one_component() {
    (cd "$scratch/both/moved" && find . ! -type d | sed 's/^\.\///' | LC_ALL=C sort) >"$scratch/whole"
    sed 's/^[^ ]* //;s/ -> .*//' "$scratch/list" | LC_ALL=C sort | diff "$scratch/whole" -
}

# only PATTERN NAME: the build's prefix is that of both kinds without the files that match.
only() {
    (cd "$scratch/$2/moved" && find . ! -type d | sed 's/^\.\///;s/^lib\/some-triplet/lib/' | LC_ALL=C sort) >"$scratch/part"
    grep -Ev "$1" "$scratch/whole" | diff - "$scratch/part"
}
shared_build_installs_no_static_library() { only '/libaim(-curl)?\.a$|/aim-(curl-)?static-' shared; }
static_build_installs_no_shared_library() { only '/libaim(-curl)?\.so|/aim-(curl-)?shared-' static; }

nothing_is_installed_outside_of_destdir() {
    for name in both shared static; do
        [ ! -e "$scratch/$name/prefix" ] || complain "there is $scratch/$name/prefix" || return 1
        [ -z "$(find "$scratch/$name/stage" ! -type d)" ] || complain "files beside the prefix" || return 1
    done
}

installed_files_hold_no_path_of_this_machine() {
    lacks -rF -e "$scratch" -e "$source/" "$scratch/both/moved" "$scratch/shared/moved" "$scratch/static/moved"
}

nothing_has_a_path_of_libraries() {
    for file in both/moved/bin/aim shared/moved/bin/aim static/moved/bin/aim both/moved/lib/libaim.so shared/moved/lib/some-triplet/libaim.so \
        both/moved/lib/libaim-curl.so shared/moved/lib/some-triplet/libaim-curl.so; do
        readelf -dW "$scratch/$file" >"$scratch/dynamic" || return 1
        lacks -E 'R(UN)?PATH' "$scratch/dynamic" || complain "in $file" || return 1
    done
}

tool_works_in_every_build() {
    for name in both shared static; do
        LD_LIBRARY_PATH="$scratch/shared/moved/lib/some-triplet" "$scratch/$name/moved/bin/kubectl-aim" \
            explain -f "$mi300x" -s ml-team/qwen-service | cmp - "$scratch/explanation" || return 1
    done
    links_static "$scratch/both/moved/bin/aim" && links_static "$scratch/static/moved/bin/aim" &&
        links_shared "$scratch/shared/moved/bin/aim"
}

completions_are_what_the_tool_prints() {
    share=$scratch/both/moved/share
    "$tool" completion bash | cmp - "$share/bash-completion/completions/aim" &&
        "$tool" completion zsh | cmp - "$share/zsh/site-functions/_aim" &&
        "$tool" completion fish | cmp - "$share/fish/vendor_completions.d/aim.fish" &&
        "$tool" completion bash | cmp - "$scratch/both/moved/bin/kubectl_complete-aim" &&
        [ -x "$scratch/both/moved/bin/kubectl_complete-aim" ]
}

# The version stands in CMakeLists.txt and in version.h.
versions_agree() {
    version=$("$tool" version | sed -n 's/^\(aim \)\{0,1\}\([0-9.]*\).*/\2/p' | head -n 1)
    [ -n "$version" ] && [ "$(PKG_CONFIG_PATH=$scratch/both/moved/lib/pkgconfig pkg-config --modversion libaim)" = "$version" ] &&
        [ -f "$scratch/both/moved/lib/libaim.so.$version" ]
}

# schemas/*.json are installed as far as there are any; in one copy of the source there are, in the other there is no folder.
schemas_are_optional() {
    with=$scratch/copy/one without=$scratch/copy/another/folder
    rm -rf "$with/schemas" "$without/schemas"
    mkdir "$with/schemas" && echo '{}' >"$with/schemas/some.json" && echo no >"$with/schemas/README" || return 1
    for copy in "$with" "$without"; do
        configure "$copy" "$copy/build" -DAIM_BUILD_TESTS=OFF -DAIM_BUILD_EXAMPLES=OFF -DCMAKE_INSTALL_PREFIX=/p &&
            build "$copy/build" && DESTDIR="$copy/stage" cmake --install "$copy/build" --component development || return 1
    done
    [ "$(ls "$with/stage/p/share/libaim/schemas")" = some.json ] && [ ! -e "$without/stage/p/share/libaim" ] || return 1
    mkdir "$without/schemas" && configure "$without" "$without/build" &&
        DESTDIR="$without/stage" cmake --install "$without/build" --component development && [ ! -e "$without/stage/p/share/libaim" ]
}

check installed_files_are_those_of_the_list
check every_file_is_in_one_component
check shared_build_installs_no_static_library
check static_build_installs_no_shared_library
check nothing_is_installed_outside_of_destdir
check installed_files_hold_no_path_of_this_machine
check nothing_has_a_path_of_libraries
check tool_works_in_every_build
check completions_are_what_the_tool_prints
check versions_agree
check schemas_are_optional
