"""libaim for Python: what would be deployed for an AIMService, and why.

>>> import aim
>>> aim.rank_key(type="optimized", gpu="MI300X") < aim.rank_key(type="preview", gpu="MI300X")
True

Start with `aim.plan(objects)`, or with `aim.Cluster` when there is more than one question; docs/python.md is the guide.
"""

from __future__ import annotations

from ._call import text as _text
from ._library import LibraryError
from ._library import lib as _lib
from ._library import path as _path
from .answers import (
    Apply,
    Artifact,
    Cache,
    Candidate,
    Change,
    Component,
    Condition,
    Deletion,
    Event,
    FinalizerStep,
    Finding,
    Judgement,
    Later,
    LogName,
    Model,
    Need,
    ObjectName,
    ObjectPatch,
    Outcome,
    Profile,
    Read,
    Ref,
    Remedy,
    Status,
    Template,
)
from .cluster import Cluster
from .context import Cancel, Limits
from .diff import Diff
from .errors import (
    AimError,
    CancelledError,
    ClosedError,
    InputError,
    InternalError,
    LookupError,
    ResourceError,
    TransportError,
    UsageError,
)
from .fetch import Fetch
from .inputs import Source
from .lint import Lint
from .plan import Interest, Plan
from .policy import Policy, rank_key, reason_name, reason_number
from .questions import diff, explain, lint, plan, plan_cache, render, resolve_model, select_template, status
from .records import replay
from .report import KindCount, Report, ReportEntry
from .wire import CallResult, Conflict, Request, Sync

__version__ = "0.2.0"


def version() -> str:
    """The version of the libaim that is loaded."""
    return _text(_lib.aim_version()) or ""


def build_info() -> str:
    """How that libaim was built: the compiler, and the version of libyaml."""
    return _text(_lib.aim_build_info()) or ""


def library_path() -> str:
    """Which libaim is loaded: the file, or the name that the system's loader was asked for."""
    return _path


__all__ = [
    "AimError",
    "Apply",
    "Artifact",
    "Cache",
    "CallResult",
    "Cancel",
    "CancelledError",
    "Candidate",
    "Change",
    "ClosedError",
    "Cluster",
    "Component",
    "Condition",
    "Conflict",
    "Deletion",
    "Diff",
    "Event",
    "Fetch",
    "FinalizerStep",
    "Finding",
    "InputError",
    "Interest",
    "InternalError",
    "Judgement",
    "KindCount",
    "Later",
    "LibraryError",
    "Limits",
    "Lint",
    "LogName",
    "LookupError",
    "Model",
    "Need",
    "ObjectName",
    "ObjectPatch",
    "Outcome",
    "Plan",
    "Policy",
    "Profile",
    "Read",
    "Ref",
    "Remedy",
    "Report",
    "ReportEntry",
    "Request",
    "ResourceError",
    "Source",
    "Status",
    "Sync",
    "Template",
    "TransportError",
    "UsageError",
    "build_info",
    "diff",
    "explain",
    "library_path",
    "lint",
    "plan",
    "plan_cache",
    "rank_key",
    "reason_name",
    "reason_number",
    "render",
    "replay",
    "resolve_model",
    "select_template",
    "status",
    "version",
]
