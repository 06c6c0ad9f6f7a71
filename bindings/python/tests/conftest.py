"""What the tests share: the examples of the project, and the folder in which they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import aim

#: The project's folder; AIM_SOURCE says where it is when the tests run from somewhere else.
SOURCE = Path(os.environ.get("AIM_SOURCE") or Path(__file__).resolve().parents[3])
EXAMPLES = SOURCE / "examples"


def golden(folder: str, name: str) -> str:
    """What the tool says in a golden case, without the line about its exit code."""
    text = (SOURCE / "tests" / "golden" / folder / name).read_text(encoding="utf-8")
    return text[: text.rindex("exit code ")]


def pytest_configure() -> None:
    if not EXAMPLES.is_dir():
        pytest.exit(f"{EXAMPLES} is missing: set AIM_SOURCE to the folder of libaim's sources", 2)


@pytest.fixture
def mi300x() -> Iterator[aim.Cluster]:
    """The documents of examples/mi300x-cluster."""
    with aim.Cluster(EXAMPLES / "mi300x-cluster") as cluster:
        yield cluster


@pytest.fixture
def mixed() -> Iterator[aim.Cluster]:
    """The documents of examples/mixed-gpu-cluster, in which services run."""
    with aim.Cluster(EXAMPLES / "mixed-gpu-cluster") as cluster:
        yield cluster
