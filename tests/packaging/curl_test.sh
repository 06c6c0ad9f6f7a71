# libaim-curl and those who link it: by pkg-config, by find_package, inside of a project, each kind of library, C and C++; and
# what there is without it. connection.c, the consumer, is compiled twice.
kubeconfig=$scratch/kubeconfig
cat >"$kubeconfig" <<'END'
current-context: lab
clusters: [{name: here, cluster: {server: "https://192.0.2.1:6443"}}]
contexts: [{name: lab, context: {cluster: here, user: somebody, namespace: ml-team}}]
users: [{name: somebody}]
END
chmod 600 "$kubeconfig"

needs_transport() { needs "$1" | grep -qx 'libaim-curl\.so\.0' && links_shared "$1"; }
# The program has libaim and libaim-curl inside, and libcurl beside it.
holds_transport() { links_static "$1" && needs "$1" | grep -q '^libcurl\.so\.'; }

# connects FOLDER [LIBRARY_FOLDER]: both programs in FOLDER read a kubeconfig, and have libaim's message about one that is not there.
connects() {
    for name in connection connection_cpp; do
        (
            [ $# -lt 2 ] || { LD_LIBRARY_PATH=$2 && export LD_LIBRARY_PATH; }
            "$1/$name" "$kubeconfig" >"$scratch/connection" || exit 1
            ! "$1/$name" "$scratch/nowhere/config" 2>"$scratch/no-connection"
        ) || complain "$1/$name" || return 1
        printf '%s\n' https://192.0.2.1:6443 lab ml-team 'libcurl ' | diff - "$scratch/connection" || return 1
        grep 'no such kubeconfig' "$scratch/no-connection" || complain "no message of $name" || return 1
    done
}

# --- pkg-config ---

# about PREFIX ARGUMENT...: what pkg-config says about libaim-curl there; only the system's own packages stand beside it.
about() {
    about_folder=$(dirname "$(find "$1" -name libaim-curl.pc)")
    shift
    PKG_CONFIG_PATH=$about_folder pkg-config "$@" libaim-curl
}

# connection FOLDER FLAG...: the consumer into FOLDER.
connection() {
    mkdir -p "$1" || return 1
    connection_folder=$1
    shift
    $cc -std=c99 "$packaging/consumers/connection.c" -o "$connection_folder/connection" "$@" &&
        $cxx -std=c++11 "$packaging/consumers/connection.cpp" -o "$connection_folder/connection_cpp" "$@"
}

pkg_config_links_the_shared_transport() {
    # shellcheck disable=SC2046 # flags are words
    connection "$scratch/curl-shared" $(about "$scratch/both/moved" --cflags --libs) && needs_transport "$scratch/curl-shared/connection" &&
        connects "$scratch/curl-shared" "$scratch/both/moved/lib"
}
pkg_config_finds_a_transport_of_several_levels() {
    # shellcheck disable=SC2046
    connection "$scratch/curl-levels" $(about "$scratch/shared/moved" --cflags --libs) && needs_transport "$scratch/curl-levels/connection" &&
        connects "$scratch/curl-levels" "$scratch/shared/moved/lib/some-triplet"
}
pkg_config_links_the_static_transport() {
    # shellcheck disable=SC2046
    connection "$scratch/curl-static" $(about "$scratch/static/moved" --static --cflags --libs) &&
        holds_transport "$scratch/curl-static/connection" && connects "$scratch/curl-static"
}
pkg_config_links_the_only_transport() {
    # shellcheck disable=SC2046
    connection "$scratch/curl-only" $(about "$scratch/static/moved" --cflags --libs) && holds_transport "$scratch/curl-only/connection" &&
        connects "$scratch/curl-only"
}

# Where only libaim and libaim-curl have a .pc file, and for everybody else only one folder of headers.
pkg_config_needs_no_package_of_libcurl() {
    for static in "" --static; do
        # shellcheck disable=SC2086
        flags=$(PKG_CONFIG_LIBDIR=$scratch/nowhere about "$scratch/both/moved" $static --cflags) || complain "without libcurl.pc" || return 1
        # shellcheck disable=SC2086
        flags=$flags$(about "$scratch/both/moved" $static --cflags)
        for flag in $flags; do
            [ "$(cd "${flag#-I}" && pwd -P)" = "$(cd "$scratch/both/moved/include" && pwd -P)" ] || complain "$flags" || return 1
        done
    done
}
# Both libraries share private structures.
pkg_config_wants_one_version_of_both() {
    mkdir -p "$scratch/versions" && cp "$scratch/both/moved/lib/pkgconfig/libaim-curl.pc" "$scratch/versions" || return 1
    sed 's/^Version: .*/Version: 0.2.999/' "$scratch/both/moved/lib/pkgconfig/libaim.pc" >"$scratch/versions/libaim.pc"
    about "$scratch/both/moved" --exists && ! about "$scratch/versions" --exists
}

# --- find_package; $levels, consume, request and grants are those of cmake_package_test.sh ---

find_package_links_the_shared_transport() {
    consume curl-fp-shared "$scratch/both/moved" -DAIM_TARGET=aim::shared -DAIM_CURL_TARGET=aim::curl_shared &&
        needs_transport "$scratch/curl-fp-shared/connection_cpp" && connects "$scratch/curl-fp-shared"
}
find_package_links_the_static_transport() {
    consume curl-fp-static "$scratch/both/moved" -DAIM_TARGET=aim::static -DAIM_CURL_TARGET=aim::curl_static &&
        holds_transport "$scratch/curl-fp-static/connection_cpp" && connects "$scratch/curl-fp-static"
}
curl_is_of_the_kind_of_aim() {
    consume curl-fp-levels "$scratch/shared/moved" -Daim_DIR="$levels" -DAIM_TARGET=aim::aim -DAIM_CURL_TARGET=aim::curl &&
        needs_transport "$scratch/curl-fp-levels/connection" && connects "$scratch/curl-fp-levels" &&
        consume curl-fp-only "$scratch/static/moved" -DAIM_TARGET=aim::aim -DAIM_CURL_TARGET=aim::curl &&
        holds_transport "$scratch/curl-fp-only/connection" && connects "$scratch/curl-fp-only" || return 1
    grants both "0.1 CONFIG REQUIRED COMPONENTS curl" && has_component curl && grep -qx -e '-- aim::curl is a SHARED_LIBRARY' "$scratch/granted"
}
nobody_else_looks_for_libcurl() {
    grants both "0.1 CONFIG REQUIRED" && lacks -E '^(CURL|Threads)_|CMAKE_HAVE_LIBC_PTHREAD' "$scratch/request/CMakeCache.txt" &&
        lacks aim::curl "$scratch/granted"
}

# A machine on which libcurl is not found, as CMake is told.
static_transport_says_that_libcurl_is_missing() {
    missing='aim::curl_static needs libcurl 7.87.0 or later, built with OpenSSL, which was not found: install libcurl4-openssl-dev'
    refused "$missing" request static "0.1 CONFIG REQUIRED COMPONENTS curl" -DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON &&
        grants both "0.1 CONFIG REQUIRED COMPONENTS curl" -DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON && has_component curl &&
        tr '\n' ' ' <"$scratch/granted" | grep -qF "libaim: no aim::curl_static: $missing"
}

# --- inside of another project; embed is that of embedding_test.sh ---

project_builds_the_static_transport() {
    holds_transport "$scratch/asked/connection" && connects "$scratch/asked"
}
project_builds_the_shared_transport() {
    embed curl-embedded -DAIM_ROUTE=subdirectory -DAIM_FIRST="$source" -DAIM_BUILD_CURL=ON -DAIM_CURL_TARGET=aim::curl -DBUILD_SHARED_LIBS=ON &&
        needs_transport "$scratch/curl-embedded/connection" && connects "$scratch/curl-embedded"
}
project_gets_no_transport_unless_it_asks() {
    lacks -q 'AIM_BUILD_CURL:BOOL=ON' "$scratch/subdirectory/CMakeCache.txt" &&
        lacks -E '^CURL_' "$scratch/subdirectory/CMakeCache.txt" && [ -z "$(find "$scratch/subdirectory" -name 'libaim-curl*')" ]
}

# --- without it ---

core_installs_nothing_of_the_transport() {
    only '/libaim-curl\.|/aim-curl-|/aim/curl\.h$' core && [ -f "$scratch/both/moved/include/aim/curl.h" ] &&
        [ ! -e "$scratch/core/moved/include/aim/curl.h" ]
}
core_refuses_the_component() {
    missing='the shared library of libaim-curl is not installed in this prefix: libaim has to be built with -DAIM_BUILD_CURL=ON'
    refused "$missing" request core "0.1 CONFIG REQUIRED COMPONENTS core curl" &&
        grants core "0.1 CONFIG REQUIRED COMPONENTS core OPTIONAL_COMPONENTS curl" && has_component core && ! has_component curl &&
        lacks "aim::curl is a" "$scratch/granted"
}
core_tool_gives_the_same_answers() { "$scratch/core/moved/bin/aim" explain -f "$mi300x" -s ml-team/qwen-service | cmp - "$scratch/explanation"; }

# What is built by default says what it needs, and how to do without.
build_says_that_libcurl_is_missing() {
    for text in 'libaim-curl needs libcurl 7.87.0 or later, built with OpenSSL: install libcurl4-openssl-dev' \
        'or switch it off with -DAIM_BUILD_CURL=OFF'; do
        rm -rf "$scratch/no-libcurl"
        refused "$text" configure "$source" "$scratch/no-libcurl" -DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON || return 1
    done
}
# says TEXT... : what a configuration is refused with.
says() {
    for text; do
        rm -rf "$scratch/no-controller"
        refused "$text" configure "$source" "$scratch/no-controller" -DAIM_BUILD_TESTS=OFF || return 1
    done
    rm -rf "$scratch/no-controller"
}
# A machine on which pkg-config knows nothing, and then json-c alone; libyaml and libcurl are found without it.
build_says_what_the_controller_needs() (
    json=$(pkg-config --variable=pcfiledir json-c)/json-c.pc && [ -f "$json" ] || return 1
    PKG_CONFIG_LIBDIR=$scratch/nowhere && export PKG_CONFIG_LIBDIR || return 1
    says 'aim needs json-c for a live cluster: install libjson-c-dev' 'build without: -DAIM_BUILD_CURL=OFF' || return 1
    mkdir "$scratch/nowhere" && ln -s "$json" "$scratch/nowhere/json-c.pc" || return 1
    says 'aim controller needs libmicrohttpd: install libmicrohttpd-dev' 'switch it off with -DAIM_BUILD_CONTROLLER=OFF' || return 1
    configure "$source" "$scratch/no-controller" -DAIM_BUILD_TESTS=OFF -DAIM_BUILD_CONTROLLER=OFF
)

if have pkg-config; then
    check pkg_config_links_the_shared_transport
    check pkg_config_finds_a_transport_of_several_levels
    check pkg_config_links_the_static_transport
    check pkg_config_links_the_only_transport
    check pkg_config_needs_no_package_of_libcurl
    check pkg_config_wants_one_version_of_both
else
    skip "pkg_config of libaim-curl" "there is no pkg-config"
fi
check find_package_links_the_shared_transport
check find_package_links_the_static_transport
check curl_is_of_the_kind_of_aim
check nobody_else_looks_for_libcurl
check static_transport_says_that_libcurl_is_missing
check project_builds_the_static_transport
check project_builds_the_shared_transport
check project_gets_no_transport_unless_it_asks
check core_installs_nothing_of_the_transport
check core_refuses_the_component
check core_tool_gives_the_same_answers
check build_says_that_libcurl_is_missing
check build_says_what_the_controller_needs
