#!/bin/sh
# Shell completion: the scripts are valid, and the shells complete with them what somebody would type.
#
#   completion_test.sh AIM_BINARY SOURCE_FOLDER
#
# Prints "PASS name", "FAIL name" or "SKIP name: why" for each test, then the counts; exit code 1 when one failed.
if [ $# -ne 2 ]; then
    echo "usage: completion_test.sh AIM_BINARY SOURCE_FOLDER" >&2
    exit 2
fi
case $1 in /*) aim=$1 ;; *) aim=$(pwd)/$1 ;; esac
cd "$2" || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
LC_ALL=C
export LC_ALL
passed=0 failed=0 skipped=0
mi300x=examples/mi300x-cluster

# The tool goes by both of its names, and nothing of the user's own set-up is in the way: no cluster is reached.
mkdir "$scratch/bin" "$scratch/home"
ln -s "$aim" "$scratch/bin/aim"
ln -s "$aim" "$scratch/bin/kubectl-aim"
PATH=$scratch/bin:$PATH
HOME=$scratch/home
KUBECONFIG=/nonexistent
export PATH HOME KUBECONFIG
unset KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT

check() {
    : >"$scratch/out"
    : >"$scratch/err"
    if "$1"; then
        echo "PASS $1"
        passed=$((passed + 1))
        return
    fi
    echo "FAIL $1"
    for stream in out err; do sed "s/^/    std$stream: /" "$scratch/$stream"; done
    failed=$((failed + 1))
}

skip() {
    echo "SKIP $1: $2"
    skipped=$((skipped + 1))
}

# prints WORD...: the last command printed these lines, in this order, and nothing else.
prints() {
    : >"$scratch/wanted"
    [ $# -eq 0 ] || printf '%s\n' "$@" >"$scratch/wanted"
    diff "$scratch/wanted" "$scratch/out" >>"$scratch/err"
}
has() { grep -qxF -e "$1" "$scratch/out" || { echo "no line: $1" >>"$scratch/err"; false; }; }
has_not() { ! grep -qxF -e "$1" "$scratch/out" || { echo "there is a line: $1" >>"$scratch/err"; false; }; }

# --- the command ---

an_unknown_shell_is_wrong_usage() {
    aim completion tcsh >"$scratch/out" 2>"$scratch/err"
    [ $? -eq 2 ] && prints && grep -q tcsh "$scratch/err"
}

no_shell_is_wrong_usage() {
    aim completion >"$scratch/out" 2>"$scratch/err"
    [ $? -eq 2 ] && prints
}

help_names_the_hook_of_kubectl() {
    aim help completion >"$scratch/out" && grep -q 'kubectl_complete-aim' "$scratch/out"
}

# --- what the scripts ask ---

ask() { aim __complete "$@" >"$scratch/out" 2>"$scratch/err" </dev/null && [ ! -s "$scratch/err" ]; }

services_are_listed_in_order() {
    ask services "$mi300x" && has ml-team/qwen-service && sort -c "$scratch/out"
}

namespaces_are_listed_once() {
    ask namespaces "$mi300x" "$mi300x/services.yaml" && prints ml-team
}

services_of_a_namespace_go_by_their_name() {
    ask -n ml-team services "$mi300x" && has qwen-service && ask -n lab services "$mi300x" && prints
}

a_broken_or_missing_file_hides_nothing_and_prints_nothing() {
    printf 'a: [\n' >"$scratch/broken.yaml"
    ask services "$scratch/broken.yaml" "$scratch/missing.yaml" "$mi300x" && has ml-team/qwen-service
}

standard_input_and_pipes_are_not_waited_for() {
    mkfifo "$scratch/pipe" && ask services - "$scratch/pipe" "$mi300x" && has ml-team/qwen-service
}

both_sides_of_a_what_if_are_read() {
    ask --cluster "$mi300x" services examples/mixed-gpu-cluster && has ml-team/qwen-service && has apps/assistant
}

names_that_a_shell_would_run_are_left_out() {
    # shellcheck disable=SC2016 # nobody is to expand it
    for name in 'a $(touch-hacked)' '`touch-hacked` plain' 'a plain'; do
        printf -- '---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\n'
        printf 'metadata: {namespace: "%s", name: "%s"}\nspec: {model: {name: m}}\n' "${name% *}" "${name#* }"
    done >"$scratch/hostile.yaml"
    aim lint "$scratch/hostile.yaml" >"$scratch/out" 2>&1
    grep -q 'touch-hacked' "$scratch/out" || return 1 # they were read
    ask services "$scratch/hostile.yaml" && prints a/plain && ask namespaces "$scratch/hostile.yaml" && prints a
}

an_unknown_question_has_no_answer() {
    ask everything "$mi300x" && prints && ask && prints
}

# --- bash ---

script_is_valid() { aim completion "$1" >"$scratch/script.$1" && "$1" -n "$scratch/script.$1" 2>"$scratch/err"; }
bash_script_is_valid() { script_is_valid bash; }

# in_bash WORD...: what bash offers for the last word, one a line.
cat >"$scratch/in_bash" <<'END'
source "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_aim "$1" "${!#}"
[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
[[ -z $files_wanted ]] || echo FILES
END
in_bash() { bash "$scratch/in_bash" "$scratch/script.bash" "$@" >"$scratch/out" 2>"$scratch/err" && [ ! -s "$scratch/err" ]; }

bash_completes_commands() {
    in_bash aim ex && prints explain && in_bash aim pl && prints plan && in_bash aim st && prints status
}

bash_offers_every_command_of_the_help() {
    aim help | sed -n 's/^  aim \([a-z]*\) .*/\1/p' >"$scratch/commands"
    in_bash aim '' && [ -s "$scratch/commands" ] || return 1
    while read -r name; do has "$name" || return 1; done <"$scratch/commands"
}

bash_hides_the_helper() { in_bash aim __ && prints; }
bash_completes_options() { in_bash aim explain --behav && prints --behaviour && in_bash aim plan --clu && prints --cluster; }

bash_offers_every_option_of_the_help() {
    aim help explain | grep -o -e '--[a-z][a-z-]*' | sort -u >"$scratch/options"
    in_bash aim explain -- && [ -s "$scratch/options" ] || return 1
    while read -r name; do has "$name" || return 1; done <"$scratch/options"
}

bash_offers_the_formats_of_the_command() {
    for name in explain plan status lint diff apply; do
        aim help $name >"$scratch/help" 2>&1 || continue
        # shellcheck disable=SC2046 # one word each
        set -- $(sed -n 's/^  -o, --output \([a-z|]*\).*/\1/p' "$scratch/help" | tr '|' ' ')
        in_bash aim $name -o '' && prints "$@" || return 1
    done
}

bash_completes_a_format() {
    in_bash aim plan -o js && prints json &&
        in_bash aim plan --output = js && prints json &&
        in_bash aim plan --output = && has json &&
        in_bash aim plan --output=js && prints --output=json
}

bash_completes_behaviours_and_colours() {
    in_bash aim plan --behaviour '' && prints documented engine-0.2 && in_bash aim plan --color n && prints never
}

bash_offers_options_of_the_controller_to_it_alone() {
    in_bash aim controller --lease && prints --lease-namespace && in_bash aim controller --cont && prints --context --controllers &&
        in_bash aim plan --lease && prints && in_bash aim controller --controllers te && prints template-cache &&
        in_bash aim controller --log-format '' && prints text json && in_bash aim controller --dry && prints --dry-run
}

bash_offers_options_of_apply_to_apply_alone() {
    in_bash aim apply --f && prints --filename --force && in_bash aim explain --f && prints --filename &&
        in_bash aim apply --dry && prints --dry-run && in_bash aim plan --dry && prints
}

bash_completes_a_dry_run() {
    in_bash aim apply --dry-run = '' && prints server && in_bash aim apply --dry-run=s && prints --dry-run=server
}

bash_takes_no_kubeconfig_and_no_record_for_input() {
    in_bash aim explain --kubeconfig "$mi300x" --record "$mi300x" -s '' && prints &&
        in_bash aim explain --kubeconfig ex && prints FILES && in_bash aim explain --timeout '' && prints
}

bash_completes_services_of_the_input() {
    in_bash aim explain -f "$mi300x" -s ml-team/qwen-serv && prints ml-team/qwen-service &&
        in_bash aim explain --filename = "$mi300x" --service = ml-team/qwen-serv && prints ml-team/qwen-service &&
        in_bash aim explain --cluster "$mi300x" -s ml-team/qwen-serv && prints ml-team/qwen-service &&
        in_bash aim explain "$mi300x" -s ml-team/qwen-serv && prints ml-team/qwen-service &&
        in_bash aim explain -f"$mi300x" -s ml-team/qwen-serv && prints ml-team/qwen-service
}

bash_completes_services_of_a_namespace_by_name() {
    in_bash aim explain -f "$mi300x" -n ml-team -s qwen-serv && prints qwen-service &&
        in_bash aim explain -f "$mi300x" -n ml-team -s ml-team/qwen-serv && prints ml-team/qwen-service
}

bash_completes_namespaces_of_the_input() {
    in_bash aim explain -f examples/mixed-gpu-cluster -n '' && prints apps lab
}

bash_reads_quotes_and_the_home_folder() {
    mkdir -p "$HOME/my files" && cp "$mi300x/services.yaml" "$HOME/my files/"
    in_bash aim explain -f "'$mi300x'" -n '' && prints ml-team &&
        in_bash aim explain -f '~/my\ files' -n '' && prints ml-team
}

bash_leaves_files_to_readline() {
    in_bash aim explain ex && prints FILES && in_bash aim explain -f ex && prints FILES &&
        in_bash aim explain -- -x && prints FILES && in_bash aim explain --pod-log a/b/c = '' && prints FILES
}

bash_completes_without_input() { in_bash aim explain -s '' && prints; }
bash_completes_shells_and_topics() { in_bash aim completion f && prints fish && in_bash aim help sta && prints status; }
bash_completes_the_plugin() { in_bash kubectl-aim explain -f "$mi300x" -s ml-team/qwen-serv && prints ml-team/qwen-service; }

kubectl_asks_the_bash_script() {
    cp "$scratch/script.bash" "$scratch/bin/kubectl_complete-aim" && chmod +x "$scratch/bin/kubectl_complete-aim" || return 1
    kubectl_complete-aim explain -f "$mi300x" -s ml-team/qwen-serv >"$scratch/out" 2>"$scratch/err" &&
        prints ml-team/qwen-service :4 || return 1
    kubectl_complete-aim explain -f '' >"$scratch/out" 2>"$scratch/err" && prints :0
}

# --- zsh and fish ---

zsh_script_is_valid() { script_is_valid zsh; }

# The functions that need no line editor.
zsh_finds_services_of_the_input() {
    zsh -f -c 'compdef() { :; }; source "$1"; kind= verb= ns= inputs=() program=aim
        _aim_read explain --filename='"$mi300x"' -n ml-team -s; print -r -- "$kind"; _aim_ask services qwen-serv' \
        zsh "$scratch/script.zsh" >"$scratch/out" 2>"$scratch/err" && has services && has qwen-service
}

# The words that _arguments gets, which only a line editor would read.
zsh_words_of() {
    # shellcheck disable=SC2016 # zsh expands it
    zsh -f -c 'compdef() { :; }; _arguments() { print -rl -- "$@"; }; source "$1"; words=($2); _aim_documents' \
        zsh "$scratch/script.zsh" "$1" >"$scratch/out" 2>"$scratch/err" && [ ! -s "$scratch/err" ]
}
zsh_gives_apply_its_own_options() {
    zsh_words_of apply && has '*--force[take over fields that belong to others]' &&
        has '*--dry-run=[the server checks everything and changes nothing]:how:(server)' &&
        zsh_words_of plan && has_not '*--force[take over fields that belong to others]' &&
        has '*--record=[keep what the cluster was asked and answered]:value:_files'
}

fish_script_is_valid() { script_is_valid fish; }

in_fish() {
    # shellcheck disable=SC2016 # fish expands it
    fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$scratch/script.fish" "$1" 2>"$scratch/err" |
        cut -f 1 >"$scratch/out" && [ ! -s "$scratch/err" ]
}

fish_completes_commands_options_and_formats() {
    in_fish 'aim ex' && prints explain && in_fish 'aim plan --behav' && has --behaviour &&
        in_fish 'aim plan -o js' && prints json && in_fish 'aim plan -o ' && has_not wide
}

fish_offers_options_of_apply_to_apply_alone() {
    in_fish 'aim apply --fo' && prints --force && in_fish 'aim plan --fo' && prints &&
        in_fish 'aim apply --dry-run ' && prints server && in_fish 'aim plan --context ' && prints
}

fish_completes_services_and_namespaces() {
    in_fish "aim explain -f $mi300x -s ml-team/qwen-serv" && prints ml-team/qwen-service &&
        in_fish "aim explain -f $mi300x -n ml-team -s qwen-serv" && prints qwen-service &&
        in_fish "kubectl-aim plan --filename=$mi300x -n " && prints ml-team
}

# --- all of them ---

for test in an_unknown_shell_is_wrong_usage no_shell_is_wrong_usage help_names_the_hook_of_kubectl \
    services_are_listed_in_order namespaces_are_listed_once services_of_a_namespace_go_by_their_name \
    a_broken_or_missing_file_hides_nothing_and_prints_nothing standard_input_and_pipes_are_not_waited_for \
    both_sides_of_a_what_if_are_read names_that_a_shell_would_run_are_left_out an_unknown_question_has_no_answer; do
    check $test
done
if command -v bash >/dev/null 2>&1; then
    for test in bash_script_is_valid bash_completes_commands bash_offers_every_command_of_the_help bash_hides_the_helper \
        bash_completes_options bash_offers_every_option_of_the_help bash_offers_the_formats_of_the_command \
        bash_completes_a_format bash_completes_behaviours_and_colours bash_offers_options_of_apply_to_apply_alone \
        bash_offers_options_of_the_controller_to_it_alone \
        bash_completes_a_dry_run bash_takes_no_kubeconfig_and_no_record_for_input bash_completes_services_of_the_input \
        bash_completes_services_of_a_namespace_by_name bash_completes_namespaces_of_the_input \
        bash_reads_quotes_and_the_home_folder bash_leaves_files_to_readline bash_completes_without_input \
        bash_completes_shells_and_topics bash_completes_the_plugin kubectl_asks_the_bash_script; do
        check $test
    done
else
    skip bash "there is no bash"
fi
if command -v zsh >/dev/null 2>&1; then
    check zsh_script_is_valid
    check zsh_finds_services_of_the_input
    check zsh_gives_apply_its_own_options
else
    skip zsh "there is no zsh"
fi
if command -v fish >/dev/null 2>&1; then
    check fish_script_is_valid
    check fish_completes_commands_options_and_formats
    check fish_completes_services_and_namespaces
    check fish_offers_options_of_apply_to_apply_alone
else
    skip fish "there is no fish"
fi
if [ "$skipped" -eq 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[ "$failed" -eq 0 ]
