"""What every call of libaim needs: errors as exceptions, handles with an owner, bytes out of buffers, callbacks."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Iterable
from typing import Any, Callable, Optional, TypeVar

from ._api import AIM_CLASS_HOST
from ._library import lib
from .errors import AimError, class_of

S = TypeVar("S", bound=ctypes.Structure)

#: What a callback answers after an exception; the exception itself is raised when the call is back.
STOPPED = AIM_CLASS_HOST << 24 | 1


def struct(kind: type[S], /, **members: Any) -> S:
    """A struct of the interface with its size filled in."""
    return kind(struct_size=ctypes.sizeof(kind), **members)


def text(value: Optional[bytes]) -> Optional[str]:
    """A string of libaim. They are UTF-8; a byte that is not is shown rather than refused."""
    return None if value is None else value.decode("utf-8", "backslashreplace")


def encoded(value: Optional[str], what: str) -> Optional[bytes]:
    """A string for libaim: TypeError and ValueError where C would stop reading or crash."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, not {type(value).__name__}")
    try:
        found = value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{what} is no Unicode text: {error.reason}") from None
    if b"\0" in found:
        raise ValueError(f"{what} must not hold a NUL")
    return found


def number(value: int, what: str, least: int = 0, most: int = 2**64 - 1) -> int:
    """An integer for libaim: ctypes would cut off what does not fit."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} must be an int, not {type(value).__name__}")
    if not least <= value <= most:
        raise ValueError(f"{what} must be from {least} to {most}, not {value}")
    return value


class Handle:
    """Owns one object of libaim and gives it back when nobody refers to the handle any more.

    Nothing is given back at the exit of the interpreter: threads may still be inside, and the memory goes anyway.
    """

    __slots__ = ("__weakref__", "pointer", "release")

    def __init__(self, pointer: Optional[int], free: Callable[..., None], *outlived_by: object) -> None:
        """outlived_by: what must not be given back before this, whatever the garbage collector finds first."""
        self.pointer = pointer
        self.release = weakref.finalize(self, _free, free, pointer, outlived_by)
        self.release.atexit = False

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("what belongs to libaim can be neither copied nor pickled")


def _free(free: Callable[..., None], pointer: Optional[int], outlived_by: tuple[object, ...]) -> None:
    free(pointer)


def error_of(code: int, pointer: Optional[int]) -> AimError:
    """The exception of a failed call; takes over the error."""
    message = text(lib.aim_error_message(pointer)) if pointer else None
    error = class_of(code)(message or f"the call failed with {code_name(code)}")
    error.code = code
    error.code_name = code_name(code)
    if pointer:
        error.source = text(lib.aim_error_source(pointer))
        error.pointer = text(lib.aim_error_pointer(pointer))
        error.line = lib.aim_error_line(pointer) or None
        error.column = lib.aim_error_column(pointer) or None
        error.retryable = bool(lib.aim_error_retryable(pointer))
        lib.aim_error_free(pointer)
    return error


def code_name(code: int) -> str:
    """The name of a code, such as "AIM_E_SYNTAX"."""
    return text(lib.aim_code_name(code)) or ""


def check(code: int, error: ctypes.c_void_p) -> None:
    """Raises what a call says."""
    if code:
        raise error_of(code, error.value)


def made(
    function: Callable[..., int], free: Callable[..., None], *arguments: Any, outlived_by: tuple[object, ...] = ()
) -> Handle:
    """Calls a function that ends with (out, err), and owns what it made."""
    out = ctypes.c_void_p()
    error = ctypes.c_void_p()
    code = function(*arguments, ctypes.byref(out), ctypes.byref(error))
    if code:
        raise error_of(code, error.value)
    return Handle(out.value, free, *outlived_by)


def rendered(function: Callable[..., int], *arguments: Any) -> bytes:
    """Calls a function that renders into a buffer, and copies the bytes."""
    buffer = made(function, lib.aim_buffer_free, *arguments)
    return ctypes.string_at(lib.aim_buffer_data(buffer.pointer) or 0, lib.aim_buffer_size(buffer.pointer))


def filled(kind: type[S], function: Callable[..., int], *arguments: Any) -> S:
    """Calls a function that fills a struct."""
    out = struct(kind)
    code = function(*arguments, ctypes.byref(out))
    if code:
        raise error_of(code, None)
    return out


def every(kind: type[S], count: int, function: Callable[..., int], *arguments: Any) -> Iterable[S]:
    """All structs that a pair of _count and _at functions answers."""
    return (filled(kind, function, *arguments, index) for index in range(count))


class Callbacks:
    """Python functions that one call of libaim calls. An exception stops that call, and is raised when it is back."""

    def __init__(self) -> None:
        self.raised: Optional[BaseException] = None

    def guarded(self, function: Callable[..., None]) -> Callable[..., int]:
        """The function as a callback that answers a code."""

        def call(*arguments: Any) -> int:
            if self.raised is None:
                try:
                    function(*arguments)
                    return 0
                except BaseException as error:  # C cannot carry it: it is raised behind the call
                    self.raised = error
            return STOPPED

        return call

    def reraise(self) -> None:
        """Raises what a callback raised."""
        if self.raised is not None:
            error, self.raised = self.raised, None
            raise error
