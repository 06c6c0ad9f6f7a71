#!/usr/bin/env python3
"""kubectl reads the manifests of a plan as what they are: kubectl_test.py AIM SOURCE.

Every manifest that "aim plan" prints for the examples goes through kubectl's own reader (label --local, which asks no
cluster), and what it read has to be the object of "aim plan -o json", value by value.
"""
import json
import os
import shutil
import subprocess
import sys

EXAMPLES = ["mi300x-cluster", "mixed-gpu-cluster", "catalogue"]


def run(command, text=None):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def documents(text):
    """The JSON documents that kubectl prints one after the other."""
    decoder = json.JSONDecoder()
    position = 0
    while position < len(text.rstrip()):
        value, end = decoder.raw_decode(text, position)
        yield value
        position = end
        while position < len(text) and text[position].isspace():
            position += 1


def main():
    aim, source = os.path.abspath(sys.argv[1]), sys.argv[2]
    kubectl = shutil.which("kubectl")
    if not kubectl:
        print("SKIP kubectl reads the manifests: there is no kubectl (package kubernetes-client)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    passed = failed = 0
    for example in EXAMPLES:
        for behaviour in ["documented", "engine-0.2"]:
            arguments = [aim, "plan", "-q", "--behaviour", behaviour, "-f", os.path.join(source, "examples", example)]
            plans = [json.loads(line) for line in run(arguments + ["-o", "json"]).stdout.splitlines()]
            wanted = [action["object"] for plan in plans for action in plan["apply"]]
            answer = run([kubectl, "label", "--local", "-f", "-", "-o", "json", "libaim-test-"], run(arguments).stdout)
            read = list(documents("".join(line for line in answer.stdout.splitlines(True)
                                          if not line.startswith("label \"libaim-test\" not found"))))
            if read == wanted and wanted:
                passed += 1
            else:
                failed += 1
                print(f"FAIL {example} {behaviour}: kubectl read {len(read)} objects, the plan has {len(wanted)}")
                print(answer.stderr[:500])
                for a, b in zip(read, wanted):
                    if a != b:
                        print("kubectl", json.dumps(a, sort_keys=True)[:2000])
                        print("plan   ", json.dumps(b, sort_keys=True)[:2000])
                        break
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
