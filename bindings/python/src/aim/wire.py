"""What goes to an API server and what came of it, as frozen dataclasses."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Optional

from . import _api
from ._call import code_name, every, text
from ._library import lib

METHODS = {
    _api.AIM_METHOD_GET: "GET",
    _api.AIM_METHOD_POST: "POST",
    _api.AIM_METHOD_PUT: "PUT",
    _api.AIM_METHOD_PATCH: "PATCH",
    _api.AIM_METHOD_DELETE: "DELETE",
}
STATES = {
    _api.AIM_SYNC_WAITING: "waiting",
    _api.AIM_SYNC_LISTING: "listing",
    _api.AIM_SYNC_SYNCED: "synced",
    _api.AIM_SYNC_STALE: "stale",
    _api.AIM_SYNC_FORBIDDEN: "forbidden",
    _api.AIM_SYNC_NOT_SERVED: "not served",
    _api.AIM_SYNC_FAILED: "failed",
}


@dataclasses.dataclass(frozen=True)
class Request:
    """One HTTP request to send. The client adds what belongs to the connection, such as Authorization."""

    id: int
    method: str
    target: str  #: path and query as they go on the wire, from "/"
    accept: str
    content_type: Optional[str]
    body: Optional[bytes]
    timeout: Optional[float]  #: seconds for the exchange as a whole; None: no end
    idle: Optional[float]  #: seconds of silence after which it has failed; None: no end
    is_stream: bool  #: a watch: its body comes for as long as the server likes
    may_be_gzip: bool  #: the client may ask for gzip, and then hands over what it unpacked

    @property
    def headers(self) -> dict[str, str]:
        """The headers that libaim wants."""
        headers = {"Accept": self.accept}
        if self.content_type:
            headers["Content-Type"] = self.content_type
        return headers


@dataclasses.dataclass(frozen=True)
class Sync:
    """How much of a kind is known."""

    kind: str
    namespace: Optional[str]
    state: str  #: "waiting", "listing", "synced", "stale", "forbidden", "not served" or "failed"
    code: str  #: why it failed; "AIM_OK" otherwise
    message: str
    objects: int
    lists: int
    events: int
    resource_version: str


@dataclasses.dataclass(frozen=True)
class Conflict:
    """A field that belongs to somebody else."""

    manager: str
    field: str


@dataclasses.dataclass(frozen=True)
class CallResult:
    """What became of a call."""

    code: str  #: "AIM_OK"; "AIM_E_REFUSED" when the server said no; else why there is no answer
    http_status: Optional[int]
    reason: Optional[str]  #: Kubernetes reason of a failure, for Outcome.reason; None: it succeeded
    message: Optional[str]
    body: bytes
    conflicts: tuple[Conflict, ...]
    server_time: Optional[datetime.datetime]  #: by the server's clock when it answered; None: it did not say

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.reason is None and self.code == "AIM_OK"


def request_of(out: _api.aim_request) -> Request:
    return Request(
        id=out.id,
        method=METHODS[out.method],
        target=text(out.target) or "",
        accept=text(out.accept) or "",
        content_type=text(out.content_type),
        body=out.body[: out.body_size] if out.body is not None else None,
        timeout=out.timeout_ms / 1000 or None,
        idle=out.idle_ms / 1000 or None,
        is_stream=bool(out.flags & _api.AIM_REQUEST_STREAM),
        may_be_gzip=bool(out.flags & _api.AIM_REQUEST_GZIP),
    )


def sync_of(out: _api.aim_sync) -> Sync:
    return Sync(
        text(out.kind) or "",
        text(out.ns),
        STATES.get(out.state, str(out.state)),
        code_name(out.code),
        text(out.message) or "",
        out.objects,
        out.lists,
        out.events,
        text(out.resource_version) or "",
    )


def result_of(pointer: int, id: int, out: _api.aim_result) -> CallResult:
    conflicts = tuple(
        Conflict(text(conflict.manager) or "", text(conflict.field) or "")
        for conflict in every(_api.aim_conflict, out.conflicts, lib.aim_fetch_conflict_at, pointer, id)
    )
    server_time = datetime.datetime.fromtimestamp(out.server_time, datetime.timezone.utc) if out.server_time else None
    return CallResult(
        code_name(out.code),
        out.http_status or None,
        text(out.reason),
        text(out.message),
        (out.body or b"")[: out.body_size],
        conflicts,
        server_time,
    )
