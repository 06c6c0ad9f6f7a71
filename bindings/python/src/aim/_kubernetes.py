"""Objects of the official `kubernetes` client as the documents that they stand for.

Nothing is imported from there. A model of the client says itself which attribute is which field (`attribute_map`); an
object of its dynamic client has a `to_dict` that answers the fields as they are.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

# A model that stood in a list has lost its kind; its class has it. Groups of what libaim reads, the core's left out.
GROUPS = {
    "StorageClass": "storage.k8s.io",
    "Job": "batch",
    "HorizontalPodAutoscaler": "autoscaling",
    "RoleBinding": "rbac.authorization.k8s.io",
}
CORE = {"Node", "Pod", "PersistentVolumeClaim", "Secret", "Namespace"}
CLASS = re.compile(r"(?:Core|Events)?(V\d+(?:alpha\d+|beta\d+)?)([A-Z]\w*?)(List)?$")


def is_model(value: Any) -> bool:
    """Whether a value is an object of the client."""
    return not isinstance(value, type) and (
        hasattr(value, "attribute_map") or callable(getattr(value, "to_dict", None))
    )


def plain(model: Any) -> Mapping[str, Any]:
    """The document that an object of the client stands for."""
    if not hasattr(model, "attribute_map"):
        document = model.to_dict()
        if not isinstance(document, Mapping):
            raise TypeError(f"{type(model).__name__}.to_dict() must return a dict, not {type(document).__name__}")
        return document
    document = _fields(model)
    if "kind" in model.attribute_map and not document.get("kind"):
        _name_kind(document, type(model).__name__)
    return document


def timestamp(value: Any) -> str:
    """A time as Kubernetes writes it. A time without a zone is UTC, as everywhere in Kubernetes."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return f"{value.isoformat()}Z"
    return str(value.isoformat())


def _fields(model: Any) -> dict[str, Any]:
    values = ((field, getattr(model, attribute, None)) for attribute, field in model.attribute_map.items())
    return {field: _value(value) for field, value in values if value is not None}


def _value(value: Any) -> Any:
    if hasattr(value, "attribute_map"):
        return _fields(value)
    if isinstance(value, (list, tuple)):
        return [_value(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    return timestamp(value) if hasattr(value, "isoformat") else value


def _name_kind(document: dict[str, Any], name: str) -> None:
    match = CLASS.match(name)
    if not match:
        return
    version, kind, is_list = match.group(1).lower(), match.group(2), match.group(3) or ""
    group = "events.k8s.io" if name.startswith("Events") else GROUPS.get(kind, "")
    if group or kind in CORE or name.startswith("Core"):
        document["kind"] = kind + is_list
        document["apiVersion"] = f"{group}/{version}" if group else version
