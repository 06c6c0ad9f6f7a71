#!/bin/sh
# The example programs: what they print, and how they end.
#
#   examples_test.sh BUILD_FOLDER SOURCE_FOLDER
#
# Prints "PASS name", "FAIL name" or "SKIP name: why" for each test; exit code 1 when one failed.
if [ $# -ne 2 ]; then
    echo "usage: examples_test.sh BUILD_FOLDER SOURCE_FOLDER" >&2
    exit 2
fi
build=$1
source=$2
failures=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
LC_ALL=C
export LC_ALL

pass() { echo "PASS $1"; }
skip() { echo "SKIP $1: $2"; }

# fail NAME: shows what was printed, indented.
fail() {
    echo "FAIL $1"
    for stream in out err; do
        if [ -s "$scratch/$stream" ]; then
            echo "  std$stream:"
            sed 's/^/    /' "$scratch/$stream"
        fi
    done
    failures=$((failures + 1))
}

# --- the example programs ---

# example EXIT_CODE PROGRAM ARGUMENT...: runs it; false when it ends with another code.
example() {
    wanted_code=$1
    program=$build/examples/aim_example_$2
    shift 2
    "$program" "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
    [ "$code" -eq "$wanted_code" ] && return 0
    echo "exit code $code, not $wanted_code" >>"$scratch/err"
    return 1
}

# has LINE [STREAM]: the line was printed, from its beginning to its end.
has() { grep -qxF -e "$1" "$scratch/${2:-out}" || { echo "no line: $1" >>"$scratch/err"; false; }; }
# has_part TEXT [STREAM]
has_part() { grep -qF -e "$1" "$scratch/${2:-out}" || { echo "nowhere: $1" >>"$scratch/err"; false; }; }
silent() { [ ! -s "$scratch/${1:-err}" ]; }

mi300x=$source/examples/mi300x-cluster
mixed=$source/examples/mixed-gpu-cluster
catalogue=$source/examples/catalogue

first_answer_explains_every_candidate() {
    example 0 first_answer ml-team qwen-service "$mi300x"/*.yaml && silent &&
        has 'ml-team/qwen-service · model qwen-qwen3-32b (AIMClusterModel) · 5 candidates' &&
        has_part '  chosen    qwen3-32b-mi300x-fp16-latency ' &&
        has_part '  outranked qwen3-32b-mi300x-fp16-throughput ' &&
        has_part '  rejected  qwen3-32b-mi300x-fp8-latency ' &&
        has_part '→ set spec.template.allowUnoptimized: true' &&
        has_part 'GPU MI325X is not in the cluster (it has MI300X on 2 nodes)'
}

first_answer_is_what_the_tool_explains() {
    example 0 first_answer ml-team qwen-service "$mi300x"/*.yaml &&
        "$build/aim" explain -f "$mi300x" -s ml-team/qwen-service >"$scratch/tool" 2>>"$scratch/err" &&
        cmp "$scratch/out" "$scratch/tool" >>"$scratch/err"
}

first_answer_does_not_depend_on_the_order_of_files() {
    example 0 first_answer ml-team qwen-service "$mi300x"/*.yaml || return 1
    cp "$scratch/out" "$scratch/forward"
    backward=
    for file in "$mi300x"/*.yaml; do backward="$file|$backward"; done
    (
        IFS='|'
        # shellcheck disable=SC2086 # split at the bars
        example 0 first_answer ml-team qwen-service $backward
    ) && cmp "$scratch/forward" "$scratch/out" >>"$scratch/err"
}

first_answer_says_where_a_document_is_broken() {
    printf 'apiVersion: v1\nkind: Node\n- x\n' >"$scratch/broken.yaml"
    example 1 first_answer ml-team qwen-service "$scratch/broken.yaml" && silent out && has_part "$scratch/broken.yaml:3:1: " err
}

first_answer_says_which_file_cannot_be_read() {
    example 1 first_answer ml-team qwen-service "$scratch/missing.yaml" && silent out && has_part "$scratch/missing.yaml" err
}

first_answer_offers_the_nearest_service() {
    example 1 first_answer ml-team qwen-servic "$mi300x"/*.yaml && silent out && has_part 'did you mean qwen-service?' err
}

examples_without_arguments_show_their_usage() {
    for name in first_answer candidates what_if; do
        example 2 $name && silent out && has_part "usage: $name NAMESPACE NAME FILE..." err || return 1
    done
}

candidates_are_listed_with_verdict_stage_and_remedy() {
    example 0 candidates ml-team qwen-service "$mi300x"/*.yaml && silent &&
        has 'model AIMClusterModel qwen-qwen3-32b' &&
        has 'AIMServiceTemplate ml-team/qwen3-32b-mi300x-fp16-latency' &&
        has_part '  chosen at stage rank: BestMatch, rank 1, score ' &&
        has_part '  outranked at stage rank: LowerPreferenceRank, rank 2, score ' &&
        has '  rejected at stage optimization: UnoptimizedTemplateFiltered' &&
        has '  rejected at stage gpu: RequiredGPUNotInCluster' &&
        has '  rejected at stage scope: NamespacedTemplatePreferred' &&
        has '    error 301 UnoptimizedTemplateFiltered' &&
        has '      field    /status/profile/metadata/type' &&
        has '      is       preview' &&
        has '      remedy   set spec.template.allowUnoptimized: true'
}

candidates_of_an_ambiguous_service_are_not_chosen() {
    example 3 candidates lab gpt-oss "$mixed"/*.yaml && ! grep -q '^  chosen' "$scratch/out" && has_part 'TemplateSelectionAmbiguous: '
}

candidates_of_a_service_without_a_model_name_the_model() {
    example 3 candidates team-chat chat-typo "$catalogue"/*.yaml && has_part 'no model: ModelNotFound: ' &&
        has_part 'did you mean qwen-qwen3-32b?'
}

what_if_leaves_the_choice_alone_when_namespaced_templates_win() {
    example 0 what_if ml-team qwen-service "$mi300x"/*.yaml && silent &&
        has 'as it is: qwen3-32b-mi300x-fp16-latency' &&
        has 'with a node of MI325X: qwen3-32b-mi300x-fp16-latency (no change)'
}

what_if_a_better_gpu_arrives() {
    cat >"$scratch/trial.yaml" <<'END'
apiVersion: aim.eai.amd.com/v1alpha1
kind: AIMService
metadata: {name: qwen-trial, namespace: research}
spec: {model: {name: qwen-qwen3-32b}}
END
    example 0 what_if research qwen-trial "$mi300x"/*.yaml "$scratch/trial.yaml" && silent &&
        has 'as it is: qwen3-32b-mi300x-bf16-latency' &&
        has 'with a node of MI325X: qwen3-32b-mi325x-fp8-latency (changed)' &&
        has 'without node mi300x-a: qwen3-32b-mi300x-bf16-latency (no change)' &&
        has 'without node mi300x-b: qwen3-32b-mi300x-bf16-latency (no change)'
}

what_if_the_only_node_of_a_gpu_goes() {
    example 0 what_if lab best-tier "$mixed"/*.yaml && silent &&
        has 'without node mi300x-a: llama-8b-mi325x-fp8-latency (no change)' &&
        has 'without node mi325x-a: llama-8b-mi300x-fp8-latency (changed)'
}

# --- all of them ---

check() {
    : >"$scratch/out"
    : >"$scratch/err"
    if "$1"; then pass "$1"; else fail "$1"; fi
}

check first_answer_explains_every_candidate
if [ -x "$build/aim" ]; then check first_answer_is_what_the_tool_explains
else skip first_answer_is_what_the_tool_explains "the tool is not built"; fi
check first_answer_does_not_depend_on_the_order_of_files
check first_answer_says_where_a_document_is_broken
check first_answer_says_which_file_cannot_be_read
check first_answer_offers_the_nearest_service
check examples_without_arguments_show_their_usage
check candidates_are_listed_with_verdict_stage_and_remedy
check candidates_of_an_ambiguous_service_are_not_chosen
check candidates_of_a_service_without_a_model_name_the_model
check what_if_leaves_the_choice_alone_when_namespaced_templates_win
check what_if_a_better_gpu_arrives
check what_if_the_only_node_of_a_gpu_goes
[ "$failures" -eq 0 ]
