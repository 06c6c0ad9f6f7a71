"""What became of a text: every problem with its place, and what kinds of objects it held."""

from __future__ import annotations

import ctypes
import dataclasses
import functools
from collections.abc import Iterator
from typing import Any, Optional

from . import _api
from ._call import Handle, code_name, error_of, every, text
from ._library import lib
from .context import reraise_from_logging
from .notebook import Table

SEVERITIES = {_api.AIM_SEVERITY_ERROR: "error", _api.AIM_SEVERITY_WARNING: "warning", _api.AIM_SEVERITY_INFO: "info"}


@dataclasses.dataclass(frozen=True)
class ReportEntry:
    """One problem of a text."""

    severity: str  #: "error", which kept the text out, or "warning"
    code: str  #: such as "AIM_E_TYPE"; "AIM_OK" for a warning
    source: str  #: the name of the text
    line: Optional[int]
    column: Optional[int]
    pointer: str  #: JSON Pointer into the document, "" for the whole of it
    object: Optional[str]  #: such as "AIMService ml-team/chat"
    message: str
    wanted: Optional[str]  #: what would have to stand there
    excerpt: Optional[str]  #: the line of the text

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part)
        about = f"{self.object}: " if self.object else ""
        return f"{place}: {self.severity}: {about}{self.pointer} {self.message}".replace(":  ", ": ")


@dataclasses.dataclass(frozen=True)
class KindCount:
    """How many objects of a kind a text held."""

    kind: str
    group: str
    objects: int
    used: bool  #: whether libaim uses the kind


class Report:
    """Every problem of a text. Iterating gives the entries: errors first, then warnings."""

    def __init__(
        self, entries: tuple[ReportEntry, ...] = (), kinds: tuple[KindCount, ...] = (), dropped: int = 0
    ) -> None:
        self._handle: Optional[Handle] = None
        self._given = (entries, kinds, dropped)

    @classmethod
    def _of(cls, pointer: Optional[int], owned: bool = True) -> Report:
        """Of a report of libaim; one that is not owned is read at once."""
        report = cls()
        if pointer and owned:
            report._handle = Handle(pointer, lib.aim_report_free)
        elif pointer:
            report._given = _read(pointer)
        return report

    @functools.cached_property
    def _parts(self) -> tuple[tuple[ReportEntry, ...], tuple[KindCount, ...], int]:
        return _read(self._handle.pointer) if self._handle and self._handle.pointer else self._given

    def __reduce__(self) -> Any:
        return Report, self._parts

    @property
    def entries(self) -> tuple[ReportEntry, ...]:
        """The problems."""
        return self._parts[0]

    @property
    def kinds(self) -> tuple[KindCount, ...]:
        """The kinds that the text held, by name."""
        return self._parts[1]

    @property
    def dropped(self) -> int:
        """How many problems were found beyond Limits.report_entries."""
        return self._parts[2]

    @property
    def errors(self) -> tuple[ReportEntry, ...]:
        """The entries that kept the text out."""
        return tuple(entry for entry in self.entries if entry.severity == "error")

    @property
    def warnings(self) -> tuple[ReportEntry, ...]:
        """The entries that kept nothing out."""
        return tuple(entry for entry in self.entries if entry.severity == "warning")

    def __iter__(self) -> Iterator[ReportEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.entries)

    def __add__(self, other: Report) -> Report:
        if not isinstance(other, Report):
            return NotImplemented
        counts = {(kind.group, kind.kind): kind for kind in self.kinds}
        for kind in other.kinds:
            before = counts.get((kind.group, kind.kind))
            counts[kind.group, kind.kind] = dataclasses.replace(
                kind, objects=kind.objects + (before.objects if before else 0)
            )
        kinds = tuple(sorted(counts.values(), key=lambda kind: (kind.kind, kind.group)))
        return Report(self.errors + other.errors + self.warnings + other.warnings, kinds, self.dropped + other.dropped)

    def __repr__(self) -> str:
        objects = sum(kind.objects for kind in self.kinds)
        return f"<aim.Report: {objects} objects, {len(self.errors)} errors, {len(self.warnings)} warnings>"

    def __str__(self) -> str:
        return "\n".join(map(str, self.entries))

    def _table(self) -> Table:
        rows = [(e.severity, e.source, e.line, e.object, e.pointer, e.message) for e in self.entries]
        return Table(repr(self)[1:-1], ("severity", "source", "line", "object", "field", "message"), rows)

    def _repr_html_(self) -> str:
        return self._table().html()

    def _repr_markdown_(self) -> str:
        return self._table().markdown()


def _read(pointer: int) -> tuple[tuple[ReportEntry, ...], tuple[KindCount, ...], int]:
    entries = tuple(
        ReportEntry(
            severity=SEVERITIES.get(entry.severity, str(entry.severity)),
            code=code_name(entry.code),
            source=text(entry.source) or "",
            line=entry.line or None,
            column=entry.column or None,
            pointer=text(entry.pointer) or "",
            object=text(entry.object),
            message=text(entry.message) or "",
            wanted=text(entry.wanted),
            excerpt=text(entry.excerpt),
        )
        for entry in every(_api.aim_report_entry, lib.aim_report_count(pointer), lib.aim_report_at, pointer)
    )
    kinds = tuple(
        KindCount(text(kind.kind) or "", text(kind.group) or "", kind.objects, bool(kind.used))
        for kind in every(_api.aim_kind_count, lib.aim_report_kind_count(pointer), lib.aim_report_kind_at, pointer)
    )
    return entries, kinds, lib.aim_report_dropped(pointer)


def finished(code: int, error: ctypes.c_void_p, report: ctypes.c_void_p) -> Report:
    """The report about a text that was read; raises why it was not, with the report."""
    problems = Report._of(report.value)
    try:
        if code:
            failure = error_of(code, error.value)
            failure.report = problems
            raise failure
        return problems
    finally:
        reraise_from_logging()
