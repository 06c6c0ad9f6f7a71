"""The whole answer for one object."""

from __future__ import annotations

import ctypes
import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, Callable, Optional, Union

from . import _api
from ._call import Handle, encoded, every, made, number, rendered, struct, text
from ._decode import decoded, decoded_list
from ._gate import Reading
from ._library import lib
from ._render import FORMATS, PARTS, chosen, color_flag, write
from .answers import (
    Apply,
    Artifact,
    Cache,
    Component,
    Condition,
    Deletion,
    Event,
    FinalizerStep,
    Finding,
    Later,
    Model,
    Need,
    Outcome,
    Read,
    Ref,
    Status,
    Template,
)
from .context import Cancel
from .notebook import Table
from .options import Time, options_struct

if TYPE_CHECKING:
    from .cluster import Cluster
    from .diff import Diff


def make_ref(ref: Ref) -> Any:
    """A Ref as a struct."""
    if not isinstance(ref, Ref):
        raise TypeError(f"an object is named with aim.Ref, not {type(ref).__name__}")
    return ctypes.byref(
        struct(
            _api.aim_ref,
            group=encoded(ref.group, "group"),
            version=encoded(ref.version, "version"),
            kind=encoded(ref.kind, "kind"),
            ns=encoded(ref.namespace, "namespace"),
            name=encoded(ref.name, "name"),
            uid=encoded(ref.uid, "uid"),
        )
    )


def _outcome(outcome: Outcome) -> _api.aim_outcome:
    if not isinstance(outcome, Outcome):
        raise TypeError(f"an outcome must be aim.Outcome, not {type(outcome).__name__}")
    return struct(
        _api.aim_outcome,
        action=number(outcome.action, "action"),
        reason=encoded(outcome.reason, "reason"),
        message=encoded(outcome.message, "message"),
    )


def _reading(cluster: Cluster) -> Reading:
    from .cluster import Cluster as Wanted  # clusters make plans, so they come later

    if not isinstance(cluster, Wanted):
        raise TypeError(f"cluster must be aim.Cluster, not {type(cluster).__name__}")
    return cluster._gate.reading


def _asked_of(function: Callable[..., int], handle: Handle, object: Ref, cluster: Optional[Cluster]) -> bool:
    ref = make_ref(object)
    if cluster is None:
        return bool(function(handle.pointer, None, ref))
    with _reading(cluster):
        return bool(function(handle.pointer, cluster._handle.pointer, ref))


class Interest:
    """What a plan looked at: a few kilobytes, and no object is held on to."""

    def __init__(self, handle: Handle) -> None:
        """Interests come from Plan.interest()."""
        if not isinstance(handle, Handle):
            raise TypeError("interests come from Plan.interest()")
        self._handle = handle

    def covers(self, object: Ref, cluster: Optional[Cluster] = None) -> bool:
        """What Plan.depends_on() answers for the plan that the interest is of; True a little more often."""
        return _asked_of(lib.aim_interest_covers, self._handle, object, cluster)


class Plan:
    """What a controller would do for one object, and why. Immutable, and whole when the cluster has changed.

    Nothing is decoded before it is asked for. Iterating gives the actions.
    """

    def __init__(self, handle: Handle) -> None:
        """Plans come from aim.plan(), Cluster.plan() and Plan.finish()."""
        if not isinstance(handle, Handle):
            raise TypeError("plans come from aim.plan(), Cluster.plan() and Plan.finish()")
        self._handle = handle

    @functools.cached_property
    def document(self) -> Mapping[str, Any]:
        """The whole answer as docs/plan-json.md describes it."""
        document: Mapping[str, Any] = json.loads(self.render("json", part="plan"))
        return document

    @functools.cached_property
    def object(self) -> Ref:
        """What was planned."""
        named = self.document.get("service") or self.document["object"]
        return Ref(named.get("kind", "AIMService"), named["name"], named["namespace"])

    def _of_service(self, member: str) -> Mapping[str, Any]:
        if member not in self.document:
            raise AttributeError(f"the plan of {self.object} has no {member}: it is no AIMService")
        found: Mapping[str, Any] = self.document[member]
        return found

    @functools.cached_property
    def model(self) -> Model:
        """Which model. Only of an AIMService, as template and cache: AttributeError otherwise."""
        return decoded(Model, self._of_service("model"))

    @functools.cached_property
    def template(self) -> Template:
        """Which template, and every candidate's story."""
        return decoded(Template, self._of_service("template"))

    @functools.cached_property
    def cache(self) -> Cache:
        """Where the weights come from."""
        return decoded(Cache, self._of_service("cache"))

    @property
    def is_of_service(self) -> bool:
        """Whether an AIMService was planned, so that there are model, template and cache."""
        return "service" in self.document

    @functools.cached_property
    def artifacts(self) -> tuple[Artifact, ...]:
        """The weights: of a service those of its cache."""
        cache = self.document.get("cache") or self.document
        return decoded_list(Artifact, cache.get("artifacts", []))

    @functools.cached_property
    def apply(self) -> tuple[Apply, ...]:
        """What is applied, in order."""
        return decoded_list(Apply, self.document["apply"])

    @functools.cached_property
    def delete(self) -> tuple[Deletion, ...]:
        """What is deleted, in order."""
        return decoded_list(Deletion, self.document["delete"])

    @property
    def actions(self) -> tuple[Union[Deletion, Apply], ...]:
        """Everything to do, in order: deletions come first."""
        return self.delete + self.apply

    @functools.cached_property
    def later(self) -> tuple[Later, ...]:
        """What other controllers or a later pass will make."""
        return decoded_list(Later, self.document["later"])

    @functools.cached_property
    def finalizers(self) -> tuple[FinalizerStep, ...]:
        """What is done to the finalizers of the object."""
        return decoded_list(FinalizerStep, self.document.get("finalizers", []))

    @functools.cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be known about the object as a whole."""
        return decoded_list(Finding, self.document["findings"])

    @functools.cached_property
    def needs(self) -> tuple[Need, ...]:
        """What would decide something and nobody has supplied."""
        return decoded_list(Need, self.document.get("needs", []))

    @functools.cached_property
    def reads(self) -> tuple[Read, ...]:
        """What was looked at."""
        return decoded_list(Read, self.document["reads"])

    @property
    def unknown(self) -> tuple[str, ...]:
        """Kinds that nobody supplied and a decision wanted."""
        return tuple(self.document["unknown"])

    @property
    def behaviour(self) -> str:
        """By which rules: "documented" or "engine-0.2"."""
        return str(self.document["behaviour"])

    @property
    def policy(self) -> str:
        """The identity of the policy."""
        return str(self.document["policy"])

    @property
    def is_paused(self) -> bool:
        """Whether an annotation has stopped everything."""
        return bool(self.document.get("paused"))

    @property
    def is_deleting(self) -> bool:
        """Whether the object is being deleted."""
        return bool(self.document.get("deleting"))

    @property
    def is_retried(self) -> bool:
        """Whether an error may go away by itself: plan again, with growing pauses."""
        return bool(self.document.get("retry"))

    @property
    def requeue_after(self) -> Optional[int]:
        """Seconds after which to plan again though nothing has changed; None when changes say it all."""
        return self.document.get("requeueAfterSeconds")

    @functools.cached_property
    def status(self) -> Status:
        """What the object would report."""
        document = json.loads(self.render("json", part="status"))
        status = document["status"]
        components = tuple(
            Component(*(text(value) or "" for value in (part.name, part.state, part.reason, part.message)))
            for part in every(
                _api.aim_component, lib.aim_health_count(self._handle.pointer), lib.aim_health_at, self._handle.pointer
            )
        )
        conditions = decoded_list(Condition, status.get("conditions", []))
        return Status(self.object, status.get("status", ""), conditions, components, document)

    @functools.cached_property
    def events(self) -> tuple[Event, ...]:
        """What a controller says in Kubernetes Events: which conditions changed."""
        return tuple(
            Event(
                "Warning" if event.warning else "Normal",
                text(event.reason) or "",
                text(event.message) or "",
                text(event.condition) or "",
            )
            for event in every(
                _api.aim_plan_event,
                lib.aim_plan_event_count(self._handle.pointer),
                lib.aim_plan_event_at,
                self._handle.pointer,
            )
        )

    def manifest(self, action: int, format: str = "yaml") -> str:
        """The object of an action that applies, exactly as it would be sent, as "yaml" or "json"."""
        index = number(action, "action", most=2**31)
        form = chosen(format, FORMATS, "format")
        return rendered(lib.aim_plan_action_render, self._handle.pointer, index, form, 0).decode()

    def render(self, format: str = "text", *, part: str = "explanation", color: bool = False) -> str:
        """The plan as "text", "wide", "json", "yaml" or "markdown"; part is "explanation", "plan" or "status"."""
        numbers = chosen(part, PARTS, "part"), chosen(format, FORMATS, "format"), color_flag(color)
        return rendered(lib.aim_plan_render, self._handle.pointer, *numbers).decode()

    def write(
        self,
        file: IO[bytes],
        format: str = "text",
        *,
        part: str = "explanation",
        color: bool = False,
        cancel: Optional[Cancel] = None,
    ) -> None:
        """The same as render(), into a binary file as it is made."""
        numbers = chosen(part, PARTS, "part"), chosen(format, FORMATS, "format"), color_flag(color)
        write(lib.aim_plan_write, self._handle.pointer, *numbers, file=file, cancel=cancel)

    def explain(self, *, wide: bool = False, color: bool = False) -> str:
        """Why, for a terminal."""
        return self.render("wide" if wide else "text", color=color)

    def depends_on(self, object: Ref, cluster: Optional[Cluster] = None) -> bool:
        """Whether a change of an object may change the plan. cluster: after the change; without it more count."""
        return _asked_of(lib.aim_plan_depends_on, self._handle, object, cluster)

    def interest(self) -> Interest:
        """What the plan looked at, without the plan: for whoever keeps that of many."""
        return Interest(made(lib.aim_plan_interest, lib.aim_interest_free, self._handle.pointer))

    def diff(self, cluster: Cluster, *, cancel: Optional[Cancel] = None) -> Diff:
        """What the plan would change of what the cluster holds: the one that it was made from."""
        from .diff import Diff

        options = options_struct(cancel=cancel)
        with _reading(cluster):
            return Diff(
                made(lib.aim_diff_new, lib.aim_diff_free, self._handle.pointer, cluster._handle.pointer, options)
            )

    def finish(
        self, outcomes: Iterable[Outcome] = (), *, now: Optional[Time] = None, cancel: Optional[Cancel] = None
    ) -> Plan:
        """The plan after its actions were tried. Those without an outcome succeeded, up to the first failure."""
        tried = [_outcome(outcome) for outcome in outcomes]
        array = (_api.aim_outcome * len(tried))(*tried) if tried else None
        options = options_struct(now=now, cancel=cancel)
        return Plan(made(lib.aim_plan_finish, lib.aim_plan_free, self._handle.pointer, array, len(tried), options))

    def __iter__(self) -> Iterator[Union[Deletion, Apply]]:
        return iter(self.actions)

    def __str__(self) -> str:
        return self.render("text")

    def __repr__(self) -> str:
        chosen_template = f"template {self.template.name or self.template.outcome}, " if self.is_of_service else ""
        state = self.status.state or "no status"
        return f"<aim.Plan of {self.object}: {chosen_template}{state}, {len(self.actions)} actions>"

    def _repr_html_(self) -> str:
        rows: list[tuple[Any, ...]] = [("status", self.status.state, None)]
        if self.is_of_service:
            rows += [
                ("model", self.model.name or self.model.outcome, self.model.message),
                ("template", self.template.name or self.template.outcome, self.template.message),
                ("cache", self.cache.name or self.cache.outcome, self.cache.message),
            ]
        rows += [("delete", f"{action.kind} {action.namespace}/{action.name}", None) for action in self.delete]
        rows += [("apply", f"{action.kind} {action.namespace or ''}/{action.name}", None) for action in self.apply]
        rows += [(finding.severity, finding.reason, finding.message) for finding in self.findings]
        table = Table(str(self.object), ("", "what", "message"), rows).html()
        return table + (self.template._repr_html_() if self.is_of_service else "")

    def _repr_markdown_(self) -> str:
        return self.render("markdown")
