"""The answers as frozen dataclasses: the documented JSON forms, member by member.

Members that hold Kubernetes objects or parts of them are plain dicts and lists, as the `kubernetes` client and
`yaml.dump` take them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Optional

from .notebook import Table


@dataclasses.dataclass(frozen=True)
class Ref:
    """Names an object."""

    kind: str
    name: str
    namespace: Optional[str] = None  #: None for kinds of the cluster
    group: Optional[str] = None  #: "" for the core group
    version: Optional[str] = None
    uid: Optional[str] = None

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclasses.dataclass(frozen=True)
class ObjectPatch:
    """RFC 6902 operations on one object."""

    object: Ref
    patch: tuple[Mapping[str, Any], ...]


@dataclasses.dataclass(frozen=True)
class Remedy:
    """What would lift a finding."""

    text: str
    recreate: bool  #: the field is immutable: the object has to be made anew
    patch: tuple[ObjectPatch, ...] = ()  #: only remedies that have one are promised to work


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that libaim noticed."""

    reason: str  #: stable, such as "RequiredGPUNotInCluster"
    number: int  #: of the reason, stable
    severity: str  #: "error", "warning" or "info"
    message: str
    object: Optional[Ref] = None
    source: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None
    pointer: Optional[str] = None  #: JSON Pointer to the field
    actual: Optional[str] = None
    wanted: Optional[str] = None
    remedy: Optional[Remedy] = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part)
        about = f"{place}: " if place else ""
        return f"{about}{self.severity}: {self.object or ''}{': ' if self.object else ''}{self.message}"


def findings_table(title: str, findings: tuple[Finding, ...]) -> Table:
    """Findings as a notebook shows them."""
    rows = [
        (f.severity, f.reason, f.object, f.pointer, f.message, f.remedy.text if f.remedy else None) for f in findings
    ]
    return Table(title, ("severity", "reason", "object", "field", "message", "remedy"), rows)


@dataclasses.dataclass(frozen=True)
class Model:
    """Which model a service runs, or which one has to be made."""

    outcome: str  #: "found", "create", "none" or "error"
    create: bool
    kind: Optional[str] = None
    namespace: Optional[str] = None
    name: Optional[str] = None
    status: Optional[str] = None
    recorded: bool = False  #: the service's status names it
    reason: Optional[str] = None
    message: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Profile:
    """What a candidate runs on, as far as it says so."""

    type: Optional[str] = None
    gpu: Optional[str] = None
    gpu_count: Optional[int] = None
    metric: Optional[str] = None
    precision: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What one stage said about a candidate."""

    stage: str
    kept: bool
    pointer: Optional[str] = None
    actual: Optional[str] = None
    wanted: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A template that was compared."""

    kind: str
    name: str
    verdict: str  #: "chosen", "outranked" or "rejected"
    stage: str  #: where that was decided
    reason: str
    profile: Profile
    namespace: Optional[str] = None
    rank: Optional[int] = None  #: from 1, of those that reached ranking
    score: Optional[int] = None  #: see aim.rank_key()
    judged: tuple[Judgement, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclasses.dataclass(frozen=True)
class Template:
    """Which template serves. Iterating gives the candidates: the chosen one, the outranked, the rejected."""

    outcome: str  #: "found", "none", "not-ready", "ambiguous" or "error"
    candidates: tuple[Candidate, ...] = ()
    source: Optional[str] = None  #: "recorded", "named", "default" or "selected"
    kind: Optional[str] = None
    namespace: Optional[str] = None
    name: Optional[str] = None
    status: Optional[str] = None
    derived_from: Optional[str] = None
    reason: Optional[str] = None
    message: Optional[str] = None

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.candidates)

    @property
    def chosen(self) -> Optional[Candidate]:
        """The chosen candidate; None also when the template was named or recorded, and nothing was compared."""
        return next((candidate for candidate in self.candidates if candidate.verdict == "chosen"), None)

    def _table(self) -> Table:
        rows = [
            (
                c.verdict,
                c.name,
                c.namespace or "(cluster)",
                c.profile.type,
                c.profile.gpu,
                c.profile.metric,
                c.profile.precision,
                c.reason,
                c.findings[0].message if c.findings else None,
            )
            for c in self.candidates
        ]
        title = f"template {self.name or '(none)'}: {self.outcome}"
        columns = ("verdict", "name", "namespace", "type", "gpu", "metric", "precision", "reason", "why")
        return Table(title, columns, rows)

    def _repr_html_(self) -> str:
        return self._table().html()

    def _repr_markdown_(self) -> str:
        return self._table().markdown()


@dataclasses.dataclass(frozen=True)
class Artifact:
    """The weights of one model source."""

    model_id: str
    source_uri: str
    exists: bool
    name: Optional[str] = None  #: where it is certain
    status: Optional[str] = None
    size_bytes: Optional[int] = None  #: None: not known yet
    storage_bytes: Optional[int] = None


@dataclasses.dataclass(frozen=True)
class Cache:
    """Where the weights come from. Iterating gives the artifacts."""

    outcome: str  #: "reused", "create", "none" or "error"
    mode: str  #: "Shared" or "Dedicated"
    reused: bool
    download_bytes: int
    storage_bytes: int
    artifacts: tuple[Artifact, ...] = ()
    name: Optional[str] = None
    status: Optional[str] = None
    reason: Optional[str] = None
    message: Optional[str] = None

    def __iter__(self) -> Iterator[Artifact]:
        return iter(self.artifacts)


@dataclasses.dataclass(frozen=True)
class Apply:
    """Server-side apply of an object, with this field manager and never with force."""

    owner: bool  #: it belongs to the object that was planned
    field_manager: str
    object: Mapping[str, Any]  #: exactly as it would be sent

    @property
    def kind(self) -> str:
        """The kind of the object."""
        return str(self.object["kind"])

    @property
    def namespace(self) -> Optional[str]:
        """Its namespace."""
        namespace: Optional[str] = self.object["metadata"].get("namespace")
        return namespace

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.object["metadata"]["name"])


@dataclasses.dataclass(frozen=True)
class Later:
    """What other controllers or a later pass will make."""

    owner: bool
    kind: str
    namespace: str
    object: Mapping[str, Any]
    name: Optional[str] = None  #: where it is certain


@dataclasses.dataclass(frozen=True)
class Deletion:
    """A delete, with the UID as its precondition."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str


@dataclasses.dataclass(frozen=True)
class FinalizerStep:
    """What is done to a finalizer of the object."""

    operation: str  #: "add" or "remove"
    name: str


@dataclasses.dataclass(frozen=True)
class Read:
    """What a plan looked at."""

    verb: str  #: "get" or "list"
    kind: str
    namespace: Optional[str] = None
    name: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class LogName:
    """The log of a container."""

    namespace: str
    pod: str
    container: str


@dataclasses.dataclass(frozen=True)
class ObjectName:
    """An object, whatever its kind is."""

    namespace: str
    name: str


@dataclasses.dataclass(frozen=True)
class Need:
    """What would decide something and nobody has supplied: a log, or the Events about an object."""

    log: Optional[LogName] = None
    events: Optional[ObjectName] = None


@dataclasses.dataclass(frozen=True)
class Condition:
    """A condition of a status."""

    type: str
    status: str
    reason: Optional[str] = None
    message: Optional[str] = None
    last_transition_time: Optional[str] = None
    observed_generation: Optional[int] = None


@dataclasses.dataclass(frozen=True)
class Component:
    """One part that a status was made of."""

    name: str  #: such as "Template" or "InferenceServicePods"
    state: str
    reason: str
    message: str


@dataclasses.dataclass(frozen=True)
class Status:
    """What an object would report. Iterating gives the components."""

    object: Ref
    state: str  #: such as "Running"; "" when there is none yet
    conditions: tuple[Condition, ...]
    components: tuple[Component, ...]
    document: Mapping[str, Any]  #: the object with nothing but its name and its status

    def __iter__(self) -> Iterator[Component]:
        return iter(self.components)

    def _table(self) -> Table:
        rows = [(c.name, c.state, c.reason, c.message) for c in self.components]
        return Table(f"{self.object}: {self.state}", ("component", "state", "reason", "message"), rows)

    def _repr_html_(self) -> str:
        return self._table().html()

    def _repr_markdown_(self) -> str:
        return self._table().markdown()


@dataclasses.dataclass(frozen=True)
class Event:
    """What a controller says in a Kubernetes Event about a plan."""

    type: str  #: "Normal" or "Warning"
    reason: str
    message: str
    condition: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one action of a plan: goes into Plan.finish()."""

    action: int  #: its index in Plan.actions
    reason: Optional[str] = None  #: Kubernetes reason of a failure, "Timeout" or "Plain"; None: it succeeded
    message: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Change:
    """One change that a plan makes to what the cluster holds."""

    operation: str  #: "create", "delete", "add", "replace" or "remove"
    object: Ref
    pointer: str  #: JSON Pointer to the field, "" for the object as a whole
    before: Any = None
    after: Any = None
    effect: Optional[str] = None  #: what it does beyond the field, such as "restarts the pods"
