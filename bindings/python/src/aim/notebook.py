"""Tables for notebooks. All text in them comes from documents, so all of it is escaped."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


def shown(value: Any) -> str:
    """A value as a cell shows it, without control characters."""
    text = "" if value is None else str(value)
    return "".join(" " if unicodedata.category(char) in ("Cc", "Cf") else char for char in text)


def _markdown_cell(value: Any) -> str:
    text = html.escape(shown(value), quote=False)
    for char in "\\`*_[]|":
        text = text.replace(char, "\\" + char)
    return text


class Table(NamedTuple):
    """A title, the names of the columns, and rows of as many cells."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Iterable[Any]]

    def html(self) -> str:
        """The table as HTML."""
        head = "".join(f"<th>{html.escape(column)}</th>" for column in self.columns)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(shown(cell))}</td>" for cell in row) + "</tr>" for row in self.rows
        )
        caption = html.escape(shown(self.title))
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [_markdown_cell(self.title), "", f"| {' | '.join(self.columns)} |", f"|{'---|' * len(self.columns)}"]
        lines += [f"| {' | '.join(map(_markdown_cell, row))} |" for row in self.rows]
        return "\n".join(lines) + "\n"
