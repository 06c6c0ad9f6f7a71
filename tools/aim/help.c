/* Help: one screen for each subcommand, an example first. */
#include <stdio.h>

#include "command.h"

static const char inputs[] =
    "Input (YAML streams, JSON, kind: List, watch events, in any mix; - is standard input):\n"
    "  -f, --filename FILE|DIR|GLOB   documents; also given without -f; repeatable\n"
    "      --cluster FILE|DIR|GLOB    what the cluster holds; -f is then laid over it; repeatable\n"
    "      --pod-log NS/POD/CONTAINER=FILE\n"
    "                                 the log of a container that failed\n"
    "      --complete                 what is not in the input does not exist\n";

static const char services[] = "Which services (none named: every one in the input):\n"
                               "  -s, --service [NAMESPACE/]NAME repeatable\n"
                               "  -n, --namespace NAMESPACE      only this namespace; of a NAME without one\n"
                               "  -A, --all-namespaces           every namespace (the default)\n";

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
    fputs("aim explains what AIM Engine deploys for an AIMService, and why: offline, from documents.\n"
          "\n"
          "  kubectl get aimservices,aimmodels,aimclustermodels,aimservicetemplates,aimclusterservicetemplates,\\\n"
          "    aimtemplatecaches,aimartifacts,aimruntimeconfigs,aimclusterruntimeconfigs,inferenceservices,\\\n"
          "    httproutes,horizontalpodautoscalers,pods,events,nodes -A -o yaml | aim explain -\n"
          "\n"
          "  aim explain   why: every candidate, every stage, the winner, the warnings\n"
          "  aim plan      what: the manifests, ready for kubectl apply --server-side -f -\n"
          "  aim status    what a service would report, component by component\n"
          "  aim lint      what is wrong with documents and node labels\n"
          "  aim diff      what applying the plan would change, and what the change does\n"
          "  aim policy    by which rules the other commands decide, as a document\n"
          "  aim completion bash|zsh|fish\n"
          "  aim version   which libaim this is\n"
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
