#!/bin/sh
# Builds the control plane that the live tests talk to, once: the binary stays in a cache folder under the hash of this
# module's files, and a later call only prints where it is.
#
#   build.sh [OUTPUT]      the path of the binary on stdout; a link or copy at OUTPUT, if asked for
#
# Exit code 77, with the reason as one line on stderr, where there is no Go or the modules cannot be had: callers print SKIP.
# AIM_APISERVER_CACHE is the cache folder; without it, libaim/apiserver in the user's. The modules come by Go's own settings.
set -u
output=${1:-}
case $output in
'' | /*) ;;
*) output=$PWD/$output ;;
esac
module=$(cd "$(dirname "$0")" && pwd) || exit 1
cd "$module" || exit 1

skip() {
    echo "$1" >&2
    exit 77
}
give() {
    if [ -n "$output" ]; then
        rm -f "$output"
        ln "$binary" "$output" 2>/dev/null || cp "$binary" "$output" || exit 1
        binary=$output
    fi
    echo "$binary"
    exit 0
}

cache=${AIM_APISERVER_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set, and neither is AIM_APISERVER_CACHE}/.cache}/libaim/apiserver}
mkdir -p "$cache" || exit 1
cache=$(cd "$cache" && pwd) || exit 1
sum=sha256sum
command -v sha256sum >/dev/null 2>&1 || sum='shasum -a 256'
key=$({ uname -sm; cat build.sh go.mod go.sum ./*.go; } | $sum | cut -c 1-20)
[ ${#key} -eq 20 ] || { echo "build.sh: neither sha256sum nor shasum works" >&2; exit 1; }
binary=$cache/apiserver-$key
if [ -x "$binary" ]; then
    touch "$binary"
    give
fi

command -v go >/dev/null 2>&1 || skip "the Go toolchain is absent"
# One build at a time: a second caller waits and finds the binary made.
if command -v flock >/dev/null 2>&1; then
    exec 9>"$cache/lock"
    flock 9 || exit 1
    [ ! -x "$binary" ] || give
fi

log=$(mktemp) || exit 1
trap 'rm -f "$log" "$binary.$$"' EXIT
trap 'exit 1' HUP INT TERM
export CGO_ENABLED=0 GOWORK=off
unset GOOS GOARCH
if ! go mod download >"$log" 2>&1; then
    if grep -q -e 'SECURITY ERROR' -e 'checksum mismatch' -e 'missing go.sum entry' -e 'errors parsing' "$log"; then
        cat "$log" >&2
        exit 1
    fi
    why=$(grep -v ': downloading ' "$log" | head -n 1)
    case $why in
    *' requires go >= '*) skip "the Go toolchain is too old: $why" ;;
    esac
    skip "Go's modules cannot be had: $why"
fi

# Without these the server calls itself v0.0.0-master, and clients that look at its version are misled.
version=$(awk '$1 == "k8s.io/kubernetes" { print $2; exit }' go.mod)
major=$(echo "$version" | cut -d . -f 1 | tr -d v)
minor=$(echo "$version" | cut -d . -f 2)
package=k8s.io/component-base/version
if ! nice go build -mod=readonly -trimpath -buildvcs=false -o "$binary.$$" \
    -ldflags "-s -w -X $package.gitVersion=$version -X $package.gitMajor=$major -X $package.gitMinor=$minor" . >&2; then
    echo "build.sh: the build failed" >&2
    exit 1
fi
mv "$binary.$$" "$binary" || exit 1
# Each is about 120 MB: those that no call has asked for in two weeks go.
find "$cache" -name 'apiserver-*' -type f -mtime +14 -exec rm -f {} +
give
