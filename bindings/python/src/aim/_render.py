"""Names of formats, and answers that are written piece by piece."""

from __future__ import annotations

import ctypes
from typing import IO, Any, Callable, Optional, Union

from . import _api
from ._call import STOPPED, Callbacks, check, struct
from ._library import lib
from .context import Cancel, cancel_pointer

FORMATS = {
    "text": _api.AIM_FORMAT_TEXT,
    "json": _api.AIM_FORMAT_JSON,
    "yaml": _api.AIM_FORMAT_YAML,
    "wide": _api.AIM_FORMAT_WIDE,
    "markdown": _api.AIM_FORMAT_MARKDOWN,
    "sarif": _api.AIM_FORMAT_SARIF,
    "github": _api.AIM_FORMAT_GITHUB,
}
PARTS = {"explanation": _api.AIM_PART_EXPLANATION, "plan": _api.AIM_PART_PLAN, "status": _api.AIM_PART_STATUS}


def chosen(value: str, choices: dict[str, int], what: str) -> int:
    """The number of a name."""
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, not {type(value).__name__}")
    if value not in choices:
        raise ValueError(f"{what} must be one of {', '.join(choices)}, not {value!r}")
    return choices[value]


def color_flag(color: bool) -> int:
    """The flag of a rendered text."""
    return _api.AIM_RENDER_COLOR if color else 0


def write(
    function: Callable[..., int], *arguments: Any, file: Union[IO[bytes], IO[str]], cancel: Optional[Cancel]
) -> None:
    """Calls a function that hands what it makes to a sink, and writes that to a binary file."""
    if not callable(getattr(file, "write", None)):
        raise TypeError(f"file must be a binary file, not {type(file).__name__}")
    callbacks = Callbacks()

    def piece(data: Optional[int], size: int, user: Any) -> None:
        file.write(ctypes.string_at(data or 0, size))  # type: ignore[arg-type]

    sink = struct(_api.aim_sink, cancel=cancel_pointer(cancel))
    sink.write = _api.aim_sink_write(callbacks.guarded(piece))
    error = ctypes.c_void_p()
    code = function(*arguments, ctypes.byref(sink), ctypes.byref(error))
    if code == STOPPED and callbacks.raised is not None:
        lib.aim_error_free(error.value)  # the exception of the callback says it better
        callbacks.reraise()
    check(code, error)
