"""Finds and loads libaim, and says what was tried when that fails."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from ._api import AIM_VERSION, AIM_VERSION_MAJOR, AIM_VERSION_MINOR, FUNCTIONS, Library
from ._coverage import NOT_WRAPPED

HERE = Path(__file__).resolve().parent
FILE = "libaim.so"
SONAME = "libaim.so.0"


class LibraryError(ImportError):
    """libaim could not be loaded; the message lists what was tried."""


def candidates() -> list[tuple[str, str]]:
    """Where libaim may be, as (file, why there), best first. LIBAIM_PATH stands alone: who sets it means it."""
    chosen = os.environ.get("LIBAIM_PATH")
    if chosen:
        path = Path(chosen)
        return [(str(path / FILE if path.is_dir() else path), "LIBAIM_PATH")]
    found = [(str(HERE / "_lib" / FILE), "part of the wheel")]
    note = HERE / "_lib" / "installed-at.txt"
    if note.exists():
        folder = Path(note.read_text(encoding="utf-8").strip())
        found.append((str(folder / SONAME), "where it was when this package was built"))
    found.append((SONAME, "the system's libraries"))
    return found


def bind(handle: ctypes.CDLL) -> Library:
    """Gives each function that the package uses its types; AttributeError when there is none of that name."""
    library = Library()
    for name, (result, parameters) in FUNCTIONS.items():
        if name in NOT_WRAPPED:
            continue
        function = getattr(handle, name)
        function.restype = result
        function.argtypes = parameters
        setattr(library, name, function)
    return library


def check_version(library: Library) -> None:
    version = (library.aim_version() or b"").decode()
    major, minor = (int(part) for part in version.split(".")[:2])
    if major != AIM_VERSION_MAJOR or minor < AIM_VERSION_MINOR:
        raise ValueError(
            f"it is version {version}; this package needs {AIM_VERSION_MAJOR}.{AIM_VERSION_MINOR} or a later "
            f"{AIM_VERSION_MAJOR}.x"
        )


def load() -> tuple[Library, str]:
    """The functions of the first candidate that can be used, and its path."""
    tried = []
    for path, why in candidates():
        try:
            if os.sep in path and not os.path.exists(path):
                raise OSError("there is no such file")
            library = bind(ctypes.CDLL(path))
            check_version(library)
            return library, path
        except (OSError, ValueError) as error:
            tried.append(f"  {path} ({why}): {error}")
        except AttributeError as error:
            tried.append(f"  {path} ({why}): it is too old for this package ({error})")
    raise LibraryError(
        "\n".join(
            [
                f"libaim {AIM_VERSION} or later could not be loaded. What was tried:",
                *tried,
                "Install a wheel of this package for your platform, or libaim, or set LIBAIM_PATH to its file.",
            ]
        )
    )


lib, path = load()
