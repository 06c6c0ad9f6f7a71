"""Exceptions inside callbacks, and callbacks that come back to what is in use."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from documents import everything, node, service

import aim


class Oops(Exception):
    """What the callbacks of these tests raise."""


class Failing(io.RawIOBase):
    """A file that takes so many pieces and then raises."""

    def __init__(self, pieces: int, error: BaseException) -> None:
        self.pieces, self.error = pieces, error

    def write(self, data: Any) -> int:
        if not self.pieces:
            raise self.error
        self.pieces -= 1
        return len(data)


@pytest.mark.parametrize("error", [Oops("full"), KeyboardInterrupt(), SystemExit(3), OSError("disk full")], ids=repr)
def test_what_a_file_raises_ends_the_writing_and_is_raised(error: BaseException, mi300x: aim.Cluster) -> None:
    plan = mi300x.plan("ml-team/qwen-service")
    lint = aim.lint({**service(), "spec": {"replica": 2}})
    for write in (plan.write, mi300x.write_case, lint.write, plan.diff(mi300x).write):
        with pytest.raises(type(error)) as raised:
            write(Failing(0, error))  # type: ignore[arg-type]
        assert raised.value is error
    assert mi300x.plan("ml-team/qwen-service").template.name


def test_a_text_file_cannot_take_bytes() -> None:
    with pytest.raises(TypeError):
        aim.plan(everything()).write(io.StringIO())  # type: ignore[arg-type]


def test_what_a_listener_raises_is_raised_after_the_change() -> None:
    cluster = aim.Cluster(everything())

    def changed(ref: aim.Ref, change: str) -> None:
        raise Oops(ref.name)

    with pytest.raises(Oops, match="gpu-1"):
        cluster.replace(aim.Cluster([node("gpu-1"), node("gpu-2")]), "Node", changed=changed)
    assert cluster.count("Node") == 2


def test_a_listener_must_not_use_what_is_being_changed() -> None:
    cluster = aim.Cluster(everything())
    uses = [
        lambda: cluster.plan(),
        lambda: cluster.add(service("b")),
        lambda: cluster.close(),
        lambda: cluster.count("Node"),
    ]
    for use in uses:

        def changed(ref: aim.Ref, change: str, use: Any = use) -> None:
            use()

        with pytest.raises(aim.UsageError, match="callback"):
            cluster.replace(aim.Cluster([node("gpu-1")]), "Node", changed=changed)
        cluster.replace(aim.Cluster([node("gpu-0")]), "Node")
    assert cluster.plan().template.name == "qwen-latency"


def test_a_file_may_ask_the_cluster_that_is_written_but_not_change_it() -> None:
    cluster = aim.Cluster(everything())
    names: list[Any] = []

    class Asking(io.BytesIO):
        def write(self, data: Any) -> int:
            names.append(cluster.plan().template.name)
            return len(data)

    class Changing(io.BytesIO):
        def write(self, data: Any) -> int:
            cluster.remove(aim.Ref("Node", "gpu-0"))
            return len(data)

    cluster.write_case(Asking())
    assert set(names) == {"qwen-latency"}
    with pytest.raises(aim.UsageError, match="in use"):
        cluster.write_case(Changing())
    assert cluster.count("Node") == 1


def test_what_a_handler_of_the_log_raises_is_raised() -> None:
    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise Oops("no log")

    cluster, handler, logger = aim.Cluster(), Handler(), logging.getLogger("aim")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with pytest.raises(Oops):
            cluster.add(service())
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert cluster.count("AIMService") == 1
    cluster.add(service("b"))


def test_what_a_handler_of_the_log_raises_about_a_refusal_does_not_wait_for_the_next_call() -> None:
    cluster, handler, logger = aim.Cluster(), logging.Handler(), logging.getLogger("aim")
    handler.addFilter(lambda record: 1 // 0 > 0)
    logger.addHandler(handler)
    try:
        with pytest.raises(ZeroDivisionError) as error:
            cluster.add("a: [")
        assert isinstance(error.value.__context__, aim.InputError)
    finally:
        logger.removeHandler(handler)
    cluster.add(service())


def test_an_iterable_that_raises_adds_what_came_before_whole_texts_only() -> None:
    def documents() -> Any:
        yield service("a")
        raise Oops("no more")

    cluster = aim.Cluster()
    with pytest.raises(Oops):
        cluster.add(documents())
    assert cluster.count("AIMService") == 0
