"""How libaim is found, and what is said when it is not."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

import aim
from aim import _library


def python(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program in an interpreter of its own, with the package of this one."""
    env = {**os.environ, **environment, "PYTHONPATH": str(Path(aim.__file__).parents[1])}
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, check=False)


def test_the_library_that_is_loaded_is_known() -> None:
    assert aim.library_path() and aim.version().startswith("0.") and "libyaml" in aim.build_info()
    assert aim.__version__ == aim.version()


def test_libaim_path_stands_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBAIM_PATH", "/some/where/libaim.so")
    assert _library.candidates() == [("/some/where/libaim.so", "LIBAIM_PATH")]
    monkeypatch.setenv("LIBAIM_PATH", str(tmp_path))
    assert _library.candidates() == [(str(tmp_path / "libaim.so"), "LIBAIM_PATH")]
    monkeypatch.setenv("LIBAIM_PATH", "")
    assert [why for _, why in _library.candidates()][0] == "part of the wheel"


def test_what_was_tried_is_said(tmp_path: Path) -> None:
    failed = python("import aim", LIBAIM_PATH=str(tmp_path / "missing.so"))
    assert failed.returncode == 1
    assert f"{tmp_path / 'missing.so'} (LIBAIM_PATH): there is no such file" in failed.stderr
    assert "set LIBAIM_PATH" in failed.stderr


def test_a_file_that_is_no_library_is_said(tmp_path: Path) -> None:
    (tmp_path / "libaim.so").write_bytes(b"no library")
    failed = python("import aim", LIBAIM_PATH=str(tmp_path))
    assert "LibraryError" in failed.stderr and "LIBAIM_PATH" in failed.stderr


def test_another_library_is_refused() -> None:
    libm = ctypes.util.find_library("m") if hasattr(ctypes, "util") else "libm.so.6"
    failed = python("import aim", LIBAIM_PATH=libm or "libm.so.6")
    assert "too old for this package" in failed.stderr and "aim_" in failed.stderr


def test_a_failed_import_is_an_import_error(tmp_path: Path) -> None:
    program = "try:\n import aim\nexcept ImportError as error: print(type(error).__name__)"
    assert python(program, LIBAIM_PATH=str(tmp_path / "x")).stdout == "LibraryError\n"


@pytest.mark.parametrize(
    ("version", "good"), [(b"0.2.0", True), (b"0.2.7", True), (b"0.9.0", True), (b"0.1.9", False), (b"1.0.0", False)]
)
def test_versions_that_fit_are_taken(version: bytes, good: bool) -> None:
    class Library:
        @staticmethod
        def aim_version() -> bytes:
            return version

    if good:
        _library.check_version(Library())  # type: ignore[arg-type]
    else:
        with pytest.raises(ValueError, match="needs 0.2 or a later 0.x"):
            _library.check_version(Library())  # type: ignore[arg-type]
