"""A live cluster through the host's own HTTP client: libaim says what to ask, and reads what is answered.

Fetch.run() carries one request after the other with a function of the host. For watches, threads or asyncio take
next_request(), respond(), data() and end() instead.
"""

from __future__ import annotations

import ctypes
import json
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Callable, Optional, Union

from . import _api
from ._call import Callbacks, check, code_name, encoded, error_of, every, filled, made, number, struct
from ._exchange import Send, carry
from ._library import lib
from ._render import chosen
from .answers import Ref
from .cluster import Cluster, Listener, make_listener
from .context import reraise_from_logging
from .errors import ClosedError, UsageError, class_of
from .plan import Plan, make_ref
from .report import Report
from .wire import CallResult, Request, Sync, request_of, result_of, sync_of

CALLS = {
    "get": _api.AIM_CALL_GET,
    "apply": _api.AIM_CALL_APPLY,
    "apply status": _api.AIM_CALL_APPLY_STATUS,
    "create": _api.AIM_CALL_CREATE,
    "update": _api.AIM_CALL_UPDATE,
    "patch": _api.AIM_CALL_PATCH,
    "delete": _api.AIM_CALL_DELETE,
    "log": _api.AIM_CALL_LOG,
    "events": _api.AIM_CALL_EVENTS,
}
FINALIZERS = {"add": _api.AIM_ACTION_ADD_FINALIZER, "remove": _api.AIM_ACTION_REMOVE_FINALIZER}
PHASES = {"complete": _api.AIM_END_COMPLETE, "unsent": _api.AIM_END_UNSENT, "lost": _api.AIM_END_LOST}
ENDS = {
    "connect": _api.AIM_E_CONNECT,
    "trust": _api.AIM_E_TRUST,
    "credentials": _api.AIM_E_CREDENTIALS,
    "timeout": _api.AIM_E_TIMEOUT,
    "cut": _api.AIM_E_CUT,
    "protocol": _api.AIM_E_PROTOCOL,
}


class Fetch:
    """A conversation with one API server, whose answers go into a cluster.

    kinds: which are read, None for all that plans read; namespace: where, None for everywhere. watch: after its list a
    kind is watched. calls_only: nothing is read. sparing: what grows with the cluster and not with the services stays
    away. changed is told what changed in the cluster, and must not use it.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        namespace: Optional[str] = None,
        kinds: Optional[Iterable[str]] = None,
        watch: bool = False,
        calls_only: bool = False,
        sparing: bool = False,
        page_size: int = 0,
        lists: int = 0,
        tries: int = 0,
        budget: float = 0,
        idle: float = 0,
        requests: int = 0,
        burst: int = 0,
        seed: int = 0,
        changed: Optional[Listener] = None,
    ) -> None:
        if not isinstance(cluster, Cluster):
            raise TypeError(f"cluster must be aim.Cluster, not {type(cluster).__name__}")
        if isinstance(kinds, str):
            raise TypeError("kinds must be several: a list of str")
        flags = (
            (_api.AIM_FETCH_WATCH if watch else 0)
            | (_api.AIM_FETCH_CALLS_ONLY if calls_only else 0)
            | (_api.AIM_FETCH_SPARING if sparing else 0)
        )
        options = struct(
            _api.aim_fetch_options,
            flags=flags,
            ns=encoded(namespace, "namespace"),
            page_size=number(page_size, "page_size"),
            lists=number(lists, "lists"),
            tries=number(tries, "tries"),
            budget_ms=_milliseconds(budget, "budget"),
            idle_ms=_milliseconds(idle, "idle"),
            requests=number(requests, "requests"),
            burst=number(burst, "burst"),
            seed=number(seed, "seed"),
        )
        if kinds is not None:
            names = [encoded(kind, "kind") for kind in kinds]
            options.kinds = (ctypes.c_char_p * len(names))(*names)
            options.kind_count = len(names)
        self._callbacks = Callbacks()
        listener = make_listener(changed, self._callbacks) if changed is not None else None
        if listener is not None:
            options.listener = ctypes.pointer(listener)
        self._cluster = cluster
        self._gate = cluster._gate
        self._watches = watch
        self._stopped: dict[int, int] = {}
        self._wait: Optional[float] = None
        self._closed = False
        with self._gate.writing:
            # What it points to has to stay until it is gone, also when the garbage collector finds all of it together.
            self._handle = made(
                lib.aim_fetch_new,
                lib.aim_fetch_free,
                cluster._handle.pointer,
                ctypes.byref(options),
                outlived_by=(cluster._handle, listener),
            )
            cluster._dependents.add(self._handle)
            self._receiver = filled(_api.aim_receiver, lib.aim_fetch_receiver, self._handle.pointer)

    # --- lifetime ---

    def close(self) -> None:
        """Ends the conversation. The cluster keeps what was read. Again is no error."""
        try:
            with self._gate.writing:
                self._closed = True
                self._handle.release()
        except ClosedError:
            self._closed = True  # the cluster has taken it along

    @property
    def closed(self) -> bool:
        """Whether it is closed, or its cluster."""
        return self._closed or self._cluster.closed

    def __enter__(self) -> Fetch:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Calls a function about this fetch, which nobody else may use meanwhile, nor its cluster."""
        with self._gate.writing:
            if self._closed:
                raise ClosedError("the fetch is closed")
            answer = function(self._handle.pointer, *arguments)
        self._callbacks.reraise()
        reraise_from_logging()
        return answer

    # --- with a client of one's own ---

    def next_request(self, now: Optional[float] = None) -> Optional[Request]:
        """The next request to send, None when there is none now: then ask again after `wait`, or when something came.

        now: seconds of a clock that never goes back, always the same one; None: time.monotonic().
        """
        out, wait, error = struct(_api.aim_request), ctypes.c_uint64(), ctypes.c_void_p()
        now_ms = _milliseconds(time.monotonic() if now is None else now, "now")

        def take(pointer: int) -> tuple[int, Optional[Request]]:
            code = lib.aim_fetch_next(pointer, now_ms, ctypes.byref(out), ctypes.byref(wait), ctypes.byref(error))
            return code, request_of(out) if code == 0 and out.id else None

        code, request = self._call(take)
        check(code, error)
        found: Optional[Request] = request
        self._wait = None if wait.value == 2**64 - 1 else wait.value / 1000
        return found

    @property
    def wait(self) -> Optional[float]:
        """Seconds after which to ask for a request again, even if nothing came; None: not before something comes."""
        return self._wait

    def respond(self, id: int, status: int, headers: Union[Mapping[str, str], Any] = ()) -> bool:
        """Hands over the head of an answer. False: end the exchange, its body is not wanted."""
        found = {str(key).lower(): str(value) for key, value in dict(headers).items()}
        # Messages of the standard library hold every line of a header; a dict has one.
        lines = headers.get_all("Warning", []) if hasattr(headers, "get_all") else [found.get("warning")]
        warnings = [encoded(line, "Warning") for line in lines if line is not None]
        response = struct(
            _api.aim_response,
            http_status=number(status, "status", 100, 599),
            content_type=encoded(found.get("content-type"), "Content-Type"),
            retry_after=encoded(found.get("retry-after"), "Retry-After"),
            date=encoded(found.get("date"), "Date"),
            warnings=(ctypes.c_char_p * len(warnings))(*warnings) if warnings else None,
            warning_count=len(warnings),
        )
        return self._hand(id, self._receiver.response, ctypes.byref(response))

    def data(self, id: int, piece: Union[bytes, bytearray, memoryview]) -> bool:
        """Hands over a piece of the body. False: end the exchange, the rest is not wanted."""
        if not isinstance(piece, (bytes, bytearray, memoryview)):
            raise TypeError(f"a piece of a body must be bytes, not {type(piece).__name__}")
        piece = bytes(piece)
        return self._hand(id, self._receiver.data, piece, len(piece))

    def _hand(self, id: int, function: Callable[..., int], *arguments: Any) -> bool:
        id = number(id, "id")
        code = self._call(lambda pointer: function(id, *arguments, self._receiver.user))
        if code:
            self._stopped[id] = code
        return not code

    def end(self, id: int, phase: str = "complete", why: Optional[str] = None, message: Optional[str] = None) -> None:
        """Ends an exchange, exactly once and last.

        phase: "complete" (the answer is all there), "unsent" (the server saw nothing) or "lost" (it may have been
        carried out). why, when it failed: "connect", "trust", "credentials", "timeout", "cut" or "protocol".
        """
        phase_number = chosen(phase, PHASES, "phase")
        if (phase == "complete") != (why is None):
            raise ValueError("why says why an exchange that is not complete failed")
        code = 0 if why is None else chosen(why, ENDS, "why")
        stopped = self._stopped.pop(number(id, "id"), 0)
        if stopped:
            phase_number, code = _api.AIM_END_LOST, stopped
        if code and message is None:
            message = code_name(code)
        end = struct(_api.aim_end, phase=phase_number, code=code, message=encoded(message, "message") if code else None)
        self._call(lambda pointer: self._receiver.end(id, ctypes.byref(end), self._receiver.user))

    # --- with a function that sends ---

    def run(self, send: Send, *, call: int = 0, timeout: Optional[float] = None) -> None:
        """Carries requests, one after the other, until everything is read and every call has ended, or the call given.

        send(request) sends one and returns the answer: an object with status, headers and read(size), as those of
        http.client and urllib are. An OSError of it is a failure of the wire, and tried again where that is harmless;
        any other exception ends the run. What could not be read says so in `syncs`; when nothing could, that is raised.
        """
        if self._watches:
            raise UsageError("a watch never ends: carry the requests of next_request() side by side instead")
        limit = None if timeout is None else time.monotonic() + timeout
        while not self.is_done(call):
            if limit is not None and time.monotonic() >= limit:
                error = class_of(_api.AIM_E_TIMEOUT)(f"it took longer than {timeout} seconds")
                error.code, error.code_name, error.retryable = _api.AIM_E_TIMEOUT, "AIM_E_TIMEOUT", True
                raise error
            request = self.next_request()
            if request is not None:
                carry(self, request, send)
            elif not self.is_done(call):
                if self.wait is None:
                    raise UsageError("a request that next_request() gave has not ended: end() it first")
                time.sleep(max(0.0, self.wait if limit is None else min(self.wait, limit - time.monotonic())))
        self._raise_if_nothing_was_read()

    def _raise_if_nothing_was_read(self) -> None:
        syncs = self.syncs
        if syncs and all(sync.state == "failed" for sync in syncs):
            code = next(value for name, value in vars(_api).items() if name == syncs[0].code)
            error = class_of(code)(syncs[0].message)
            error.code, error.code_name = code, syncs[0].code
            raise error

    # --- calls ---

    def call(
        self,
        verb: str,
        object: Ref,
        body: Union[Mapping[str, Any], bytes, None] = None,
        *,
        field_manager: Optional[str] = None,
        force: bool = False,
        dry_run: bool = False,
        keep: bool = False,
        plural: Optional[str] = None,
        subresource: Optional[str] = None,
        container: Optional[str] = None,
        lines: int = 0,
    ) -> int:
        """Asks for a call on one object, and returns its number for result().

        verb: "get", "apply", "apply status", "create", "update", "patch", "delete", "log" or "events".
        """
        flags = (
            (_api.AIM_CALL_FORCE if force else 0)
            | (_api.AIM_CALL_DRY_RUN if dry_run else 0)
            | (_api.AIM_CALL_KEEP if keep else 0)
        )
        data = json.dumps(body, allow_nan=False).encode() if isinstance(body, Mapping) else body
        if data is not None and not isinstance(data, bytes):
            raise TypeError(f"body must be a dict or bytes, not {type(body).__name__}")
        ref = make_ref(object)._obj
        asked = struct(
            _api.aim_call,
            flags=flags,
            verb=chosen(verb, CALLS, "verb"),
            lines=number(lines, "lines"),
            object=ctypes.pointer(ref),
            plural=encoded(plural, "plural"),
            subresource=encoded(subresource, "subresource"),
            body=data,
            body_size=len(data or b""),
            field_manager=encoded(field_manager, "field_manager"),
            uid=encoded(object.uid, "uid") if verb == "delete" else None,
            container=encoded(container, "container"),
        )
        return self._ask(lib.aim_fetch_call, ctypes.byref(asked))

    def action(self, plan: Plan, index: int, *, force: bool = False, dry_run: bool = False) -> int:
        """Asks for an action of a plan, by its index in Plan.actions."""
        flags = (_api.AIM_CALL_FORCE if force else 0) | (_api.AIM_CALL_DRY_RUN if dry_run else 0)
        return self._ask(lib.aim_fetch_action, _plan(plan), number(index, "index", most=2**31), flags)

    def is_action_done(self, plan: Plan, index: int) -> bool:
        """Whether the cluster already holds what an action would make, so that nothing has to be sent."""
        plan_pointer, place = _plan(plan), number(index, "index", most=2**31)
        return bool(self._call(lib.aim_fetch_action_is_done, plan_pointer, place))

    def write_status(self, plan: Plan, *, dry_run: bool = False) -> Optional[int]:
        """Asks for the status of a plan to be written; None when it is the one that the object has recorded."""
        return self._ask(lib.aim_fetch_status, _plan(plan), _api.AIM_CALL_DRY_RUN if dry_run else 0) or None

    def write_finalizer(self, plan: Plan, operation: str, *, dry_run: bool = False) -> Optional[int]:
        """Asks for a finalizer to be added ("add") or removed ("remove"); None when the plan does not say so."""
        verb = chosen(operation, FINALIZERS, "operation")
        return self._ask(lib.aim_fetch_finalizer, _plan(plan), verb, _api.AIM_CALL_DRY_RUN if dry_run else 0) or None

    def _ask(self, function: Callable[..., int], *arguments: Any) -> int:
        id, error = ctypes.c_uint64(), ctypes.c_void_p()
        check(self._call(function, *arguments, ctypes.byref(id), ctypes.byref(error)), error)
        return id.value

    def result(self, id: int) -> Optional[CallResult]:
        """What became of a call; None while it is under way."""

        def read(pointer: int) -> tuple[int, Optional[CallResult]]:
            out = struct(_api.aim_result)
            code = lib.aim_fetch_result(pointer, number(id, "id"), ctypes.byref(out))
            return code, result_of(pointer, id, out) if code == 0 else None

        code, found = self._call(read)
        if code == _api.AIM_E_UNSUPPORTED:
            return None
        if code:
            raise error_of(code, None)
        return found  # type: ignore[no-any-return]

    def drop(self, id: int) -> None:
        """Forgets a call that has ended. The result of one that is under way is dropped when it comes."""
        self._call(lib.aim_fetch_drop, number(id, "id"))

    # --- how far it is ---

    def is_done(self, call: int = 0) -> bool:
        """Whether everything that was asked for has been answered, or, with a number, that call."""
        return self.result(call) is not None if call else bool(self._call(lib.aim_fetch_is_done))

    @property
    def syncs(self) -> tuple[Sync, ...]:
        """How much of each kind is known."""

        def read(pointer: int) -> tuple[Sync, ...]:
            return tuple(
                map(sync_of, every(_api.aim_sync, lib.aim_fetch_sync_count(pointer), lib.aim_fetch_sync_at, pointer))
            )

        return self._call(read)  # type: ignore[no-any-return]

    @property
    def report(self) -> Report:
        """What the server said that somebody should see: warnings, and objects that could not be read."""
        return self._call(lambda pointer: Report._of(lib.aim_fetch_report(pointer), owned=False))  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        if self.closed:
            return "<aim.Fetch: closed>"
        return f"<aim.Fetch: {sum(sync.state == 'synced' for sync in self.syncs)} of {len(self.syncs)} kinds are known>"


def _plan(plan: Plan) -> Optional[int]:
    if not isinstance(plan, Plan):
        raise TypeError(f"plan must be aim.Plan, not {type(plan).__name__}")
    return plan._handle.pointer


def _milliseconds(seconds: float, what: str) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{what} must be seconds, not {type(seconds).__name__}")
    if not 0 <= seconds < 2**53:
        raise ValueError(f"{what} must be from 0, not {seconds}")
    return int(seconds * 1000)
