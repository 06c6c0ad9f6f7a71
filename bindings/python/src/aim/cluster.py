"""What the cluster holds: documents in, questions answered from them."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Iterator
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Callable, Optional, Union

from . import _api
from ._call import Callbacks, Handle, check, encoded, made, rendered, struct, text
from ._gate import Gate
from ._library import lib
from ._render import FORMATS, chosen, write
from .answers import Cache, Model, Ref, Status, Template
from .context import DEFAULT_CONTEXT, Cancel, Limits, cancel_pointer, make_context
from .diff import Diff
from .errors import ClosedError, LookupError, UsageError
from .inputs import Source, Text, texts
from .lint import Lint
from .options import Options, options_struct
from .plan import Plan, make_ref
from .policy import Policy
from .report import Report, finished

if TYPE_CHECKING:
    from .options import Unpack

STATES = {"known": _api.AIM_STATE_KNOWN, "unknown": _api.AIM_STATE_UNKNOWN, "failed": _api.AIM_STATE_FAILED}
VERBS = {"any": _api.AIM_VERB_ANY, "get": _api.AIM_VERB_GET, "list": _api.AIM_VERB_LIST}
CHANGES = {_api.AIM_EVENT_ADDED: "added", _api.AIM_EVENT_MODIFIED: "modified", _api.AIM_EVENT_DELETED: "deleted"}

#: What names an object in a question: "name", "namespace/name", a Ref; None: the only one.
Named = Union[str, Ref, None]
#: Is told of an object that changed, and how: "added", "modified" or "deleted".
Listener = Callable[[Ref, str], None]


class Cluster:
    """The objects of a Kubernetes cluster, as far as anybody supplied them.

    Any number of threads may ask at once; who changes the cluster waits for them, and they for it. Answers stay whole
    when the cluster changes or is closed.
    """

    def __init__(self, *sources: Source, limits: Optional[Limits] = None) -> None:
        """A cluster that holds what the sources hold; in one without sources every kind is unknown."""
        self._context = DEFAULT_CONTEXT if limits is None else make_context(limits)
        self._own(made(lib.aim_cluster_new, lib.aim_cluster_free, self._context.pointer))
        self.add(*sources)

    def _own(self, handle: Handle) -> None:
        self._handle = handle
        self._gate = Gate("cluster")
        # What has to go before the cluster goes: its conversations with API servers.
        self._dependents: weakref.WeakSet[Handle] = weakref.WeakSet()

    # --- lifetime ---

    def close(self) -> None:
        """Gives the memory back now rather than with the last reference. Again is no error. Clones and answers stay."""
        try:
            with self._gate.writing:
                self._gate.shut("the cluster is closed")
                for dependent in list(self._dependents):
                    dependent.release()
                self._handle.release()
        except ClosedError:
            pass

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._gate.is_shut

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def clone(self) -> Cluster:
        """A second cluster with the same content, for a "what if". The objects are shared, so it costs little."""
        clone = Cluster.__new__(Cluster)
        clone._context = self._context
        with self._gate.reading:
            clone._own(made(lib.aim_cluster_clone, lib.aim_cluster_free, self._handle.pointer))
        return clone

    # --- changes ---

    def add(
        self, *sources: Source, overlay: bool = False, name: Optional[str] = None, cancel: Optional[Cancel] = None
    ) -> Report:
        """Adds documents. Each text of the sources is added as a whole or not at all; the first that is not raises.

        overlay: they are what somebody wants to apply on top, and keep status, UID and other metadata of what is there.
        name: stands for the name of a text in messages.
        """
        report = Report()
        for found in texts(sources):
            data = Text(name, found.data) if name is not None else found
            more = self._read(lib.aim_cluster_add, data, _api.AIM_SOURCE_OVERLAY if overlay else 0, cancel)
            report = report + more if report.kinds or report.entries else more
        return report

    def apply_event(self, event: Source, *, cancel: Optional[Cancel] = None) -> Report:
        """Applies one watch event, {"type": "MODIFIED", "object": {…}}: a dict, or JSON."""
        if isinstance(event, dict) and not isinstance(event.get("object"), dict) and "raw_object" in event:
            event = {"type": event.get("type"), "object": event["raw_object"]}  # as the client's Watch gives it
        found = list(texts(event))
        if len(found) != 1:
            raise UsageError(f"one event is applied, not {len(found)}")
        return self._read(lib.aim_cluster_apply_event, found[0], 0, cancel)

    def _read(self, function: Callable[..., int], found: Text, flags: int, cancel: Optional[Cancel]) -> Report:
        source = struct(
            _api.aim_source,
            flags=flags,
            name=encoded(found.name, "name"),
            data=found.data,
            size=len(found.data),
            cancel=cancel_pointer(cancel),
        )
        report, error = ctypes.c_void_p(), ctypes.c_void_p()
        with self._gate.writing:
            code = function(self._handle.pointer, ctypes.byref(source), ctypes.byref(report), ctypes.byref(error))
        return finished(code, error, report)

    def remove(self, object: Ref) -> None:
        """Removes an object. Its kind stays known."""
        error = ctypes.c_void_p()
        ref = make_ref(object)
        with self._gate.writing:
            code = lib.aim_cluster_remove(self._handle.pointer, ref, ctypes.byref(error))
        check(code, error)

    def replace(
        self, source: Cluster, kind: str, namespace: Optional[str] = None, *, changed: Optional[Listener] = None
    ) -> None:
        """Replaces all objects of a kind by those of another cluster, at once: for a list that was read again.

        changed is told of every difference after all of them have been made. It must not use the cluster.
        """
        callbacks, listener = Callbacks(), None
        if changed is not None:
            listener = ctypes.byref(make_listener(changed, callbacks))
        scope = struct(_api.aim_ref, kind=encoded(kind, "kind"), ns=encoded(namespace, "namespace"))
        error = ctypes.c_void_p()
        if not isinstance(source, Cluster):
            raise TypeError(f"source must be aim.Cluster, not {type(source).__name__}")
        if source is self:
            raise UsageError("a cluster cannot be replaced by itself")
        with source.clone() as other, self._gate.writing:  # a clone, so that two gates never wait for each other
            code = lib.aim_cluster_replace(
                self._handle.pointer, other._handle.pointer, ctypes.byref(scope), listener, ctypes.byref(error)
            )
        check(code, error)
        callbacks.reraise()

    def declare(
        self, state: str, kind: Optional[str] = None, *, verb: str = "any", reason: Optional[str] = None
    ) -> None:
        """Says what is known of a kind beyond its objects, or of every kind.

        state: "known" (what is not here does not exist), "unknown" (nobody looked) or "failed" (reads fail). With
        "failed": verb is "any", "get" or "list", and reason says why, such as "Forbidden".
        """
        declaration = struct(
            _api.aim_declaration,
            state=chosen(state, STATES, "state"),
            verb=chosen(verb, VERBS, "verb"),
            kind=encoded(kind, "kind"),
            reason=encoded(reason, "reason"),
        )
        error = ctypes.c_void_p()
        with self._gate.writing:
            code = lib.aim_cluster_declare(self._handle.pointer, ctypes.byref(declaration), ctypes.byref(error))
        check(code, error)

    def add_log(self, namespace: str, pod: str, container: str, log: Union[str, bytes]) -> None:
        """Supplies the log of a container that failed: the status of its service needs it."""
        data = log.encode("utf-8", "replace") if isinstance(log, str) else log
        if not isinstance(data, bytes):
            raise TypeError(f"log must be str or bytes, not {type(log).__name__}")
        entry = struct(
            _api.aim_log,
            ns=encoded(namespace, "namespace"),
            pod=encoded(pod, "pod"),
            container=encoded(container, "container"),
            text=data,
            size=len(data),
        )
        error = ctypes.c_void_p()
        with self._gate.writing:
            code = lib.aim_cluster_add_log(self._handle.pointer, ctypes.byref(entry), ctypes.byref(error))
        check(code, error)

    # --- what it holds ---

    def count(self, kind: str, namespace: Optional[str] = None) -> int:
        """How many objects of a kind there are."""
        filter = struct(_api.aim_ref, kind=encoded(kind, "kind"), ns=encoded(namespace, "namespace"))
        with self._gate.reading:
            return lib.aim_cluster_count(self._handle.pointer, ctypes.byref(filter))

    def objects(self, kind: str, namespace: Optional[str] = None) -> Iterator[Ref]:
        """The objects of a kind, by namespace and name, as they are now."""
        filter = struct(_api.aim_ref, kind=encoded(kind, "kind"), ns=encoded(namespace, "namespace"))
        with self._gate.reading:
            count = lib.aim_cluster_count(self._handle.pointer, ctypes.byref(filter))
            return iter([self._ref_at(filter, index) for index in range(count)])

    def services(self, namespace: Optional[str] = None) -> Iterator[Ref]:
        """The AIMServices: for service in cluster.services(): cluster.plan(service)."""
        return self.objects("AIMService", namespace)

    def __iter__(self) -> Iterator[Ref]:
        return self.services()

    def _ref_at(self, filter: _api.aim_ref, index: int) -> Ref:
        out, error = struct(_api.aim_ref), ctypes.c_void_p()
        check(
            lib.aim_cluster_at(
                self._handle.pointer, ctypes.byref(filter), index, ctypes.byref(out), ctypes.byref(error)
            ),
            error,
        )
        return ref_of(out)

    def resource_version(self, object: Ref) -> str:
        """The resourceVersion in which an object is known; "" when there is none."""
        ref = make_ref(object)
        with self._gate.reading:
            return text(lib.aim_cluster_resource_version(self._handle.pointer, ref)) or ""

    def nearest(self, object: Ref) -> Optional[str]:
        """The name that is most like that of an object: for "did you mean"."""
        ref = make_ref(object)
        with self._gate.reading:
            return text(lib.aim_cluster_nearest(self._handle.pointer, ref))

    def case(self) -> bytes:
        """Everything as one line of JSON that add() reads back: a bug report that can be replayed."""
        with self._gate.reading:
            return rendered(lib.aim_cluster_render_case, self._handle.pointer, 0)

    def write_case(self, file: IO[bytes], *, cancel: Optional[Cancel] = None) -> None:
        """The same as case(), into a binary file as it is made."""
        with self._gate.reading:
            write(lib.aim_cluster_write_case, self._handle.pointer, 0, file=file, cancel=cancel)

    # --- questions ---

    def plan(
        self,
        object: Named = None,
        namespace: Optional[str] = None,
        *,
        kind: str = "AIMService",
        **options: Unpack[Options],
    ) -> Plan:
        """What a controller would do for an object: an AIMService, AIMTemplateCache or AIMArtifact.

        object: a Ref, "name" (in namespace, or "default"), "namespace/name"; None: the only one of its kind.
        options: policy= by which rules, or behaviour="documented" (as without) or "engine-0.2"; now= the time for
        transition times in the status, without which none are written; cancel=.
        """
        chosen_options = options_struct(**options)
        with self._gate.reading:
            ref = self._named(object, namespace, kind)
            return Plan(
                made(lib.aim_plan_new, lib.aim_plan_free, self._handle.pointer, ctypes.byref(ref), chosen_options)
            )

    def _named(self, object: Named, namespace: Optional[str], kind: str) -> _api.aim_ref:
        if object is None:
            object = self._only(kind, namespace)
        if isinstance(object, Ref):
            kind, namespace, name = object.kind, object.namespace, object.name
        elif isinstance(object, str):
            before, slash, name = object.rpartition("/")
            if slash:
                if namespace is not None and namespace != before:
                    raise ValueError(f"{object!r} names another namespace than {namespace!r}")
                namespace = before
        else:
            raise TypeError(f"an object is named by a str or aim.Ref, not {type(object).__name__}")
        return struct(
            _api.aim_ref, kind=encoded(kind, "kind"), ns=encoded(namespace, "namespace"), name=encoded(name, "name")
        )

    def _only(self, kind: str, namespace: Optional[str]) -> Ref:
        found = list(self.objects(kind, namespace))
        if len(found) == 1:
            return found[0]
        if not found:
            raise LookupError(f"the cluster holds no {kind}" + (f" in namespace {namespace}" if namespace else ""))
        names = ", ".join(f"{ref.namespace}/{ref.name}" for ref in found[:5])
        raise UsageError(f"which {kind}? The cluster holds {len(found)}: {names}{', …' if len(found) > 5 else ''}")

    def explain(
        self,
        object: Named = None,
        namespace: Optional[str] = None,
        *,
        wide: bool = False,
        color: bool = False,
        **options: Unpack[Options],
    ) -> str:
        """Why, for a terminal. The options are those of plan()."""
        return self.plan(object, namespace, **options).explain(wide=wide, color=color)

    def select_template(
        self, object: Named = None, namespace: Optional[str] = None, **options: Unpack[Options]
    ) -> Template:
        """Which template serves, and every candidate's story: plan(…).template."""
        return self.plan(object, namespace, **options).template

    def resolve_model(self, object: Named = None, namespace: Optional[str] = None, **options: Unpack[Options]) -> Model:
        """Which model a service means: plan(…).model."""
        return self.plan(object, namespace, **options).model

    def plan_cache(self, object: Named = None, namespace: Optional[str] = None, **options: Unpack[Options]) -> Cache:
        """Where the weights come from: plan(…).cache."""
        return self.plan(object, namespace, **options).cache

    def status(self, object: Named = None, namespace: Optional[str] = None, **options: Unpack[Options]) -> Status:
        """What an object would report: plan(…).status."""
        return self.plan(object, namespace, **options).status

    def diff(self, object: Named = None, namespace: Optional[str] = None, **options: Unpack[Options]) -> Diff:
        """What the plan of an object would change of what the cluster holds."""
        with self._gate.reading:
            return self.plan(object, namespace, **options).diff(self)

    def render(
        self,
        kind: str,
        object: Named = None,
        namespace: Optional[str] = None,
        *,
        format: str = "yaml",
        **options: Unpack[Options],
    ) -> str:
        """One manifest that a service leads to, whether its turn has come or not, such as "InferenceService"."""
        chosen_options = options_struct(**options)
        number = chosen(format, FORMATS, "format")
        wanted = encoded(kind, "kind")
        with self._gate.reading:
            ref = self._named(object, namespace, "AIMService")
            return rendered(
                lib.aim_manifest_render, self._handle.pointer, ctypes.byref(ref), wanted, chosen_options, number, 0
            ).decode()

    def lint(
        self,
        *reports: Report,
        policy: Optional[Policy] = None,
        behaviour: Optional[str] = None,
        cancel: Optional[Cancel] = None,
    ) -> Lint:
        """What is wrong with the documents and the labels of nodes; with overlays only with those.

        reports: of texts that could not be added. Their errors become findings, too.
        """
        options = options_struct(policy, behaviour, None, cancel)
        with self._gate.reading:
            handle = made(lib.aim_lint_new, lib.aim_lint_free, self._handle.pointer, options)
        for report in reports:
            if not isinstance(report, Report):
                raise TypeError(f"reports must be aim.Report, not {type(report).__name__}")
            if report._handle is None and report.errors:
                raise UsageError(
                    "a report that was added up or pickled is no report of one text: pass those of the texts"
                )
            if report._handle is not None:
                error = ctypes.c_void_p()
                check(lib.aim_lint_add_report(handle.pointer, report._handle.pointer, ctypes.byref(error)), error)
        return Lint(handle)

    def __repr__(self) -> str:
        if self.closed:
            return "<aim.Cluster: closed>"
        return f"<aim.Cluster: {self.count('AIMService')} services, {self.count('Node')} nodes>"


def ref_of(found: _api.aim_ref) -> Ref:
    """A Ref with what a struct says."""
    return Ref(
        text(found.kind) or "",
        text(found.name) or "",
        text(found.ns),
        text(found.group),
        text(found.version),
        text(found.uid),
    )


def make_listener(changed: Listener, callbacks: Callbacks) -> _api.aim_listener:
    """The struct of a listener. It has to stay for as long as libaim may call it."""
    if not callable(changed):
        raise TypeError(f"a listener must be callable, not {type(changed).__name__}")

    def tell(object: Any, change: int, user: Any) -> None:
        changed(ref_of(object.contents), CHANGES.get(change, str(change)))

    guarded = callbacks.guarded(tell)

    def call(object: Any, change: int, user: Any) -> None:
        guarded(object, change, user)

    return struct(_api.aim_listener, changed=_api.aim_listener_changed(call))
