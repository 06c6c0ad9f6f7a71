"""Documented JSON as frozen dataclasses.

The fields of a dataclass are the members of the form in snake_case: a test compares them with the schemas. Members that
this version does not know are passed over, because the forms grow.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Mapping
from typing import Any, Callable, TypeVar, Union

T = TypeVar("T")
#: Field, member of the form, and what makes one of the other.
Members = list[tuple[str, str, Callable[[Any], Any]]]


def key_of(name: str) -> str:
    """The member that a field stands for: "source_uri" is "sourceUri"."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.title() for word in rest)


def decoded(kind: type[T], document: Mapping[str, Any]) -> T:
    """A dataclass with what the document says, and its defaults for what it does not say."""
    members = _members(kind)
    return kind(**{name: convert(document[key]) for name, key, convert in members if key in document})


def decoded_list(kind: type[T], documents: list[Mapping[str, Any]]) -> tuple[T, ...]:
    """A tuple of dataclasses."""
    return tuple(decoded(kind, document) for document in documents)


_known: dict[type, Members] = {}


def _members(kind: Any) -> Members:
    if kind not in _known:
        hints = typing.get_type_hints(kind)
        _known[kind] = [
            (field.name, key_of(field.name), _converter(hints[field.name])) for field in dataclasses.fields(kind)
        ]
    return _known[kind]


def _converter(hint: Any) -> Callable[[Any], Any]:
    if typing.get_origin(hint) is Union:
        hint = next(choice for choice in typing.get_args(hint) if choice is not type(None))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return functools.partial(decoded, hint)
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        if dataclasses.is_dataclass(item) and isinstance(item, type):
            return functools.partial(decoded_list, item)
        return tuple
    return lambda value: value
