"""Documents in every form in which a Python program has them, as texts that libaim reads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Union

from ._kubernetes import is_model, plain, timestamp
from .errors import UsageError

Document = Mapping[str, Any]


class Readable(Protocol):
    """A file object: its read() gives the whole text, as str or bytes."""

    def read(self) -> Union[str, bytes]:
        """The text."""


class Model(Protocol):
    """An object of the kubernetes client."""

    def to_dict(self) -> Any:
        """Its fields."""


#: What may be given where objects are asked for. A str is a text; a path is an os.PathLike. An iterable may hold any
#: mix of these, also iterables.
Source = Union[str, bytes, bytearray, memoryview, "os.PathLike[str]", Readable, Model, Document, Iterable[Any]]

SUFFIXES = {".yaml", ".yml", ".json", ".jsonl"}


class Text(NamedTuple):
    """A text, and the name that messages give it."""

    name: str
    data: bytes


def texts(source: Source) -> Iterator[Text]:
    """The texts of a source. Documents of an iterable that follow each other are one text, a line each."""
    lines: list[bytes] = []
    for part in _parts(source, set()):
        if isinstance(part, Text):
            yield from _gathered(lines)
            yield part
        else:
            lines.append(_encoded(part))
    yield from _gathered(lines)


def _gathered(lines: list[bytes]) -> Iterator[Text]:
    if lines:
        yield Text("(objects)", b"\n".join(lines) + b"\n")
        lines.clear()


def _parts(source: Any, outer: set[int]) -> Iterator[Union[Text, Document]]:
    if isinstance(source, str):
        if "\n" not in source and len(source) < 4096 and os.path.exists(source):
            raise UsageError(f"{source!r} names a file and is no text: pass pathlib.Path({source!r})")
        yield Text("(text)", _utf8(source))
    elif isinstance(source, (bytes, bytearray, memoryview)):
        yield Text("(text)", bytes(source))
    elif isinstance(source, os.PathLike):
        yield from _files(Path(os.fsdecode(source)))
    elif isinstance(source, Mapping):
        yield source
    elif is_model(source):
        yield plain(source)
    elif hasattr(source, "read"):
        yield Text(_name_of(source), _read(source))
    elif isinstance(source, Iterable):
        if id(source) in outer:
            raise ValueError("an iterable holds itself")
        for inner in source:
            yield from _parts(inner, outer | {id(source)})
    else:
        raise TypeError(
            "objects must be dicts, texts, bytes, paths, file objects, objects of the kubernetes client or an iterable "
            f"of those, not {type(source).__name__}"
        )


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"the text is no Unicode: {error.reason} at character {error.start}") from None


def _read(file: Any) -> bytes:
    data = file.read()
    if isinstance(data, str):
        return _utf8(data)
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    raise TypeError(f"{type(file).__name__}.read() must return str or bytes, not {type(data).__name__}")


def _name_of(file: Any) -> str:
    name = getattr(file, "name", None)
    return name if isinstance(name, str) and "\0" not in name else "(file)"


def _files(path: Path) -> Iterator[Text]:
    """A file, or those below a folder that hold documents by their name."""
    if not path.is_dir():
        yield Text(str(path), path.read_bytes())
        return
    found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not found:
        raise FileNotFoundError(f"{path}: no file with a name in {', '.join(sorted(SUFFIXES))}")
    for file in found:
        yield Text(str(file), file.read_bytes())


def _encoded(document: Document) -> bytes:
    try:
        return json.dumps(document, default=_default, allow_nan=False, separators=(",", ":")).encode("ascii")
    except ValueError as error:
        raise ValueError(f"a document cannot be written as JSON: {error}") from None
    except RecursionError:
        raise ValueError("a document is nested too deeply, or holds itself") from None


def _default(value: Any) -> Any:
    """What a document may hold that JSON does not know: times, as yaml.safe_load makes them, and other mappings."""
    if hasattr(value, "isoformat"):
        return timestamp(value)
    if isinstance(value, Mapping):
        return dict(value)
    if is_model(value):
        return plain(value)
    raise TypeError(f"a document must not hold a {type(value).__name__}")
