/* aim completion: the scripts that teach a shell our words, written from two tables. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"

/* --- what there is to complete --- */

/* What the value of an option is: a name that the scripts know. */
#define FILES "files"
#define SERVICES "services"
#define NAMESPACES "namespaces"
#define FORMATS "formats"
#define BEHAVIOURS "behaviours"
#define COLORS "colors"
#define DRY_RUNS "dry_runs"
#define CONTROLLERS "controllers"
#define LOG_FORMATS "log_formats"
#define OTHER "other" /* files, none of them input */
#define WORD "word"   /* nothing that we could offer */

#define BEHAVIOUR_NAMES "documented engine-0.2"
#define COLOR_NAMES "auto always never"
#define DRY_RUN_NAMES "server"
#define CONTROLLER_NAMES "service template-cache artifact"
#define LOG_FORMAT_NAMES "text json"
#define SHELL_NAMES "bash zsh fish"

/* options.c reads them. The texts hold no quotes, colons or square brackets: each shell would want them escaped
 * differently. An option without a text is understood and not offered; one with a command is offered to that alone. */
static const struct {
    char letter;
    const char *name, *value, *about, *only;
} known_options[] = {
    {'f', "filename", FILES, "documents, folders, patterns; - is standard input"},
    {0, "cluster", FILES, "what the cluster holds; -f is laid over it"},
    {'n', "namespace", NAMESPACES, "only this namespace"},
    {'A', "all-namespaces", NULL, "every namespace"},
    {'s', "service", SERVICES, "a service, as NAMESPACE/NAME"},
    {0, "object", OTHER, "an AIMService, AIMTemplateCache or AIMArtifact, as KIND/NAMESPACE/NAME"},
    {0, "context", WORD, "ask the cluster of this kubeconfig context"},
    {0, "kubeconfig", OTHER, "the kubeconfig file in place of the usual one"},
    {0, "record", OTHER, "keep what the cluster was asked and answered"},
    {0, "timeout", WORD, "give up reading after so many seconds"},
    {0, "credential-plugin", OTHER, "let the kubeconfig run this program for credentials"},
    {0, "insecure-skip-tls-verify", NULL, "use a context that says so"},
    {0, "dry-run", DRY_RUNS, "the server checks everything and changes nothing", "apply"},
    {0, "force", NULL, "take over fields that belong to others", "apply"},
    {0, "dry-run", NULL, "say what would be written and deleted, and write nothing", "controller"},
    {0, "controllers", CONTROLLERS, "which of service, template-cache and artifact", "controller"},
    {0, "takeover", NULL, "start although AIM Engine wrote lately", "controller"},
    {0, "until-settled", NULL, "stop when nothing is left to do", "controller"},
    {0, "metrics-address", WORD, "serve health and metrics at HOST-PORT", "controller"},
    {0, "no-leader-election", NULL, "work without a lease", "controller"},
    {0, "lease-namespace", WORD, "where the lease is", "controller"},
    {0, "identity", WORD, "who holds the lease", "controller"},
    {0, "log-format", LOG_FORMATS, "form of the log", "controller"},
    {0, "pod-log", OTHER, "the log of a container, as NAMESPACE/POD/CONTAINER=FILE"},
    {0, "now", OTHER, "the time that a status carries (RFC 3339)"},
    {0, "complete", NULL, "what is not in the input does not exist"},
    {0, "behaviour", BEHAVIOURS, "whose rules count where they differ"},
    {0, "behavior", BEHAVIOURS, NULL},
    {0, "policy", FILES, "orders, GPUs and tie-breaks as a document"},
    {'o', "output", FORMATS, "form of the answer"},
    {0, "color", COLORS, "whether to use colours"},
    {'q', "quiet", NULL, "no warnings"},
    {'v', "verbose", NULL, "say what was read"},
    {'h', "help", NULL, "help for the command"},
};

/* A command that main.c does not know is not offered. Those with formats take documents and all options. */
static const char *const known_commands[] = {"explain",    "plan",   "status",     "lint",    "diff", "apply",
                                             "controller", "policy", "completion", "version", "help"};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *command_about(size_t i) {
    if (strcmp(known_commands[i], "help") == 0) return "help for a command";
    const command *known = command_find(known_commands[i]);
    return known ? known->summary : NULL;
}

static const char *command_formats(size_t i) {
    const command *known = command_find(known_commands[i]);
    return known ? known->formats : NULL;
}

static bool command_is_live(size_t i) {
    const command *known = command_find(known_commands[i]);
    return known && known->live;
}

/* "text|json" as words */
static void put_words(const char *formats) {
    for (; *formats; formats++)
        putchar(*formats == '|' ? ' ' : *formats);
}

/* In single quotes, as bash, zsh and fish all read them: a quote inside ends the text and starts it again. */
static void put_quoted(const char *text) {
    putchar('\'');
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
    }
    putchar('\'');
}

/* --- bash and zsh --- */

/* Both read this part: words of a command line into verb, inputs, ns; kind is what the word after them has to be. */
static const char read_words[] =
    "_aim_read() {\n"
    "    local word\n"
    "    for word; do\n"
    "        word=${word#[\\\"\\']} word=${word%[\\\"\\']}\n"
    "        word=${word//\\\\/}\n"
    "        if [[ $word == '~/'* ]]; then word=$HOME/${word:2}; fi\n"
    "        if [[ $word == '=' ]]; then\n"
    "            kind=${kind:-other}\n"
    "        elif [[ -n $kind && $kind != rest ]]; then\n"
    "            _aim_value \"$word\"\n"
    "            kind=\n"
    "        elif [[ $kind == rest ]]; then\n"
    "            inputs+=(\"$word\")\n"
    "        elif [[ $word == -- ]]; then\n"
    "            kind=rest\n"
    "        elif [[ $word == --*=* ]]; then\n"
    "            _aim_kind \"${word%%=*}\"\n"
    "            _aim_value \"${word#*=}\"\n"
    "            kind=\n"
    "        elif [[ $word == -[fnso]?* ]]; then\n"
    "            _aim_kind \"${word:0:2}\"\n"
    "            _aim_value \"${word:2}\"\n"
    "            kind=\n"
    "        elif [[ $word == -?* ]]; then\n"
    "            _aim_kind \"$word\"\n"
    "        elif [[ -z $verb ]]; then\n"
    "            verb=$word\n"
    "        else\n"
    "            inputs+=(\"$word\")\n"
    "        fi\n"
    "    done\n"
    "}\n"
    "_aim_value() {\n"
    "    case $kind in\n"
    "    files) inputs+=(\"$1\") ;;\n"
    "    namespaces) ns=$1 ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "# Services or namespaces of the input; with -n a service goes by its name alone.\n"
    "_aim_ask() {\n"
    "    local what=$1 cur=$2\n"
    "    if [[ $what == services && -n $ns && $cur != */* ]]; then\n"
    "        \"$program\" __complete -n \"$ns\" -- \"$what\" \"${inputs[@]}\" 2>/dev/null\n"
    "    elif [[ ${#inputs[@]} -gt 0 ]]; then\n"
    "        \"$program\" __complete -- \"$what\" \"${inputs[@]}\" 2>/dev/null\n"
    "    fi\n"
    "}\n";

static void put_kinds(void) {
    puts("_aim_kind() {\n    kind=\n    case $1 in");
    for (size_t i = 0; i < COUNT(known_options); i++) {
        if (!known_options[i].value) continue;
        printf("    --%s", known_options[i].name);
        if (known_options[i].letter) printf(" | -%c", known_options[i].letter);
        printf(") kind=%s ;;\n", known_options[i].value);
    }
    puts("    esac\n}");
}

static void put_formats(void) {
    puts("_aim_formats() {\n    case $1 in");
    for (size_t i = 0; i < COUNT(known_commands); i++) {
        if (!command_formats(i)) continue;
        printf("    %s) echo ", known_commands[i]);
        put_words(command_formats(i));
        puts(" ;;");
    }
    puts("    esac\n}");
}

/* Those that one command alone has. */
static void put_own_options(void) {
    puts("_aim_own_options() {");
    for (size_t i = 0; i < COUNT(known_options); i++) {
        if (!known_options[i].only) continue;
        printf("    if [[ $command == %s ]]; then echo --%s; fi\n", known_options[i].only, known_options[i].name);
    }
    puts("}");
}

/* Names from documents are compared, never given to compgen -W, which would expand them. */
static const char bash_main[] =
    "_aim_among() {\n"
    "    local word prefix=$1\n"
    "    shift\n"
    "    for word; do\n"
    "        if [[ -n $word && $word == \"$prefix\"* ]]; then COMPREPLY+=(\"$lead$word\"); fi\n"
    "    done\n"
    "}\n"
    "\n"
    "# An empty COMPREPLY with files_wanted set leaves the word to readline, which knows about quotes and tildes.\n"
    "_aim() {\n"
    "    local program=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} kind= verb= ns= lead= wanted\n"
    "    local -a inputs=()\n"
    "    COMPREPLY=()\n"
    "    files_wanted=\n"
    "    if [[ $program == '~/'* ]]; then program=$HOME/${program:2}; fi\n"
    "    command -v -- \"$program\" >/dev/null || program=aim\n"
    "    _aim_read \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"\n"
    "    if [[ -z $kind && $cur == --*=* ]]; then\n"
    "        _aim_kind \"${cur%%=*}\"\n"
    "        lead=${cur%%=*}=\n"
    "        cur=${cur#*=}\n"
    "    fi\n"
    "    if [[ $cur == '=' ]]; then cur=; fi\n"
    "    wanted=$kind kind=\n"
    "    local command=$verb\n"
    "    _aim_read \"${COMP_WORDS[@]:COMP_CWORD+1}\"\n"
    "    case $wanted in\n"
    "    services | namespaces)\n"
    "        local name\n"
    "        while IFS= read -r name; do _aim_among \"$cur\" \"$name\"; done <<<\"$(_aim_ask \"$wanted\" \"$cur\")\"\n"
    "        ;;\n"
    "    formats) _aim_among \"$cur\" $(_aim_formats \"$command\") ;;\n"
    "    behaviours) _aim_among \"$cur\" " BEHAVIOUR_NAMES " ;;\n"
    "    colors) _aim_among \"$cur\" " COLOR_NAMES " ;;\n"
    "    dry_runs) _aim_among \"$cur\" " DRY_RUN_NAMES " ;;\n"
    "    controllers) _aim_among \"$cur\" " CONTROLLER_NAMES " ;;\n"
    "    log_formats) _aim_among \"$cur\" " LOG_FORMAT_NAMES " ;;\n"
    "    word) ;;\n"
    "    files | other | rest) files_wanted=1 ;;\n"
    "    *) _aim_word ;;\n"
    "    esac\n"
    "    if [[ -z $files_wanted ]]; then compopt +o default 2>/dev/null; fi\n"
    "    return 0\n"
    "}\n"
    "_aim_word() {\n"
    "    case $command in\n"
    "    '') _aim_among \"$cur\" $_aim_commands --help --version ;;\n"
    "    completion) _aim_among \"$cur\" " SHELL_NAMES " ;;\n"
    "    help) _aim_among \"$cur\" $_aim_commands ;;\n"
    "    version) _aim_among \"$cur\" -v --verbose -h --help ;;\n"
    "    *)\n"
    "        if [[ $cur == -* ]]; then\n"
    "            _aim_among \"$cur\" $_aim_options $(_aim_own_options)\n"
    "        else\n"
    "            files_wanted=1\n"
    "        fi\n"
    "        ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "if [[ ${0##*/} == kubectl_complete-aim ]]; then\n"
    "    # kubectl runs us with the words behind \"kubectl aim\"; the last line says whether it should offer files.\n"
    "    COMP_WORDS=(kubectl-aim \"$@\") COMP_CWORD=$#\n"
    "    _aim\n"
    "    if [[ ${#COMPREPLY[@]} -gt 0 ]]; then printf '%s\\n' \"${COMPREPLY[@]}\"; fi\n"
    "    if [[ -n $files_wanted ]]; then echo :0; else echo :4; fi\n"
    "else\n"
    "    complete -o default -F _aim aim kubectl-aim\n"
    "fi\n";

static void print_bash(void) {
    puts("#!/usr/bin/env bash\n"
         "# bash completion for aim and kubectl-aim. As an executable file kubectl_complete-aim on PATH it completes\n"
         "# \"kubectl aim\".\n");
    fputs("_aim_commands='", stdout);
    for (size_t i = 0; i < COUNT(known_commands); i++) {
        if (command_about(i)) printf("%s%s", i ? " " : "", known_commands[i]);
    }
    fputs("'\n_aim_options='", stdout);
    for (size_t i = 0; i < COUNT(known_options); i++) {
        if (!known_options[i].about || known_options[i].only) continue;
        if (known_options[i].letter) printf("-%c ", known_options[i].letter);
        printf("--%s ", known_options[i].name);
    }
    puts("'\n");
    put_kinds();
    put_formats();
    put_own_options();
    puts(read_words);
    fputs(bash_main, stdout);
}

static const char zsh_main[] =
    "_aim_input() {\n"
    "    local kind= verb=$words[1] ns= name\n"
    "    local -a inputs names\n"
    "    _aim_read \"${(@)words[2,CURRENT-1]}\"\n"
    "    kind=\n"
    "    _aim_read \"${(@)words[CURRENT+1,-1]}\"\n"
    "    names=(\"${(@f)$(_aim_ask $1 \"$PREFIX\")}\")\n"
    "    names=(${names:#})\n"
    "    compadd -a names\n"
    "}\n"
    "_aim_services() { _aim_input services; }\n"
    "_aim_namespaces() { _aim_input namespaces; }\n"
    "\n"
    "_aim() {\n"
    "    local program=${~words[1]}\n"
    "    (( $+commands[$program] )) || [[ -x $program ]] || program=aim\n"
    "    if (( CURRENT == 2 )); then\n"
    "        if [[ $PREFIX == -* ]]; then compadd -- --help --version; else _describe command _aim_commands; fi\n"
    "        return\n"
    "    fi\n"
    "    shift words\n"
    "    (( CURRENT-- ))\n"
    "    case $words[1] in\n"
    "    completion) (( CURRENT == 2 )) && compadd -- " SHELL_NAMES " ;;\n"
    "    help) (( CURRENT == 2 )) && _describe command _aim_commands ;;\n"
    "    version) compadd -- -v --verbose -h --help ;;\n"
    "    *) _aim_documents ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "if [[ $funcstack[1] == _aim ]]; then _aim \"$@\"; else compdef _aim aim kubectl-aim; fi\n";

/* The action of _arguments for a kind of value. */
static const char *zsh_action(const char *value) {
    static const struct {
        const char *value, *action;
    } actions[] = {{SERVICES, ":service:_aim_services"},
                   {NAMESPACES, ":namespace:_aim_namespaces"},
                   {FORMATS, ":format:($formats)"},
                   {BEHAVIOURS, ":rules:(" BEHAVIOUR_NAMES ")"},
                   {COLORS, ":when:(" COLOR_NAMES ")"},
                   {DRY_RUNS, ":how:(" DRY_RUN_NAMES ")"},
                   {CONTROLLERS, ":kind:(" CONTROLLER_NAMES ")"},
                   {LOG_FORMATS, ":format:(" LOG_FORMAT_NAMES ")"},
                   {WORD, ":value: "},
                   {FILES, ":file:_files"}};
    for (size_t i = 0; i < COUNT(actions); i++) {
        if (strcmp(actions[i].value, value) == 0) return actions[i].action;
    }
    return ":value:_files";
}

/* A word for _arguments. "+" and "=": the value may follow in the same word. */
static void put_zsh_option(size_t i) {
    const char *name = known_options[i].name, *value = known_options[i].value;
    const char letter = known_options[i].letter;
    if (letter)
        printf("\"*\"{-%c%s,--%s%s}", letter, value ? "+" : "", name, value ? "=" : "");
    else
        printf("\"*--%s%s\"", name, value ? "=" : "");
    printf("\"[%s]%s\"", known_options[i].about, value ? zsh_action(value) : "");
}

static void print_zsh(void) {
    puts("#compdef aim kubectl-aim\n"
         "# zsh completion for aim and kubectl-aim: source it, or save it as _aim in a folder of $fpath.\n");
    puts("typeset -ga _aim_commands=(");
    for (size_t i = 0; i < COUNT(known_commands); i++) {
        if (!command_about(i)) continue;
        printf("    %s:", known_commands[i]);
        put_quoted(command_about(i));
        putchar('\n');
    }
    puts(")\n");
    put_kinds();
    put_formats();
    puts(read_words);
    puts("_aim_documents() {\n    local formats=$(_aim_formats $words[1])\n    local -a own=()");
    for (size_t i = 0; i < COUNT(known_options); i++) {
        if (!known_options[i].only) continue;
        printf("    if [[ $words[1] == %s ]]; then own+=(", known_options[i].only);
        put_zsh_option(i);
        puts("); fi");
    }
    puts("    _arguments -s -S \"${own[@]}\" \\");
    for (size_t i = 0; i < COUNT(known_options); i++) {
        if (!known_options[i].about || known_options[i].only) continue;
        fputs("        ", stdout);
        put_zsh_option(i);
        puts(" \\");
    }
    puts("        \"*:file:_files\"\n}\n");
    fputs(zsh_main, stdout);
}

/* --- fish --- */

static const char fish_ask[] = "function __aim_kind\n"
                               "    switch $argv[1]\n";

static const char fish_input[] =
    "    end\n"
    "end\n"
    "\n"
    "# Services or namespaces of the input; with -n a service goes by its name alone.\n"
    "function __aim_input\n"
    "    set -l words (commandline -opc)\n"
    "    set -l program (string replace -r '^~/' \"$HOME/\" -- $words[1])\n"
    "    set -l kind ''\n"
    "    set -l ns ''\n"
    "    set -l inputs\n"
    "    for word in $words[3..-1]\n"
    "        set -l value $word\n"
    "        if test -z \"$kind\"\n"
    "            switch $word\n"
    "                case '--*=*'\n"
    "                    set kind (__aim_kind (string replace -r '=.*' '' -- $word))\n"
    "                    set value (string replace -r '^[^=]*=' '' -- $word)\n"
    "                case '-f*' '-n*'\n"
    "                    set kind (__aim_kind (string sub -l 2 -- $word))\n"
    "                    set value (string sub -s 3 -- $word)\n"
    "                    test -n \"$value\"; or continue\n"
    "                case '-*'\n"
    "                    set kind (__aim_kind $word)\n"
    "                    continue\n"
    "                case '*'\n"
    "                    set kind files\n"
    "            end\n"
    "        end\n"
    "        switch \"$kind\"\n"
    "            case files\n"
    "                set -a inputs (string replace -r '^~/' \"$HOME/\" -- $value)\n"
    "            case namespaces\n"
    "                set ns $value\n"
    "        end\n"
    "        set kind ''\n"
    "    end\n"
    "    if test $argv[1] = services -a -n \"$ns\"; and not string match -q '*/*' -- (commandline -ct)\n"
    "        $program __complete -n $ns -- services $inputs 2>/dev/null\n"
    "    else if set -q inputs[1]\n"
    "        $program __complete -- $argv[1] $inputs 2>/dev/null\n"
    "    end\n"
    "end\n"
    "\n"
    "complete -c kubectl-aim -w aim\n"
    "complete -c aim -n __fish_use_subcommand -f -l help -d 'help for a command'\n"
    "complete -c aim -n __fish_use_subcommand -f -l version -d 'which libaim this is'\n"
    "complete -c aim -n '__fish_seen_subcommand_from completion' -f -a '" SHELL_NAMES "'\n"
    "complete -c aim -n '__fish_seen_subcommand_from version' -f -s v -l verbose -d 'how it was built'";

/* The flags of "complete" for a kind of value: -x takes no files, -r does. */
static const char *fish_flags(const char *value) {
    static const struct {
        const char *value, *flags;
    } known[] = {{SERVICES, " -x -a '(__aim_input services)'"},  {NAMESPACES, " -x -a '(__aim_input namespaces)'"},
                 {BEHAVIOURS, " -x -a '" BEHAVIOUR_NAMES "'"},   {COLORS, " -x -a '" COLOR_NAMES "'"},
                 {DRY_RUNS, " -x -a '" DRY_RUN_NAMES "'"},       {CONTROLLERS, " -x -a '" CONTROLLER_NAMES "'"},
                 {LOG_FORMATS, " -x -a '" LOG_FORMAT_NAMES "'"}, {WORD, " -x"}};
    for (size_t i = 0; i < COUNT(known); i++) {
        if (strcmp(known[i].value, value) == 0) return known[i].flags;
    }
    return " -r -F";
}

static void put_fish_option(const char *commands, size_t i) {
    const char *value = known_options[i].value, *only = known_options[i].only;
    printf("complete -c aim -n '__fish_seen_subcommand_from%s%s' -l %s", only ? " " : "", only ? only : commands,
           known_options[i].name);
    if (known_options[i].letter) printf(" -s %c", known_options[i].letter);
    printf("%s -d ", value ? fish_flags(value) : "");
    put_quoted(known_options[i].about);
    putchar('\n');
}

static void put_fish_formats(size_t option) {
    for (size_t i = 0; i < COUNT(known_commands); i++) {
        if (!command_formats(i)) continue;
        printf("complete -c aim -n '__fish_seen_subcommand_from %s' -l %s -s %c -x -a '", known_commands[i],
               known_options[option].name, known_options[option].letter);
        put_words(command_formats(i));
        fputs("' -d ", stdout);
        put_quoted(known_options[option].about);
        putchar('\n');
    }
}

static void print_fish(void) {
    puts("# fish completion for aim and kubectl-aim.\n");
    fputs(fish_ask, stdout);
    for (size_t i = 0; i < COUNT(known_options); i++) {
        if (!known_options[i].value) continue;
        printf("        case --%s", known_options[i].name);
        if (known_options[i].letter) printf(" -%c", known_options[i].letter);
        printf("\n            echo %s\n", known_options[i].value);
    }
    puts(fish_input);
    char documents[128] = "";
    for (size_t i = 0; i < COUNT(known_commands); i++) {
        if (!command_about(i)) continue;
        printf("complete -c aim -n __fish_use_subcommand -f -a %s -d ", known_commands[i]);
        put_quoted(command_about(i));
        printf("\ncomplete -c aim -n '__fish_seen_subcommand_from help' -f -a %s\n", known_commands[i]);
        if (!command_formats(i) && !command_is_live(i)) continue;
        size_t used = strlen(documents);
        snprintf(documents + used, sizeof documents - used, " %s", known_commands[i]);
    }
    for (size_t i = 0; i < COUNT(known_options); i++) {
        const char *value = known_options[i].value;
        if (!known_options[i].about) continue;
        if (value && strcmp(value, FORMATS) == 0)
            put_fish_formats(i);
        else
            put_fish_option(documents, i);
    }
}

int command_completion(const tool_options *options) {
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    if (options->files.count != 1) {
        complain("name one shell: aim completion bash|zsh|fish");
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < COUNT(shells); i++) {
        if (strcmp(shells[i].name, options->files.items[0]) != 0) continue;
        shells[i].print();
        return EXIT_DONE;
    }
    complain("there is no completion for \"%s\": must be bash, zsh or fish", options->files.items[0]);
    return EXIT_USAGE;
}

void help_completion(void) {
    fputs("  source <(aim completion bash)\n"
          "\n"
          "Prints a script that completes commands, options, files, and the namespaces and services of the input.\n"
          "\n"
          "  bash  source <(aim completion bash)         in ~/.bashrc\n"
          "  zsh   source <(aim completion zsh)          in ~/.zshrc, behind compinit\n"
          "  fish  aim completion fish | source          in ~/.config/fish/config.fish\n"
          "\n"
          "The scripts complete aim and kubectl-aim. For \"kubectl aim\", kubectl (1.26 and later) runs an executable\n"
          "named kubectl_complete-aim on PATH; the bash script is one, whatever your shell is:\n"
          "  aim completion bash >~/.local/bin/kubectl_complete-aim; chmod +x ~/.local/bin/kubectl_complete-aim\n",
          stdout);
}
