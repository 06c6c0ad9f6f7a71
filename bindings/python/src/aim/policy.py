"""By which rules a question is answered."""

from __future__ import annotations

import ctypes
import functools
import json
from collections.abc import Mapping
from typing import Any, Optional

from . import _api
from ._call import Handle, check, encoded, rendered, struct, text
from ._library import lib
from ._render import FORMATS, chosen
from .context import DEFAULT_CONTEXT, Limits, make_context
from .errors import UsageError
from .inputs import Source, texts
from .report import Report, finished


class Policy:
    """Orders of preference, GPU facts, tie-breaks and a behaviour: immutable, for any number of questions.

    Made from a document of kind Policy: a dict, text, bytes, path or file. What it leaves out is as in the built-in
    policy of its behaviour.
    """

    def __init__(self, source: Source, *, limits: Optional[Limits] = None) -> None:
        found = list(texts(source))
        if len(found) != 1:
            raise UsageError(f"a policy is made from one document, not from {len(found)}")
        data = struct(_api.aim_source, name=encoded(found[0].name, "name"), data=found[0].data, size=len(found[0].data))
        context = make_context(limits) if limits is not None else DEFAULT_CONTEXT
        report, out, error = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        code = lib.aim_policy_new(
            context.pointer, ctypes.byref(data), ctypes.byref(report), ctypes.byref(out), ctypes.byref(error)
        )
        self._handle = Handle(out.value, lib.aim_policy_free)
        #: What was said about the document.
        self.report = finished(code, error, report)

    @classmethod
    def builtin(cls, behaviour: str = "documented") -> Policy:
        """The built-in policy of a behaviour: "documented" or "engine-0.2"."""
        number = lib.aim_behaviour_named(encoded(behaviour, "behaviour"))
        if number < 0:
            raise UsageError(f"there is no behaviour {behaviour!r}")
        return _builtin(number)

    @property
    def identity(self) -> str:
        """A text that changes when the content changes; every plan carries it."""
        return text(lib.aim_policy_identity(self._handle.pointer)) or ""

    @property
    def behaviour(self) -> str:
        """ "documented" or "engine-0.2"."""
        return text(lib.aim_policy_behaviour_name(self._handle.pointer)) or ""

    @property
    def document(self) -> Mapping[str, Any]:
        """The whole policy as a document, with nothing left to defaults."""
        document: Mapping[str, Any] = json.loads(self.render("json"))
        return document

    def render(self, format: str = "yaml") -> str:
        """The document as "yaml" or "json"."""
        number = chosen(format, FORMATS, "format")
        return rendered(lib.aim_policy_render, DEFAULT_CONTEXT.pointer, self._handle.pointer, number, 0).decode()

    def __repr__(self) -> str:
        return f"<aim.Policy {self.identity}>"


def _nothing(pointer: Optional[int]) -> None:
    """Built-in policies are never given back."""


@functools.cache
def _builtin(behaviour: int) -> Policy:
    policy = Policy.__new__(Policy)
    policy._handle = Handle(lib.aim_policy_builtin(behaviour), _nothing)
    policy.report = Report()
    return policy


def policy_pointer(policy: Optional[Policy]) -> Optional[int]:
    """What goes into the structs of questions."""
    if policy is None:
        return None
    if not isinstance(policy, Policy):
        raise TypeError(f"policy must be aim.Policy, not {type(policy).__name__}")
    return policy._handle.pointer


def rank_key(
    type: Optional[str] = None,
    gpu: Optional[str] = None,
    metric: Optional[str] = None,
    precision: Optional[str] = None,
    *,
    policy: Optional[Policy] = None,
) -> int:
    """What a profile is worth: the smaller, the better; equal keys are a tie. Comparable within one policy."""
    profile = struct(
        _api.aim_profile,
        type=encoded(type, "type"),
        gpu=encoded(gpu, "gpu"),
        metric=encoded(metric, "metric"),
        precision=encoded(precision, "precision"),
    )
    key, error = ctypes.c_uint64(), ctypes.c_void_p()
    code = lib.aim_rank_key(policy_pointer(policy), ctypes.byref(profile), ctypes.byref(key), ctypes.byref(error))
    check(code, error)
    return key.value


def reason_name(number: int) -> Optional[str]:
    """The name of a reason's stable number, such as 501; None for an unknown one."""
    if not isinstance(number, int):
        raise TypeError(f"number must be an int, not {number.__class__.__name__}")
    return text(lib.aim_reason_name(number)) if 0 <= number < 2**31 else None


def reason_number(name: str) -> Optional[int]:
    """The stable number of a reason; None for an unknown name."""
    return lib.aim_reason_number(encoded(name, "name")) or None
