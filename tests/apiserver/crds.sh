#!/bin/sh
# Fetches the CRDs of other projects that the live tests need, out of those projects' Go modules at exact versions.
#
#   crds.sh FOLDER         kserve-full.yaml, kserve-minimal.yaml (InferenceService), gateways.yaml, httproutes.yaml
#
# Exit code 77, with the reason as one line on stderr, where one cannot be had: callers print SKIP. The modules come by Go's own
# settings and are no part of any build. Apply the files server-side: they are too large for kubectl's annotation.
set -u
kserve=github.com/kserve/kserve@v0.17.0
kserve_sum='h1:IaynaBFzVQz1Xyrw5n3ncqzd5Y7L1RkO+YWvVwwtMQE='
gateway=sigs.k8s.io/gateway-api@v1.6.3
gateway_sum='h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc='

if [ $# -ne 1 ]; then
    echo "usage: crds.sh FOLDER" >&2
    exit 2
fi
skip() {
    echo "$1" >&2
    exit 77
}
mkdir -p "$1" || exit 1
folder=$(cd "$1" && pwd) || exit 1
command -v go >/dev/null 2>&1 || skip "the CRDs of $kserve and $gateway need the Go toolchain, which is absent"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
# Outside of any module: nobody's go.mod is read or written.
cd "$scratch" || exit 1
export GOWORK=off

field() { sed -n "s/^[[:space:]]*\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" "$scratch/answer" | head -n 1; }

# fetch MODULE@VERSION SUM: $dir becomes its folder in Go's module cache.
fetch() {
    if ! go mod download -json "$1" >"$scratch/answer" 2>"$scratch/errors"; then
        why=$(field Error | sed 's/\\"/"/g')
        skip "the CRDs of $1 cannot be had: ${why:-$(grep -v ': downloading ' "$scratch/errors" | head -n 1)}"
    fi
    if [ "$(field Sum)" != "$2" ]; then
        echo "crds.sh: $1 is not the module that these tests were written for: its sum is '$(field Sum)', not '$2'" >&2
        exit 1
    fi
    dir=$(field Dir)
}
# take FILE NAME: Go's module cache is read-only, its copies need not be.
take() {
    [ -s "$dir/$1" ] || skip "$dir holds no $1"
    cat "$dir/$1" >"$folder/$2" || exit 1
}

fetch "$kserve" "$kserve_sum"
take config/crd/full/serving.kserve.io_inferenceservices.yaml kserve-full.yaml
take config/crd/minimal/serving.kserve.io_inferenceservices.yaml kserve-minimal.yaml
fetch "$gateway" "$gateway_sum"
take config/crd/standard/gateway.networking.k8s.io_gateways.yaml gateways.yaml
take config/crd/standard/gateway.networking.k8s.io_httproutes.yaml httproutes.yaml
