"""Limits, logging, and the flag that stops a call."""

from __future__ import annotations

import ctypes
import dataclasses
import logging
import threading
from typing import Any, Optional

from . import _api
from ._call import Handle, made, number, struct
from ._library import lib

#: Gets a line for each text: what was read, or why it was refused.
logger = logging.getLogger("aim")
logger.addHandler(logging.NullHandler())

LEVELS = {_api.AIM_LOG_DEBUG: logging.DEBUG, _api.AIM_LOG_INFO: logging.INFO, _api.AIM_LOG_WARNING: logging.WARNING}


@dataclasses.dataclass(frozen=True)
class Limits:
    """Bounds on what one object of a text may cost. 0 takes the default."""

    object_bytes: int = 0  #: text of one object: 16 MiB
    object_values: int = 0  #: values in one object, aliases expanded: 1,000,000
    depth: int = 0  #: nesting of one object: 64, at most 512
    alias_expansion: int = 0  #: how many times its own size an object may grow through YAML aliases: 10
    report_entries: int = 0  #: problems kept for one text: 1,000

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            number(getattr(self, field.name), field.name)


class _Raised(threading.local):
    """What a handler of the logger raised on this thread, while libaim was calling."""

    error: Optional[BaseException] = None


_raised = _Raised()


def _log(level: int, line: Optional[int], user: Any) -> None:
    try:
        logger.log(
            LEVELS.get(level, logging.INFO), "%s", ctypes.string_at(line or 0).decode("utf-8", "backslashreplace")
        )
    except BaseException as error:  # C cannot carry it: reraise_from_logging() does
        _raised.error = error


# For as long as the process lives: contexts may outlive everything that refers to them here.
_LOG = _api.aim_context_options_log(_log)


def reraise_from_logging() -> None:
    """Raises what the logger raised during the call before this."""
    error, _raised.error = _raised.error, None
    if error is not None:
        raise error


def make_context(limits: Optional[Limits] = None) -> Handle:
    """A context of libaim that logs to the logger."""
    options = struct(_api.aim_context_options, log=_LOG)
    if limits is not None:
        if not isinstance(limits, Limits):
            raise TypeError(f"limits must be aim.Limits, not {type(limits).__name__}")
        options.limits = ctypes.pointer(struct(_api.aim_limits, **dataclasses.asdict(limits)))
    return made(lib.aim_context_new, lib.aim_context_free, ctypes.byref(options))


#: The context of everything that was given no limits.
DEFAULT_CONTEXT = make_context()


class Cancel:
    """A flag that another thread sets to stop the calls that were given it. It stays set."""

    def __init__(self) -> None:
        self._handle = made(lib.aim_cancel_new, lib.aim_cancel_free, DEFAULT_CONTEXT.pointer)

    def set(self) -> None:
        """Stops the calls that use the flag: they raise CancelledError within a tenth of a second."""
        lib.aim_cancel_set(self._handle.pointer)

    def is_set(self) -> bool:
        """Whether somebody did."""
        return bool(lib.aim_cancel_is_set(self._handle.pointer))

    def __repr__(self) -> str:
        return f"<aim.Cancel: {'set' if self.is_set() else 'not set'}>"


def cancel_pointer(cancel: Optional[Cancel]) -> Optional[int]:
    """What goes into the structs of calls that can be stopped."""
    if cancel is None:
        return None
    if not isinstance(cancel, Cancel):
        raise TypeError(f"cancel must be aim.Cancel, not {type(cancel).__name__}")
    return cancel._handle.pointer
