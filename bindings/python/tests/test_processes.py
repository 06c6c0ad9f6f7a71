"""Threads, fork, and the end of the interpreter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Callable

import pytest
from documents import everything, node, service

import aim

FOLDER = os.path.dirname(os.path.abspath(__file__))


def run(*jobs: Callable[[], None]) -> None:
    """Runs jobs side by side, and raises what the first of them raised."""
    raised: list[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a thread waits for ever"
    if raised:
        raise raised[0]


def test_readers_and_a_writer_get_right_answers() -> None:
    cluster = aim.Cluster(everything())

    def read() -> None:
        for _ in range(150):
            plan = cluster.plan("team/chat")
            assert plan.template.outcome == "found", plan
            assert len(list(cluster.objects("Node"))) >= 1

    def write() -> None:
        for index in range(150):
            cluster.add(node(f"extra-{index}"))
            cluster.remove(aim.Ref("Node", f"extra-{index}"))

    run(read, read, read, write, write_other(cluster))
    assert cluster.count("Node") == 1


def write_other(cluster: aim.Cluster) -> Callable[[], None]:
    def write() -> None:
        for index in range(150):
            cluster.apply_event({"type": "ADDED", "object": service(f"s-{index}")})

    return write


def test_one_plan_may_be_asked_by_everybody() -> None:
    plan = aim.plan(everything())

    def ask() -> None:
        for _ in range(200):
            assert "qwen-latency" in plan.render("text") and plan.template.name == "qwen-latency"

    run(ask, ask, ask)


def test_closing_waits_for_those_who_ask() -> None:
    cluster = aim.Cluster(everything())
    closed = 0

    def ask() -> None:
        nonlocal closed
        try:
            while True:
                cluster.plan("team/chat")
        except aim.ClosedError:
            closed += 1

    def close() -> None:
        time.sleep(0.05)
        cluster.close()

    run(ask, ask, close, close)
    assert closed == 2


def test_clusters_of_one_process_replace_each_other_without_waiting_for_ever() -> None:
    one, two = aim.Cluster(everything()), aim.Cluster(everything())

    def replace(cluster: aim.Cluster, other: aim.Cluster) -> None:
        for _ in range(200):
            cluster.replace(other, "Node")

    run(lambda: replace(one, two), lambda: replace(two, one))


def test_the_interpreter_runs_on_while_libaim_works() -> None:
    cluster = aim.Cluster([service(f"s-{index}") for index in range(3000)])
    ticks, done = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.wait(0.001):
            ticks += 1

    def work() -> None:
        try:
            for _ in range(20):
                cluster.case()
        finally:
            done.set()

    run(tick, work)
    assert ticks > 3


def test_a_cancel_of_another_thread_stops_a_call() -> None:
    cluster, cancel = aim.Cluster(), aim.Cancel()
    text = "".join(f"apiVersion: v1\nkind: Node\nmetadata:\n  name: n{index}\n---\n" for index in range(200_000))

    def add() -> None:
        with pytest.raises(aim.CancelledError):
            cluster.add(text, cancel=cancel)

    def stop() -> None:
        time.sleep(0.05)
        cancel.set()

    run(add, stop)
    assert cluster.count("Node") == 0


def test_a_signal_handler_may_ask_and_never_waits_for_ever() -> None:
    cluster = aim.Cluster(everything())
    answers: list[int] = []
    deadline = time.monotonic() + 1

    def handler(number: int, frame: object) -> None:
        try:
            answers.append(cluster.count("Node"))
            cluster.add(node("extra"))
            cluster.remove(aim.Ref("Node", "extra"))
        except (aim.UsageError, aim.LookupError):  # it came in the middle of a call, or of itself
            pass

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        while time.monotonic() < deadline:
            assert cluster.plan("team/chat").template.outcome == "found"
            cluster.declare("unknown", "Pod")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(answers) > 10 and set(answers) <= {1, 2} and cluster.count("Node") in (1, 2)


def in_child(job: Callable[[], None]) -> int:
    """Runs a job in a forked child; 0 when it did what it should."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer interpreters warn of forks beside threads
        child = os.fork()
    if not child:
        try:
            job()
            os._exit(0)
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(1)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    raise AssertionError("the child waits for ever")


def test_parent_and_child_go_on_with_copies() -> None:
    cluster = aim.Cluster(everything())
    plan = cluster.plan()

    def child() -> None:
        cluster.remove(aim.Ref("Node", "gpu-0"))
        assert cluster.plan().template.outcome == "none"
        assert plan.template.name == "qwen-latency"
        cluster.close()

    assert in_child(child) == 0
    assert cluster.plan().template.outcome == "found"


def test_a_child_does_not_wait_for_threads_that_it_does_not_have() -> None:
    cluster = aim.Cluster(everything())
    inside, go_on = threading.Event(), threading.Event()

    class Slow:
        def write(self, data: bytes) -> int:
            inside.set()
            go_on.wait(30)
            return len(data)

    reader = threading.Thread(target=lambda: cluster.write_case(Slow()))  # type: ignore[arg-type]
    reader.start()
    inside.wait(30)
    try:
        assert in_child(lambda: cluster.remove(aim.Ref("Node", "gpu-0"))) == 0
    finally:
        go_on.set()
        reader.join()


def test_a_child_does_not_use_what_was_being_changed() -> None:
    cluster = aim.Cluster(everything())
    inside, go_on = threading.Event(), threading.Event()

    def changed(ref: aim.Ref, change: str) -> None:
        inside.set()
        go_on.wait(30)

    writer = threading.Thread(target=lambda: cluster.replace(aim.Cluster([node("gpu-9")]), "Node", changed=changed))
    writer.start()
    inside.wait(30)

    def child() -> None:
        with pytest.raises(aim.ClosedError, match="when the process was forked"):
            cluster.plan("team/chat")
        cluster.close()
        assert aim.plan(everything()).template.name

    try:
        assert in_child(child) == 0
    finally:
        go_on.set()
        writer.join()
    assert cluster.count("Node") == 1


@pytest.mark.parametrize(
    "program",
    [
        # Everything is alive at the end, in a ring, and used by what runs last.
        """
    class Late:
        def __init__(self, plan, cluster): self.plan, self.cluster, self.ring = plan, cluster, self
        def __del__(self): self.plan.render("text"); self.cluster.count("Node"); self.cluster.plan()
    late = Late(plan, cluster)
    """,
        "import atexit; atexit.register(lambda: print(cluster.plan().template.name))",
        # A daemon is inside libaim when the interpreter goes.
        """
    import threading, time
    def ask():
        while True: cluster.plan().render("text"); cluster.case()
    for _ in range(3): threading.Thread(target=ask, daemon=True).start()
    time.sleep(0.1)
    """,
        # A daemon is inside a callback.
        """
    import threading, time
    class Slow:
        def write(self, data): time.sleep(0.01); return len(data)
    def write():
        while True: cluster.write_case(Slow())
    threading.Thread(target=write, daemon=True).start()
    time.sleep(0.05)
    """,
        "fetch = aim.Fetch(cluster, changed=print); fetch.next_request()",
        "import sys; sys.exit(0)",
    ],
    ids=["__del__", "atexit", "daemon", "daemon in a callback", "fetch", "exit"],
)
def test_the_interpreter_ends_quietly(program: str) -> None:
    start = (
        "import sys; sys.path.insert(0, sys.argv[1])\nimport aim\nfrom documents import everything\n"
        "cluster = aim.Cluster(everything())\nplan = cluster.plan()\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", start + textwrap.dedent(program), FOLDER],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
