#!/bin/sh
# The test's own control plane put to the test: what the live tests rely on, seen with kubectl.
#
#   selftest.sh BINARY [CRD_FOLDER]     CRD_FOLDER as crds.sh fills it; without it crds.sh is asked
#
# Prints "PASS name", "FAIL name" or "SKIP name: why" for each test, then the counts; exit code 1 when one failed, 77 without kubectl.
set -u
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    echo "usage: selftest.sh BINARY [CRD_FOLDER]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd) || exit 2
binary=$(cd "$(dirname "$1")" && pwd)/${1##*/} || exit 2
[ -x "$binary" ] || { echo "selftest.sh: $1 is no program" >&2; exit 2; }
command -v kubectl >/dev/null 2>&1 || { echo "SKIP: kubectl is absent"; exit 77; }

passed=0 failed=0 pid= port=0
scratch=$(mktemp -d) || exit 1
clean_up() {
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
home=${HOME:-} # Go's caches; kubectl's shall be new
export HOME="$scratch/home" KUBECONFIG=/nonexistent
mkdir -p "$HOME"
data=$scratch/data
mkfifo "$scratch/in" || exit 1

# check NAME COMMAND...: the command's output is shown only when it fails.
check() {
    name=$1
    shift
    if "$@" >"$scratch/said" 2>&1; then
        echo "PASS $name"
        passed=$((passed + 1))
    else
        echo "FAIL $name"
        tail -n 8 "$scratch/said" | sed 's/^/    /'
        failed=$((failed + 1))
        return 1
    fi
}
# within SECONDS COMMAND...: repeats the command until it succeeds.
within() {
    deadline=$(($(date +%s) + $1))
    seconds=$1
    shift
    until "$@"; do
        if [ "$(date +%s)" -gt "$deadline" ]; then
            echo "not within $seconds seconds: $*"
            return 1
        fi
        sleep 0.1
    done
}

# start [FLAG]...: over $data and $port (0: any), with an environment that must not matter; commands go to descriptor 8.
start() {
    : >"$scratch/out"
    SSL_CERT_FILE=/nonexistent HTTPS_PROXY=http://192.0.2.1:1 ETCD_NAME=other \
        "$binary" --dir "$data" --port "$port" "$@" <"$scratch/in" >"$scratch/out" 2>"$scratch/errors" &
    pid=$!
    exec 8>"$scratch/in"
    if ! within 180 is_ready_or_gone || ! grep -q '^READY ' "$scratch/out"; then
        cat "$scratch/errors"
        return 1
    fi
    port=$(sed -n 's/^READY .*://p' "$scratch/out")
}
is_ready_or_gone() { grep -q '^READY ' "$scratch/out" || ! is_running; }
is_running() { kill -0 "$pid" 2>/dev/null; }
gone() { ! is_running; }
# ended NAME: the process went away by itself, and said that all was well.
ended() {
    check "$1" within 5 gone
    wait "$pid"
    code=$?
    check "$1, with exit code 0" test "$code" -eq 0
    exec 8>&-
    pid=
}
# ask COMMAND PATTERN: one line in, one line out.
ask() {
    lines=$(wc -l <"$scratch/out")
    echo "$1" >&8
    within 10 has_more_lines "$lines" >/dev/null
    tail -n +$((lines + 1)) "$scratch/out"
    [ "$(tail -n +$((lines + 1)) "$scratch/out" | grep -c -e "$2")" -eq 1 ]
}
has_more_lines() { [ "$(wc -l <"$scratch/out")" -gt "$1" ]; }

# as WHO ARGUMENT...: kubectl with that kubeconfig.
as() {
    who=$1
    shift
    kubectl --kubeconfig "$data/$who.kubeconfig" --request-timeout 30s "$@" 8>&-
}
admin() { as admin "$@"; }
# answers CODE WHO ARGUMENT...: what the server says to it. kubectl has written that in two ways.
answers() {
    code=$1
    shift
    as "$@" -v=6 >"$scratch/answer" 2>&1
    grep -q -e "status=\"$code " -e " $code [A-Za-z]* in [0-9]* milliseconds" "$scratch/answer" && return 0
    tail -n 3 "$scratch/answer"
    return 1
}
private() { [ "$(find "$data" -name '*.kubeconfig' -perm 600 | wc -l)" -eq 4 ]; }

# config_map NAME [OWNER]
config_map() {
    echo "apiVersion: v1"
    echo "kind: ConfigMap"
    echo "metadata:"
    echo "  name: $1"
    echo "  namespace: selftest"
    [ $# -lt 2 ] || owner_reference "$2"
    echo "data: {key: $1}"
}
owner_reference() {
    echo "  ownerReferences:"
    echo "  - {apiVersion: v1, kind: ConfigMap, name: $1, uid: $(admin -n selftest get configmap "$1" -o 'jsonpath={.metadata.uid}')}"
}
inference_service() {
    echo "apiVersion: serving.kserve.io/v1beta1"
    echo "kind: InferenceService"
    echo "metadata:"
    echo "  name: $1"
    echo "  namespace: selftest"
    owner_reference "$2"
    echo "spec: {predictor: {model: {modelFormat: {name: onnx}}}}"
}
create() { "$@" >"$scratch/object.yaml" && admin create -f "$scratch/object.yaml"; }
create_retrying() { within 10 create "$@"; }
exists() { admin -n selftest get "$@" -o name; }
absent() { admin -n selftest get "$@" -o name 2>&1 | grep -F '(NotFound)'; }
apply_key() { # MANAGER VALUE [FLAG]...
    manager=$1 value=$2
    shift 2
    config_map applied | sed "s/key: applied/key: $value/" >"$scratch/applied.yaml"
    admin apply --server-side --field-manager "$manager" "$@" -f "$scratch/applied.yaml" 2>&1
}
apply_conflicts() { apply_key second b | grep -q -i conflict; }
established() { admin wait --for condition=established --timeout 5s "crd/$1" 2>&1; }
# The first manager's fields move on to the other shape of the same CRD.
apply_crd() { admin apply --server-side --force-conflicts -f "$1" && within 20 established "$2"; }
version_of() { admin -n selftest get configmap "$1" -o 'jsonpath={.metadata.resourceVersion}'; }
watch_at() { admin get --raw "/api/v1/namespaces/selftest/configmaps?watch=1&timeoutSeconds=2&resourceVersion=$1" 2>&1; }
watch_is_gone() { watch_at "$1" | grep '"type":"ERROR".*"code":410'; }
watch_is_served() { watch_at "$1" | grep '"type":"MODIFIED"'; }
is_controller() {
    as controller auth whoami -o json | tr -d ' \n' >"$scratch/answer" 2>&1
    cat "$scratch/answer"
    grep -q '"username":"system:serviceaccount:aim-system:aim-controller"' "$scratch/answer" &&
        grep -q '"system:serviceaccounts"' "$scratch/answer" && grep -q '"system:authenticated"' "$scratch/answer"
}
server_version() { admin version -o json | grep -q "\"gitVersion\": \"$(awk '$1 == "k8s.io/kubernetes" { print $2; exit }' "$here/go.mod")\""; }
refused_folder() {
    "$binary" --dir "$data" </dev/null >"$scratch/answer" 2>&1 && return 1
    cat "$scratch/answer"
    grep -q 'another apiserver runs' "$scratch/answer"
}
unreachable() { admin get --raw /readyz 2>&1 | grep -q -i -e refused -e 'did you specify the right host'; }
no_child() { ps -A -o ppid= >"$scratch/parents" && awk -v parent="$pid" '$1 == parent { found = 1 } END { exit found }' "$scratch/parents"; }

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}
# Without a server the rest would only say so again.
must_start() { check "$@" || { tail -n 5 "$data/kube-apiserver.log" | cut -c 1-300 | sed 's/^/    /'; finish; }; }

must_start "it_starts" start
check "its_kubeconfigs_are_for_their_owner_alone" private
check "it_says_the_version_that_it_is" server_version
check "a_second_one_over_the_same_folder_is_refused" refused_folder
check "an_admin_with_a_certificate_creates_a_namespace" admin create namespace selftest
check "an_admin_with_a_token_reads_it" as token get namespace selftest

check "an_owner_is_created" create config_map owner
check "a_dependent_is_created" create config_map dependent owner
check "the_owner_is_deleted" admin -n selftest delete configmap owner
check "the_dependent_is_collected" within 20 absent configmap dependent

check "a_user_without_rights_gets_403" answers 403 limited -n selftest get configmaps
check "a_role_is_created" admin -n selftest create role reader --verb get,list --resource configmaps
check "and_bound_to_the_user" admin -n selftest create rolebinding limited --role reader --user limited
check "and_the_user_gets_200" within 10 answers 200 limited -n selftest get configmaps
check "the_controller_is_a_service_account" is_controller
sed 's/token: .*/token: wrong/' "$data/token.kubeconfig" >"$data/wrong.kubeconfig"
check "a_wrong_token_gets_401" answers 401 wrong get namespaces
rm -f "$data/wrong.kubeconfig"

check "one_manager_applies" apply_key first a
check "another_value_by_another_manager_conflicts" apply_conflicts
check "and_can_be_forced" apply_key second b --force-conflicts

crds=${2:-}
why=
if [ -z "$crds" ]; then
    crds=$scratch/crds
    why=$(HOME=$home "$here/crds.sh" "$crds" 2>&1)
    code=$?
    [ "$code" -ne 0 ] || why=
fi
if [ -n "$why" ] && [ "$code" -eq 77 ]; then
    echo "SKIP the_crds_are_established: $why"
elif [ -n "$why" ]; then
    echo "$why"
    check "the_crds_are_fetched" false
else
    inference_services=inferenceservices.serving.kserve.io
    check "the_minimal_inference_service_is_established" apply_crd "$crds/kserve-minimal.yaml" $inference_services
    check "the_full_inference_service_is_established" apply_crd "$crds/kserve-full.yaml" $inference_services
    check "gateways_are_established" apply_crd "$crds/gateways.yaml" gateways.gateway.networking.k8s.io
    check "http_routes_are_established" apply_crd "$crds/httproutes.yaml" httproutes.gateway.networking.k8s.io
    check "an_owner_of_a_service_is_created" create config_map model
    check "an_inference_service_is_created" create_retrying inference_service chat model
    check "the_owner_of_the_service_is_deleted" admin -n selftest delete configmap model
    check "the_inference_service_is_collected" within 20 absent $inference_services chat
fi

check "compact_is_answered" ask compact '^OK compacted at revision [0-9]*$'
check "compact_once_more_is_answered" ask compact '^OK compacted at revision [0-9]*$'
check "an_unknown_command_is_an_error" ask nonsense '^ERROR unknown command "nonsense"'
check "it_starts_no_other_process" no_child
admin get configmaps --all-namespaces --watch --request-timeout 0 >"$scratch/watched" 2>&1 8>&- &
watcher=$!
check "a_watch_is_open" within 10 grep -q applied "$scratch/watched"
kill -TERM "$pid"
ended "sigterm_stops_it_within_5_seconds_with_a_watch_open"
kill "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null

# Over the same data and port; the old kubeconfig goes on working.
cp "$data/admin.kubeconfig" "$scratch/before"
must_start "it_starts_again_with_other_flags" start --gc=false --kube-flag=--watch-cache=false
check "its_kubeconfig_is_the_same" cmp "$scratch/before" "$data/admin.kubeconfig"
check "the_namespace_is_still_there" admin get namespace selftest
check "another_owner_is_created" create config_map owner
check "another_dependent_is_created" create config_map dependent owner
check "the_other_owner_is_deleted" admin -n selftest delete configmap owner
old=$(version_of dependent)
check "an_object_changes" admin -n selftest label configmap dependent changed=yes
check "a_watch_at_an_old_version_is_served" watch_is_served "$old"
check "without_the_collector_the_dependent_stays" exists configmap dependent
check "compact_is_answered_again" ask compact '^OK compacted'
check "a_watch_at_an_old_version_is_gone" watch_is_gone "$old"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
exec 8>&-
check "sigkill_leaves_nothing_running" unreachable

far="$scratch/a folder, with a name that etcd could not use for its socket: it has blanks, a comma and very many letters"
mkdir "$far" && mv "$data" "$far/data" || exit 1
data=$far/data
must_start "it_starts_after_a_kill_in_a_folder_with_an_awkward_name" start
check "the_namespace_survived_the_kill" admin get namespace selftest
check "the_dangling_dependent_is_collected" within 20 absent configmap dependent
exec 8>&-
ended "the_end_of_its_stdin_stops_it"
finish
