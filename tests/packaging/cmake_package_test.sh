# Consumers by find_package: each kind of library from a prefix that was moved, and what the package refuses.

# CMake looks into folders of several levels only where the machine has such.
levels=$scratch/shared/moved/lib/some-triplet/cmake/aim

# consume NAME PREFIX ARGUMENT...: builds the project on top of an installed libaim in $scratch/NAME.
consume() {
    consumer=$scratch/$1 prefix=$2
    shift 2
    configure "$packaging/consumers/installed" "$consumer" -DCMAKE_PREFIX_PATH="$prefix" -DAIM_SOURCE="$source" "$@" && build "$consumer"
}

find_package_links_the_shared_library() {
    consume fp-shared "$scratch/both/moved" -DAIM_TARGET=aim::shared && links_shared "$scratch/fp-shared/plan" && answer "$scratch/fp-shared"
}
find_package_links_the_static_library() {
    consume fp-static "$scratch/both/moved" -DAIM_TARGET=aim::static && links_static "$scratch/fp-static/plan" && answer "$scratch/fp-static"
}
aim_is_the_shared_library_if_installed() {
    consume fp-levels "$scratch/shared/moved" -Daim_DIR="$levels" -DAIM_TARGET=aim::aim && links_shared "$scratch/fp-levels/plan" && answer "$scratch/fp-levels"
}
aim_is_the_static_library_else() {
    consume fp-only "$scratch/static/moved" -DAIM_TARGET=aim::aim && links_static "$scratch/fp-only/plan" && answer "$scratch/fp-only"
}

examples_are_a_project_of_their_own() {
    configure "$source/examples" "$scratch/fp-examples" -DCMAKE_PREFIX_PATH="$scratch/both/moved" && build "$scratch/fp-examples" &&
        "$scratch/fp-examples/aim_example_first_answer" ml-team qwen-service "$mi300x"/*.yaml | cmp - "$scratch/explanation"
}

# --- what is asked of the package ---

# request NAME-OF-BUILD "ARGUMENTS OF find_package" ARGUMENT...
request() {
    request_prefix=$scratch/$1/moved request_arguments=$(echo "$2" | tr ' ' ';')
    shift 2
    rm -rf "$scratch/request"
    configure "$packaging/consumers/request" "$scratch/request" -DCMAKE_PREFIX_PATH="$request_prefix" -DAIM_REQUEST="$request_arguments" "$@"
}
grants() { request "$@" >"$scratch/granted" 2>&1 || { cat "$scratch/granted"; false; }; }
has_component() { grep -qx -e "-- component $1" "$scratch/granted" || complain "no component $1"; }

package_has_components() {
    grants both "0.1 CONFIG REQUIRED COMPONENTS core shared static" && has_component core && has_component shared && has_component static
}
unknown_component_is_refused() {
    refused 'has no component "python"; it has core, shared, static and curl' request both "0.1 CONFIG REQUIRED COMPONENTS core python"
}
unknown_component_may_be_optional() {
    grants both "0.1 CONFIG REQUIRED COMPONENTS core OPTIONAL_COMPONENTS python" && has_component core && ! has_component python
}
absent_kind_is_refused() {
    refused 'the static library of libaim is not installed' request shared "0.1 CONFIG REQUIRED COMPONENTS static" \
        -Daim_DIR="$levels" &&
        refused 'the shared library of libaim is not installed' request static "0.1 CONFIG REQUIRED COMPONENTS shared"
}

# Versions of one major number only add to each other (docs/abi.md).
earlier_versions_are_accepted() {
    version=$("$tool" version | sed 's/^aim //')
    grants both "0.1 CONFIG REQUIRED" && grants both "0.1.0 CONFIG REQUIRED" && grants both "$version EXACT CONFIG REQUIRED"
}
later_versions_are_refused() {
    for version in 0.99 1.0; do
        refused "requested version \"$version\"" request both "$version CONFIG REQUIRED" || return 1
    done
}

# A machine on which nothing but the prefix is found.
without_libyaml() {
    PKG_CONFIG_LIBDIR=$scratch/nowhere "$@" -DCMAKE_FIND_ROOT_PATH="$scratch/nowhere" -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
        -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY
}
static_library_says_that_libyaml_is_missing() {
    refused 'aim::static needs libyaml 0.2.2 or later, which was not found: install libyaml-dev' without_libyaml request static "0.1 CONFIG REQUIRED" &&
        refused 'aim::static needs libyaml' without_libyaml request both "0.1 CONFIG REQUIRED COMPONENTS static"
}
shared_library_does_without_libyaml() { without_libyaml grants both "0.1 CONFIG REQUIRED" && has_component shared && ! has_component static; }

check find_package_links_the_shared_library
check find_package_links_the_static_library
check aim_is_the_shared_library_if_installed
check aim_is_the_static_library_else
check examples_are_a_project_of_their_own
check package_has_components
check unknown_component_is_refused
check unknown_component_may_be_optional
check absent_kind_is_refused
check earlier_versions_are_accepted
check later_versions_are_refused
check static_library_says_that_libyaml_is_missing
check shared_library_does_without_libyaml
