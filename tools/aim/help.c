/* Help: one screen for each subcommand, an example first. */
#include <stdio.h>

#include "command.h"

static const char inputs[] =
    "Input (YAML streams, JSON, kind: List, watch events, in any mix; - is standard input):\n"
    "  -f, --filename FILE|DIR|GLOB   documents; also given without -f; repeatable\n"
    "      --cluster FILE|DIR|GLOB    what the cluster holds; -f is then laid over it; repeatable\n"
    "      --pod-log NS/POD/CONTAINER=FILE\n"
    "                                 the log of a container that failed\n"
    "      --complete                 what is not in the input does not exist\n"
    "Without input, the live cluster, as kubectl finds it:\n"
    "      --context NAME, --kubeconfig FILE\n"
    "      --record FILE              keep what was asked and answered; --cluster FILE plays it back\n"
    "      --timeout SECONDS          give up then; without it after a minute of silence and tries\n"
    "      --credential-plugin NAME   let the kubeconfig run this program for credentials; repeatable\n"
    "      --insecure-skip-tls-verify\n"
    "                                 use a context that says so\n";

static const char services[] = "Which services (none named: every one in the input):\n"
                               "  -s, --service [NAMESPACE/]NAME repeatable\n"
                               "      --object KIND/[NAMESPACE/]NAME\n"
                               "                                 an AIMTemplateCache or AIMArtifact; repeatable\n"
                               "  -n, --namespace NAMESPACE      only this namespace; of a NAME without one\n"
                               "  -A, --all-namespaces           every namespace (of documents the default)\n";

static const char rules[] =
    "Rules and output:\n"
    "      --behaviour documented|engine-0.2\n"
    "                                 whose rules count where they differ (default documented)\n"
    "      --policy FILE              orders, GPUs and tie-breaks as a document (see aim help policy)\n"
    "      --now TIME                 let the status carry transition times (RFC 3339)\n"
    "      --color auto|always|never  NO_COLOR counts\n"
    "  -q, --quiet                    no warnings      -v, --verbose  what was read\n";

static const char codes[] = "Exit codes (of several services the worst: 5, 1, 4, 3, 10, 0):\n"
                            "  0 done    1 could not do it    2 wrong usage    3 something blocks a service\n"
                            "  4 a selection is ambiguous     5 the input is invalid      10 diff: there are changes\n";

void help_all(void) {
    fputs("aim explains what AIM Engine deploys for an AIMService, and why: from documents, or a live cluster.\n"
          "\n"
          "  aim explain -n ml-team -s qwen-service\n"
          "  kubectl get aimservices,aimmodels,aimclustermodels,aimservicetemplates,aimclusterservicetemplates,\\\n"
          "    aimtemplatecaches,aimartifacts,aimruntimeconfigs,aimclusterruntimeconfigs,inferenceservices,\\\n"
          "    httproutes,horizontalpodautoscalers,pods,events,nodes -A -o yaml | aim explain -\n"
          "\n"
          "  aim explain     why: every candidate, every stage, the winner, the warnings\n"
          "  aim plan        what: the manifests, ready for kubectl apply --server-side -f -\n"
          "  aim status      what a service would report, component by component\n"
          "  aim lint        what is wrong with documents and node labels\n"
          "  aim diff        what applying the plan would change, and what the change does\n"
          "  aim apply       makes the plan true on the live cluster, by server-side apply\n"
          "  aim controller  keeps plans true: watches, plans, applies, reports\n"
          "  aim policy      by which rules the other commands decide, as a document\n"
          "  aim completion bash|zsh|fish\n"
          "  aim version     which libaim this is\n"
          "  aim help COMMAND\n"
          "\n",
          stdout);
    fputs(codes, stdout);
}

static void help_command(const char *example, const char *about, const char *choice, const char *formats) {
    printf("%s\n\n%s\n\n%s\n", example, about, inputs);
    if (choice) printf("%s\n", choice);
    printf("%s%s\n%s", rules, formats, codes);
}

void help_explain(void) {
    help_command("  aim explain -f examples/mi300x-cluster -s ml-team/qwen-service",
                 "Says which template a service gets, and for every other one the first reason against it.", services,
                 "  -o, --output text|wide|name|json|yaml|markdown\n"
                 "                                 wide: every stage of every candidate; json: the whole plan\n");
}

void help_plan(void) {
    help_command("  aim plan -f examples/mi300x-cluster -s ml-team/qwen-service | kubectl apply --server-side -f -",
                 "Prints the manifests that would be applied now, in order.", services,
                 "  -o, --output yaml|text|name|json|markdown\n"
                 "                                 text: a summary with what follows later; json: the whole plan,\n"
                 "                                 one line for each service\n");
}

void help_status(void) {
    help_command("  aim status -f examples/mixed-gpu-cluster -s apps/assistant",
                 "Prints the status that the service would report. Exit code 0 only when it is Running.", services,
                 "  -o, --output text|wide|name|json|yaml|markdown\n");
}

void help_lint(void) {
    help_command(
        "  aim lint --cluster dump.yaml -f services/ -o sarif",
        "Says what is wrong with AIM documents and with the GPU labels of nodes. With --cluster and -f only the\n"
        "documents of -f and the nodes are looked at. Exit code 3 when something is an error.",
        NULL,
        "  -o, --output text|json|sarif|github|markdown\n"
        "                                 github: workflow commands that annotate a pull request\n");
}

void help_diff(void) {
    help_command(
        "  aim diff --cluster dump.yaml -f services/ -s ml-team/qwen-service",
        "Compares the plan with the objects that the input holds: only fields that the plan sets. Exit code 10\n"
        "when applying it would change something.",
        services, "  -o, --output text|json|markdown\n");
}

void help_apply(void) {
    help_command(
        "  aim apply -n ml-team -s qwen-service --dry-run=server",
        "Makes the plan true on the live cluster: server-side apply in the plan's order, deletions under their\n"
        "guards. It stops at the first object that is refused, and says which field belongs to whom.\n"
        "\n"
        "      --dry-run=server           the server checks everything and changes nothing\n"
        "      --force                    take over fields that belong to others",
        services, "  -o, --output text|name\n");
}

void help_controller(void) {
    fputs(
        "  aim controller -n ml-team --dry-run --until-settled\n"
        "\n"
        "Keeps AIMServices, AIMTemplateCaches and AIMArtifacts of the live cluster true: what changes is planned\n"
        "again, the plan is applied, the status written. It takes the place of these controllers of AIM Engine and\n"
        "refuses to start beside them.\n"
        "\n"
        "      --controllers LIST         of service,template-cache,artifact (default: all three)\n"
        "  -n, --namespace NAMESPACE      only this namespace; what cannot be seen outside is unknown\n"
        "      --dry-run                  say what would be written and deleted, and write nothing\n"
        "      --until-settled            stop when nothing is left to do, with --timeout SECONDS not later than that\n"
        "      --takeover                 start although AIM Engine wrote lately: fields that its managers own become\n"
        "                                 ours, because ours have the same names\n"
        "      --metrics-address HOST:PORT  serve /healthz, /readyz and /metrics there\n"
        "      --no-leader-election, --lease-namespace NAMESPACE, --identity NAME\n"
        "                                 the Lease aim-controller says who works (default: in the context's "
        "namespace)\n"
        "      --log-format text|json     of the lines on standard error; -q only warnings, -v also what is usual\n"
        "      --policy FILE              orders, GPUs and tie-breaks as a document\n"
        "      --context NAME, --kubeconfig FILE, --credential-plugin NAME\n"
        "                                 the cluster, as kubectl finds it; in a pod, its service account\n"
        "\n"
        "Exit codes: 0 stopped or settled   2 wrong usage   1 the server, the lease or the memory was lost, AIM "
        "Engine\n"
        "            runs here, or not settled in time\n",
        stdout);
}

void help_policy(void) {
    fputs(
        "  aim policy > mine.yaml    (edit it)    aim explain -f dump.yaml --policy mine.yaml\n"
        "\n"
        "Prints the policy that counts, with nothing left to defaults: what is compared and in which order, the GPUs\n"
        "with their devices and memory, and how ties are broken. A document for --policy needs only what differs:\n"
        "\n"
        "  apiVersion: libaim/v1\n"
        "  kind: Policy\n"
        "  metadata: {name: lab}\n"
        "  spec:\n"
        "    tieBreaks: [fewest-gpus]\n"
        "    gpus:\n"
        "    - {model: MI400X, vram: 432Gi, devices: [\"75c0\"]}\n"
        "\n"
        "      --policy FILE              the document to complete and print (- is standard input)\n"
        "      --behaviour documented|engine-0.2\n"
        "                                 the built-in policy to print (default documented)\n"
        "  -o, --output yaml|json|name    name: only the identity, which every plan carries\n",
        stdout);
}

void help_version(void) {
    fputs("  aim version -v\n\nPrints the version; with -v how the library was built.\n", stdout);
}
