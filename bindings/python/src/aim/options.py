"""The options that every question takes."""

from __future__ import annotations

import ctypes
import datetime
import sys
from typing import TYPE_CHECKING, Any, Optional, TypedDict, Union

from . import _api
from ._call import encoded, struct
from .context import Cancel, cancel_pointer
from .policy import Policy, policy_pointer

if TYPE_CHECKING:
    if sys.version_info >= (3, 11):
        from typing import Unpack as Unpack
    else:
        from typing_extensions import Unpack as Unpack

Time = Union[str, datetime.datetime]


class Options(TypedDict, total=False):
    """policy: by which rules; or behaviour: "documented" (as without) or "engine-0.2". now: the time for transition
    times in a status; without it none are written. cancel: stops the call.
    """

    policy: Optional[Policy]
    behaviour: Optional[str]
    now: Optional[Time]
    cancel: Optional[Cancel]


class PlanOptions(Options, total=False):
    """kind: of the object to plan, where no Ref says it."""

    kind: str


class RenderOptions(Options, total=False):
    """format: "yaml" or "json"."""

    format: str


def time_text(now: Optional[Time]) -> Optional[bytes]:
    """A time as libaim takes it. A datetime must know its zone."""
    if isinstance(now, datetime.datetime):
        if now.tzinfo is None:
            raise ValueError("now must know its time zone: datetime.now(timezone.utc)")
        return now.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return encoded(now, "now")


def options_struct(
    policy: Optional[Policy] = None,
    behaviour: Optional[str] = None,
    now: Optional[Time] = None,
    cancel: Optional[Cancel] = None,
) -> Any:
    """The struct of a question's options; None for the defaults."""
    if policy is None and behaviour is None and now is None and cancel is None:
        return None
    if behaviour is not None:
        if policy is not None:
            raise ValueError("policy and behaviour exclude each other: a policy has a behaviour")
        policy = Policy.builtin(behaviour)
    options = struct(_api.aim_options, policy=policy_pointer(policy), cancel=cancel_pointer(cancel), now=time_text(now))
    return ctypes.byref(options)
