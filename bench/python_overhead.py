#!/usr/bin/env python3
"""What a plan costs in Python beyond what it costs in C: both in one run, against the same library and documents.

  python_overhead.py BUILD_FOLDER [SOURCE_FOLDER]

BUILD_FOLDER holds libaim.so. A C program is compiled for the other half (CC, cc otherwise). Prints the medians of
several rounds and asserts nothing: machines differ, and so do their neighbours.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CALLS, ROUNDS = 2000, 9

PROGRAM = r"""
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <aim/aim.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* case.json, namespace, name, calls; prints microseconds of one plan. */
int main(int count, char **arguments) {
    static char text[1 << 24];
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    if (count != 5) return 2;
    FILE *file = fopen(arguments[1], "rb");
    if (!file) return 1;
    aim_source source = {.struct_size = sizeof source, .data = text, .size = fread(text, 1, sizeof text, file)};
    aim_ref service = {.struct_size = sizeof service, .ns = arguments[2], .name = arguments[3]};
    int calls = atoi(arguments[4]);
    fclose(file);
    aim_code code = aim_context_new(NULL, &context, NULL);
    if (!code) code = aim_cluster_new(context, &cluster, NULL);
    if (!code) code = aim_cluster_add(cluster, &source, NULL, NULL);
    double start = seconds();
    for (int i = 0; !code && i < calls; i++) {
        aim_plan *plan = NULL;
        code = aim_plan_new(cluster, &service, NULL, &plan, NULL);
        aim_plan_free(plan);
    }
    if (!code) printf("%f\n", (seconds() - start) / calls * 1e6);
    aim_cluster_free(cluster);
    aim_context_free(context);
    return code ? 1 : 0;
}
"""


def compiled(folder: Path, build: Path, source: Path) -> Path:
    program = folder / "plan.c"
    program.write_text(PROGRAM, encoding="utf-8")
    subprocess.run(
        [
            *os.environ.get("CC", "cc").split(),
            "-O2",
            f"-I{source / 'include'}",
            str(program),
            "-o",
            str(folder / "plan"),
            f"-L{build}",
            "-laim",
            f"-Wl,-rpath,{build}",
        ],
        check=True,
    )
    return folder / "plan"


def in_c(program: Path, case: Path, namespace: str, name: str) -> float:
    done = subprocess.run(
        [str(program), str(case), namespace, name, str(CALLS)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def timed(call: object, calls: int = CALLS) -> float:
    assert callable(call)
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    build = Path(arguments[0]).resolve()
    source = Path(arguments[1] if len(arguments) == 2 else __file__).resolve()
    source = source if len(arguments) == 2 else source.parents[1]
    os.environ["LIBAIM_PATH"] = str(build)
    sys.path.insert(0, str(source / "bindings" / "python" / "src"))
    sys.dont_write_bytecode = True
    import aim

    cluster = aim.Cluster(source / "examples" / "mi300x-cluster")
    name = "ml-team/qwen-service"
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.json"
        case.write_bytes(cluster.case())
        program = compiled(Path(folder), build, source)
        # Turn by turn, so that a neighbour of the machine disturbs both.
        rounds = [
            (in_c(program, case, "ml-team", "qwen-service"), timed(lambda: cluster.plan(name))) for _ in range(ROUNDS)
        ]
    c, python = (statistics.median(times) for times in zip(*rounds))
    plan = cluster.plan(name)
    decoded = timed(lambda: cluster.plan(name).template.name, CALLS // 10)
    text = timed(lambda: plan.render("json", part="plan"), CALLS // 10)
    print(
        f"libaim {aim.version()}, Python {sys.version.split()[0]}, median of {ROUNDS} rounds of {CALLS} plans, in µs:"
    )
    print(f"  {c:8.1f}  in C: aim_plan_new, aim_plan_free")
    print(f"  {python:8.1f}  in Python: cluster.plan(name)")
    print(f"  {python - c:8.1f}  overhead of the call")
    print(f"  {decoded:8.1f}  in Python, with one answer decoded: cluster.plan(name).template.name")
    print(f"  {text:8.1f}  of that libaim writing the JSON")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
