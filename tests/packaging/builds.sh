# The builds of libaim that the packaging tests install and consume: both kinds of library, only the shared one (in a folder
# of libraries of several levels), only the static one, and the core without libaim-curl. Each is installed through DESTDIR and what came of it is then moved
# elsewhere, so that every consumer stands on a prefix that no build knew.

# install_build NAME ARGUMENT...: $scratch/NAME/build, installed and moved to $scratch/NAME/moved.
install_build() {
    name=$1
    shift
    folder=$scratch/$name
    configure "$source" "$folder/build" -DAIM_BUILD_TESTS=OFF -DAIM_BUILD_EXAMPLES=OFF -DAIM_WARNINGS_AS_ERRORS=ON \
        -DCMAKE_INSTALL_PREFIX="$folder/prefix" "$@" &&
        build "$folder/build" &&
        DESTDIR="$folder/stage" cmake --install "$folder/build" &&
        mv "$folder/stage$folder/prefix" "$folder/moved"
}

both_kinds_build() { install_build both -DCMAKE_INSTALL_LIBDIR=lib; }
shared_library_builds_alone() { install_build shared -DBUILD_SHARED_LIBS=ON -DCMAKE_INSTALL_LIBDIR=lib/some-triplet; }
static_library_builds_alone() { install_build static -DBUILD_SHARED_LIBS=OFF -DCMAKE_INSTALL_LIBDIR=lib; }
# Where libcurl cannot be found.
core_builds_without_libcurl() { install_build core -DAIM_BUILD_CURL=OFF -DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON -DCMAKE_INSTALL_LIBDIR=lib; }

# What every consumer has to answer.
tool_answers() {
    "$tool" explain -f "$mi300x" -s ml-team/qwen-service >"$scratch/explanation" &&
        "$tool" plan -f "$mi300x" -s ml-team/qwen-service -o json >"$scratch/plan.json" &&
        [ -s "$scratch/explanation" ] && [ -s "$scratch/plan.json" ]
}

# The files of the source, without what was built in it: $1 is the folder to make.
copy_source() {
    mkdir -p "$1" && (cd "$source" && find . -path './build*' -prune -o -path ./.git -prune -o -type f -print |
        tar -cf - -T - | tar -xf - -C "$1")
}

two_copies_of_the_source() { copy_source "$scratch/copy/one" && copy_source "$scratch/copy/another/folder"; }

check both_kinds_build
check shared_library_builds_alone
check static_library_builds_alone
check core_builds_without_libcurl
tool=$scratch/both/moved/bin/aim
check tool_answers
check two_copies_of_the_source
