"""A plan against what the cluster holds."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, Optional

from ._call import Handle, rendered
from ._decode import decoded_list
from ._library import lib
from ._render import FORMATS, chosen, color_flag, write
from .answers import Change
from .context import Cancel
from .notebook import Table


class Diff:
    """The changes that a plan makes. Immutable. Iterating gives the changes; it is true when there are any."""

    def __init__(self, handle: Handle) -> None:
        """Diffs come from aim.diff() and Plan.diff()."""
        if not isinstance(handle, Handle):
            raise TypeError("diffs come from aim.diff() and Plan.diff()")
        self._handle = handle

    @functools.cached_property
    def document(self) -> Mapping[str, Any]:
        """The whole answer as docs/plan-json.md describes it."""
        document: Mapping[str, Any] = json.loads(self.render("json"))
        return document

    @functools.cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changes, in the order of the plan's actions, then of the fields."""
        return decoded_list(Change, self.document["changes"])

    @property
    def blocked(self) -> Optional[str]:
        """Why the plan is not all of it; None when it is."""
        return self.document.get("blocked")

    def render(self, format: str = "text", *, color: bool = False) -> str:
        """All changes as "text", "json" or "markdown"."""
        return rendered(
            lib.aim_diff_render, self._handle.pointer, chosen(format, FORMATS, "format"), color_flag(color)
        ).decode()

    def write(
        self, file: IO[bytes], format: str = "text", *, color: bool = False, cancel: Optional[Cancel] = None
    ) -> None:
        """The same as render(), into a binary file as it is made."""
        numbers = chosen(format, FORMATS, "format"), color_flag(color)
        write(lib.aim_diff_write, self._handle.pointer, *numbers, file=file, cancel=cancel)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __str__(self) -> str:
        return self.render("text")

    def __repr__(self) -> str:
        return f"<aim.Diff: {len(self)} changes>"

    def _repr_html_(self) -> str:
        rows = [(c.operation, c.object, c.pointer, _cell(c.before), _cell(c.after), c.effect) for c in self.changes]
        return Table(repr(self)[1:-1], ("operation", "object", "field", "before", "after", "effect"), rows).html()

    def _repr_markdown_(self) -> str:
        return self.render("markdown")


def _cell(value: Any) -> Optional[str]:
    if value is None:
        return None
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= 120 else written[:119] + "…"
