"""The examples of docs/python.md and of the docstrings are right."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator

import pytest
from conftest import SOURCE
from test_fetch import Server, server

import aim

GUIDE = SOURCE / "docs" / "python.md"
__all__ = ["server"]  # a fixture


@pytest.fixture
def in_the_sources(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(SOURCE)
    yield


def run(text: str, name: str, names: dict[str, object]) -> None:
    """Runs the examples of a text, and fails with what differs."""
    test = doctest.DocTestParser().get_doctest(text, names, name, str(GUIDE), 0)
    assert test.examples, "there is no example"
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert result.failed == 0, "".join(said)


@pytest.mark.usefixtures("in_the_sources")
def test_the_examples_of_the_guide(server: Server) -> None:
    # The end of a fenced block is no output of its last example.
    text = re.sub(r"^```.*$", "", GUIDE.read_text(encoding="utf-8"), flags=re.M)
    run(text, "python.md", {"server": server.url})


def test_the_examples_of_the_package() -> None:
    run(aim.__doc__ or "", "aim", {})


def test_the_guide_names_what_there_is() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for name in set(re.findall(r"\baim\.([A-Za-z_]+)", text)) - {"eai", "Cluster"}:
        assert hasattr(aim, name), name
    for owner, kind in (
        ("cluster", aim.Cluster),
        ("plan", aim.Plan),
        ("fetch", aim.Fetch),
        ("lint", aim.Lint),
        ("diff", aim.Diff),
    ):
        for name in set(re.findall(rf"\b{owner}\.([a-z_]+)\(", text)):
            assert hasattr(kind, name), f"{owner}.{name}"
    for name in aim.__all__:
        if isinstance(getattr(aim, name), type) and issubclass(getattr(aim, name), aim.AimError):
            assert name in text, name
