"""What is wrong with documents and labels before anybody applies or schedules anything."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import IO, Optional

from ._call import Handle, rendered
from ._decode import decoded_list
from ._library import lib
from ._render import FORMATS, chosen, color_flag, write
from .answers import Finding, findings_table
from .context import Cancel


class Lint:
    """Findings about documents, by source, line and column. Iterating gives them; it is true when there are any."""

    def __init__(self, handle: Handle) -> None:
        """Lints come from aim.lint() and Cluster.lint()."""
        if not isinstance(handle, Handle):
            raise TypeError("lints come from aim.lint() and Cluster.lint()")
        self._handle = handle

    @functools.cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All findings."""
        return decoded_list(Finding, json.loads(self.render("json")))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Those that keep something from happening."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def render(self, format: str = "text", *, color: bool = False) -> str:
        """All findings as "text", "json", "sarif", "github" or "markdown"."""
        return rendered(
            lib.aim_lint_render, self._handle.pointer, chosen(format, FORMATS, "format"), color_flag(color)
        ).decode()

    def write(
        self, file: IO[bytes], format: str = "text", *, color: bool = False, cancel: Optional[Cancel] = None
    ) -> None:
        """The same as render(), into a binary file as it is made."""
        numbers = chosen(format, FORMATS, "format"), color_flag(color)
        write(lib.aim_lint_write, self._handle.pointer, *numbers, file=file, cancel=cancel)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __str__(self) -> str:
        return self.render("text")

    def __repr__(self) -> str:
        return f"<aim.Lint: {len(self)} findings, {len(self.errors)} errors>"

    def _repr_html_(self) -> str:
        return findings_table(repr(self)[1:-1], self.findings).html()

    def _repr_markdown_(self) -> str:
        return self.render("markdown")
