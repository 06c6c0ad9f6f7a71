"""Who may use a cluster now: many readers or one writer, which libaim leaves to its host.

The interpreter's lock does not do it, because calls of libaim give that up. A gate also knows about closing, about
callbacks that come back to what is being changed, and about fork.
"""

from __future__ import annotations

import os
import threading
import weakref
from types import TracebackType
from typing import Optional

from .errors import ClosedError, UsageError


class Gate:
    """Guards one cluster. `with gate.reading:` and `with gate.writing:` surround calls of libaim."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.reading = Reading(self)
        self.writing = Writing(self)
        self.renew()
        _gates.add(self)

    def renew(self) -> None:
        # Its lock may be taken twice by one thread, because a signal handler or a __del__ may come in between any two
        # steps. Whoever enters therefore first says so, and only then looks whether it may.
        self._changed = threading.Condition(threading.RLock())
        self._readers: dict[int, int] = {}
        self._writer: Optional[int] = None
        self._waiting_writers: list[int] = []
        self._why_closed = getattr(self, "_why_closed", "")

    def enter_reading(self) -> None:
        me = threading.get_ident()
        with self._changed:
            while True:
                self._readers[me] = self._readers.get(me, 0) + 1
                if self._writer == me:
                    self._drop_reader(me)
                    raise UsageError(f"the {self.what} is being changed by the call that this callback belongs to")
                if self._writer is None and not self._must_wait_for_writers(me):
                    break
                self._drop_reader(me)
                self._changed.wait()
            if self._why_closed:
                self._drop_reader(me)
                raise ClosedError(self._why_closed)

    def _must_wait_for_writers(self, me: int) -> bool:
        """Writers who wait come first, or they would wait for ever; but they never wait for their own thread."""
        return bool(self._waiting_writers) and self._readers[me] == 1 and me not in self._waiting_writers

    def _drop_reader(self, me: int) -> None:
        left = self._readers[me] - 1
        if left:
            self._readers[me] = left
        else:
            del self._readers[me]
            self._wake()

    def _wake(self) -> None:
        try:
            self._changed.notify_all()
        except RuntimeError:  # before Python 3.12: a signal handler came in between and has woken one already
            self._changed.notify_all()

    def leave_reading(self) -> None:
        with self._changed:
            self._drop_reader(threading.get_ident())

    def enter_writing(self) -> None:
        me = threading.get_ident()
        with self._changed:
            if self._writer == me or me in self._readers:
                raise UsageError(f"the {self.what} is in use by the call that this callback belongs to")
            self._waiting_writers.append(me)
            try:
                while True:
                    if self._writer is None and not self._readers:
                        self._writer = me
                        if not self._readers:
                            break
                        self._writer = None
                    self._changed.wait()
            finally:
                self._waiting_writers.remove(me)
            if self._why_closed:
                self.leave_writing()
                raise ClosedError(self._why_closed)

    def leave_writing(self) -> None:
        with self._changed:
            self._writer = None
            self._wake()

    def shut(self, why: str) -> None:
        """For whoever is writing: nobody enters any more."""
        self._why_closed = why

    @property
    def is_shut(self) -> bool:
        return bool(self._why_closed)

    def after_fork(self) -> None:
        """In the child only the thread that forked goes on: others let go, and what they were changing is not used."""
        me = threading.get_ident()
        readers, writer = self._readers, self._writer
        self.renew()
        if me in readers:
            self._readers[me] = readers[me]
        if writer is not None:
            self.shut(f"the {self.what} was being changed when the process was forked")
            self._writer = writer if writer == me else None


class Reading:
    """The context manager of those who ask."""

    __slots__ = ("_gate",)

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def __enter__(self) -> None:
        self._gate.enter_reading()

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._gate.leave_reading()


class Writing:
    """The context manager of those who change."""

    __slots__ = ("_gate",)

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def __enter__(self) -> None:
        self._gate.enter_writing()

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._gate.leave_writing()


_gates: weakref.WeakSet[Gate] = weakref.WeakSet()


def _after_fork() -> None:
    for gate in list(_gates):
        gate.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
