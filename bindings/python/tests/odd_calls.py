"""Calls everything that is public with whatever there is: odd_calls.py SEED CALLS. Only exceptions of the documented kinds may come of it.

A program of its own, because a crash takes the interpreter along.
"""

from __future__ import annotations

import inspect
import io
import random
import sys
from typing import Any

from documents import everything, service

import aim

#: What a wrong call may raise. AttributeError: a plan of something else than a service has no template.
EXPECTED = (TypeError, ValueError, aim.AimError)
#: They wait, or read files.
LEFT_OUT = {"run", "replay"}


def things() -> list[Any]:
    """Values of all kinds, most of them wrong wherever they are put."""
    return [
        *(
            None,
            0,
            1,
            -1,
            200,
            2**63,
            2**70,
            1.5,
            float("nan"),
            float("inf"),
            True,
            "",
            "x",
            "team/chat",
            "a\0b",
            "\ud800",
        ),
        *(b"", b"\xff", [], {}, (), object(), int, "json", "text", "AIMService", "Node", "lost", "cut", "get", "apply"),
        *(
            aim.Ref("Node", "gpu-0"),
            aim.Ref("AIMService", "chat", "team"),
            aim.Ref("", "", ""),
            aim.Cancel(),
            aim.Limits(),
        ),
        *(aim.Policy.builtin(), io.BytesIO(), io.StringIO(), lambda *arguments: None, everything(), service()),
        *(
            aim.Outcome(0),
            [aim.Outcome(0, "Conflict")],
            [aim.Outcome(3)],
            ["x"],
            [7],
            {"type": "ADDED", "object": service()},
        ),
    ]


def targets(chance: random.Random) -> list[Any]:
    """What the calls are made on."""
    cluster = aim.Cluster(everything())
    plan = cluster.plan()
    fetch = aim.Fetch(cluster, watch=chance.random() < 0.5, tries=1)
    return [
        aim,
        cluster,
        cluster.clone(),
        plan,
        plan.interest(),
        plan.diff(cluster),
        cluster.lint(),
        fetch,
        aim.Policy.builtin(),
    ]


def public(target: Any) -> list[str]:
    """The names of a target that may be called."""
    owner = target if target is aim else type(target)
    names = aim.__all__ if target is aim else [name for name in dir(owner) if not name.startswith("_")]
    return [name for name in names if name not in LEFT_OUT and callable(getattr(owner, name))]


def call(function: Any, values: list[Any], chance: random.Random) -> None:
    arguments = [chance.choice(values) for _ in range(chance.randrange(4))]
    named = {}
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and chance.random() < 0.2:
            named[parameter.name] = chance.choice(values)
    try:
        function(*arguments, **named)
    except EXPECTED:
        pass
    except Exception as error:
        raise AssertionError(f"{function}(*{arguments!r}, **{named!r}): {error!r}") from error


def main(seed: int, calls: int) -> None:
    chance = random.Random(seed)
    while calls > 0:
        found = targets(chance)
        values = things() + found
        for _ in range(60):
            target = chance.choice(found)
            call(getattr(target, chance.choice(public(target))), values, chance)
            calls -= 1


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
