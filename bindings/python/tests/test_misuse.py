"""Wrong types and closed handles: an exception, never a crash."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import random
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any, Callable

import pytest
from documents import everything, service

import aim

ODD: list[Any] = [7, 1.5, b"bytes", [], {}, object(), int]
REF = aim.Ref("Node", "gpu-0")


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_wrong_type_is_a_type_error(odd: Any) -> None:
    cluster = aim.Cluster(everything())
    plan = cluster.plan()
    calls: list[Callable[[], object]] = [
        lambda: cluster.plan(odd),
        lambda: cluster.plan(namespace=odd),
        lambda: cluster.plan("chat", "team", kind=odd),
        lambda: cluster.plan(policy=odd),
        lambda: cluster.plan(behaviour=odd),
        lambda: cluster.plan(now=odd),
        lambda: cluster.plan(cancel=odd),
        lambda: cluster.count(odd),
        lambda: cluster.remove(odd),
        lambda: cluster.declare(odd),
        lambda: cluster.declare("known", odd),
        lambda: cluster.add_log(odd, "p", "c", ""),
        lambda: cluster.nearest(odd),
        lambda: cluster.render(odd),
        lambda: cluster.add(service(), name=odd),
        lambda: cluster.replace(aim.Cluster(), odd),
        lambda: cluster.replace(odd, "Node"),
        lambda: cluster.lint(odd),
        lambda: plan.diff(odd),
        lambda: plan.depends_on(REF, odd),
        lambda: plan.interest().covers(REF, odd),
        lambda: aim.Fetch(cluster).action(odd, 0),
        lambda: cluster.replace(aim.Cluster(), "Node", changed=odd if odd is not int else 7),  # type: ignore[arg-type]
        lambda: plan.render(odd),
        lambda: plan.render(part=odd),
        lambda: plan.depends_on(odd),
        lambda: plan.finish([aim.Outcome(0, odd)]),
        lambda: plan.finish([aim.Outcome("0")]),  # type: ignore[arg-type]
        lambda: plan.manifest(odd if not isinstance(odd, int) else "0"),  # type: ignore[arg-type]
        lambda: aim.Plan(odd),
        lambda: aim.Interest(odd),
        lambda: aim.Lint(odd),
        lambda: aim.Diff(odd),
        lambda: aim.rank_key(odd),
        lambda: aim.reason_number(odd),
        lambda: aim.Policy.builtin(odd),
        lambda: aim.Fetch(odd),
        lambda: aim.Fetch(cluster, kinds=[odd]),
        lambda: aim.Limits(depth=odd if not isinstance(odd, int) else "7"),  # type: ignore[arg-type]
    ]
    for number, call in enumerate(calls):
        with pytest.raises(TypeError):
            call()
            pytest.fail(f"call {number} accepted {odd!r}")


def test_a_handle_of_another_kind_is_a_type_error() -> None:
    cluster = aim.Cluster(everything())
    plan, fetch = cluster.plan(), aim.Fetch(cluster)
    others: list[Any] = [
        plan,
        fetch,
        aim.Policy.builtin(),
        aim.Cancel(),
        cluster.lint(),
        plan.interest(),
        plan.diff(cluster),
    ]
    for other in others:
        uses: list[Callable[[], object]] = [
            lambda: plan.diff(other),
            lambda: plan.depends_on(REF, other),
            lambda: plan.interest().covers(REF, other),
            lambda: cluster.replace(other, "Node"),
            lambda: cluster.lint(other),
            lambda: aim.Fetch(other),
        ]
        if other is not plan:
            uses.append(lambda: fetch.action(other, 0))
        if not isinstance(other, aim.Policy):
            uses.append(lambda: aim.rank_key(policy=other))
        if not isinstance(other, aim.Cancel):
            uses.append(lambda: cluster.plan(cancel=other))
        for use in uses:
            with pytest.raises(TypeError):
                use()


def test_no_call_crashes_whatever_it_is_given() -> None:
    seed = int(os.environ.get("AIM_TEST_SEED") or random.randrange(2**32))
    program = [sys.executable, "-X", "faulthandler", str(Path(__file__).with_name("odd_calls.py")), str(seed), "6000"]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"AIM_TEST_SEED={seed}\n{done.stderr}"


def test_a_ref_with_wrong_members_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        aim.Cluster().remove(aim.Ref(7, 8))  # type: ignore[arg-type]


def test_numbers_out_of_range_are_refused_rather_than_cut() -> None:
    plan = aim.plan(everything())
    with pytest.raises(ValueError):
        plan.finish([aim.Outcome(2**64)])
    with pytest.raises(ValueError):
        plan.finish([aim.Outcome(-1)])
    with pytest.raises(ValueError):
        aim.Limits(object_bytes=2**70)


def closed_cluster() -> aim.Cluster:
    cluster = aim.Cluster(everything())
    cluster.close()
    return cluster


@pytest.mark.parametrize(
    "use",
    [
        lambda c: c.plan("team/chat"),
        lambda c: c.plan(),
        lambda c: c.add(service()),
        lambda c: c.count("Node"),
        lambda c: list(c),
        lambda c: c.clone(),
        lambda c: c.case(),
        lambda c: c.remove(REF),
        lambda c: c.declare("known"),
        lambda c: c.lint(),
        lambda c: c.apply_event({"type": "ADDED", "object": service()}),
        lambda c: c.add_log("n", "p", "c", ""),
        lambda c: c.nearest(REF),
        lambda c: c.resource_version(REF),
        lambda c: c.render("HTTPRoute", "team/chat"),
        lambda c: c.diff("team/chat"),
        lambda c: c.replace(aim.Cluster(), "Node"),
        lambda c: aim.Cluster().replace(c, "Node"),
        lambda c: aim.plan(everything()).depends_on(REF, c),
        lambda c: aim.plan(everything()).diff(c),
        lambda c: aim.Fetch(c),
    ],
)
def test_a_closed_cluster_says_that_it_is_closed(use: Callable[[aim.Cluster], object]) -> None:
    with pytest.raises(aim.ClosedError, match="the cluster is closed"):
        use(closed_cluster())


def test_closing_twice_is_no_error() -> None:
    cluster = closed_cluster()
    cluster.close()
    assert cluster.closed and repr(cluster) == "<aim.Cluster: closed>"


def test_a_closed_cluster_takes_its_fetch_along() -> None:
    cluster = aim.Cluster()
    fetch = aim.Fetch(cluster)
    cluster.close()
    assert fetch.closed
    with pytest.raises(aim.ClosedError):
        fetch.next_request()
    fetch.close()


def test_a_closed_fetch_says_that_it_is_closed() -> None:
    with aim.Cluster() as cluster:
        with aim.Fetch(cluster) as fetch:
            request = fetch.next_request()
            assert request is not None
        fetch.close()
        uses: list[Callable[[], object]] = [
            fetch.next_request,
            lambda: fetch.end(request.id),
            lambda: fetch.respond(request.id, 200),
            lambda: fetch.data(request.id, b"{}"),
            lambda: fetch.syncs,
            lambda: fetch.report,
            lambda: fetch.call("get", REF),
            lambda: fetch.result(1),
            lambda: fetch.is_done(),
            lambda: fetch.drop(1),
        ]
        for use in uses:
            with pytest.raises(aim.ClosedError):
                use()


def test_what_nobody_refers_to_is_given_back() -> None:
    cluster = aim.Cluster(everything())
    plan = cluster.plan()
    handles = [weakref.ref(cluster._handle), weakref.ref(plan._handle)]
    del cluster, plan
    gc.collect()
    assert [handle() for handle in handles] == [None, None]


def test_a_ring_of_cluster_and_fetch_is_given_back_in_the_right_order() -> None:
    for _ in range(50):
        cluster = aim.Cluster(everything())
        fetch = aim.Fetch(cluster, changed=lambda ref, change: None)
        fetch.next_request()
        cluster.ring, fetch.ring = fetch, cluster  # type: ignore[attr-defined]
        handle = weakref.ref(cluster._handle)
        del cluster, fetch
        gc.collect()
        assert handle() is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: aim.Cluster(),
        lambda: aim.plan(everything()),
        lambda: aim.Policy.builtin(),
        lambda: aim.lint(everything()),
        lambda: aim.Cancel(),
    ],
)
def test_handles_are_neither_pickled_nor_copied(make: Callable[[], object]) -> None:
    for copier in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            copier(make())


def test_a_shallow_copy_of_a_plan_shares_what_it_owns() -> None:
    plan = copy.copy(aim.plan(everything()))
    gc.collect()
    assert plan.template.name == "qwen-latency"


def test_answers_and_exceptions_can_be_pickled() -> None:
    plan = aim.plan(everything())
    assert pickle.loads(pickle.dumps(plan.template)) == plan.template
    with pytest.raises(aim.InputError) as error:
        aim.Cluster("a: [")
    again = pickle.loads(pickle.dumps(error.value))
    assert str(again) == str(error.value) and again.code == error.value.code
    assert error.value.report is not None and again.report.entries == error.value.report.entries


def test_exceptions_are_those_of_python_too() -> None:
    assert issubclass(aim.UsageError, ValueError) and issubclass(aim.InputError, ValueError)
    assert issubclass(aim.LookupError, LookupError) and issubclass(aim.TransportError, OSError)
    assert issubclass(aim.LibraryError, ImportError)
    error = aim.TransportError("refused")
    assert str(error) == "refused" and error.retryable is False
