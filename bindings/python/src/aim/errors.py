"""What libaim raises: one exception class for each class of codes."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Optional

from . import _api

if TYPE_CHECKING:
    from .report import Report


class AimError(Exception):
    """A call could not be carried out. "Nothing fits" is an answer, and never raised."""

    #: The number of the code; 0 when the error was found before libaim was asked.
    code: int = 0
    #: Its name, such as "AIM_E_SYNTAX".
    code_name: str = ""
    #: What went wrong, as one sentence; its wording may change.
    message: str = ""
    #: The name of the text that is to blame.
    source: Optional[str] = None
    #: A JSON Pointer to the value that is to blame, "" for a whole document.
    pointer: Optional[str] = None
    #: From 1; None when no place is known.
    line: Optional[int] = None
    column: Optional[int] = None
    #: Whether the same call may succeed later without a change of its input.
    retryable: bool = False
    #: Every problem of the text, where a text was read.
    report: Optional[Report] = None

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part)
        return f"{place}: {self.message}" if place else self.message


class ResourceError(AimError):
    """Memory ran out, or a limit was reached."""


class UsageError(AimError, ValueError):
    """The caller broke a rule: an argument that is not allowed, a cluster that is in use."""


class ClosedError(UsageError):
    """Something was used after it was closed."""


class InputError(AimError, ValueError):
    """A document cannot be read. `report` has every problem, not only the first."""


class LookupError(AimError, builtins.LookupError):
    """What was named is not in the cluster, or cannot be asked about."""


class TransportError(AimError, OSError):
    """The wire, the server or a callback failed."""

    # OSError has a __str__ of its own that knows only errno.
    __str__ = AimError.__str__


class CancelledError(AimError):
    """Somebody set the Cancel that the call was given."""


class InternalError(AimError):
    """A defect of libaim: please report it, with Cluster.case()."""


#: Class of codes (the high byte): exception. Another one is an AimError.
BY_CLASS: dict[int, type[AimError]] = {
    _api.AIM_CLASS_RESOURCE: ResourceError,
    _api.AIM_CLASS_USAGE: UsageError,
    _api.AIM_CLASS_INPUT: InputError,
    _api.AIM_CLASS_LOOKUP: LookupError,
    _api.AIM_CLASS_TRANSPORT: TransportError,
    _api.AIM_CLASS_CANCELLED: CancelledError,
    _api.AIM_CLASS_INTERNAL: InternalError,
}


def class_of(code: int) -> type[AimError]:
    """The exception of a code."""
    return BY_CLASS.get((code >> 24) & 0x7F, AimError)
