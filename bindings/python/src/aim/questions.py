"""Questions in one line: aim.plan(objects).template.name

Each takes a Cluster, or anything that a Cluster can be made from. For a second question about the same objects make the
cluster once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Union

from .answers import Cache, Model, Status, Template
from .cluster import Cluster, Named
from .context import Cancel
from .diff import Diff
from .errors import InputError
from .inputs import Source, texts
from .lint import Lint
from .options import Options, PlanOptions, RenderOptions
from .plan import Plan
from .policy import Policy
from .report import Report

if TYPE_CHECKING:
    from .options import Unpack


def _cluster(objects: Union[Cluster, Source]) -> Cluster:
    return objects if isinstance(objects, Cluster) else Cluster(objects)


def plan(
    objects: Union[Cluster, Source],
    object: Named = None,
    namespace: Optional[str] = None,
    **options: Unpack[PlanOptions],
) -> Plan:
    """What a controller would do for an object. The options are those of Cluster.plan()."""
    return _cluster(objects).plan(object, namespace, **options)


def explain(
    objects: Union[Cluster, Source],
    object: Named = None,
    namespace: Optional[str] = None,
    *,
    wide: bool = False,
    color: bool = False,
    **options: Unpack[Options],
) -> str:
    """Why, for a terminal: every candidate, every stage, the winner, the warnings."""
    return _cluster(objects).explain(object, namespace, wide=wide, color=color, **options)


def select_template(
    objects: Union[Cluster, Source], object: Named = None, namespace: Optional[str] = None, **options: Unpack[Options]
) -> Template:
    """Which template serves, and every candidate's story."""
    return _cluster(objects).select_template(object, namespace, **options)


def resolve_model(
    objects: Union[Cluster, Source], object: Named = None, namespace: Optional[str] = None, **options: Unpack[Options]
) -> Model:
    """Which model a service means."""
    return _cluster(objects).resolve_model(object, namespace, **options)


def plan_cache(
    objects: Union[Cluster, Source], object: Named = None, namespace: Optional[str] = None, **options: Unpack[Options]
) -> Cache:
    """Where the weights come from, and how much would be downloaded."""
    return _cluster(objects).plan_cache(object, namespace, **options)


def status(
    objects: Union[Cluster, Source], object: Named = None, namespace: Optional[str] = None, **options: Unpack[Options]
) -> Status:
    """What an object would report, component by component."""
    return _cluster(objects).status(object, namespace, **options)


def diff(
    objects: Union[Cluster, Source],
    object: Named = None,
    namespace: Optional[str] = None,
    *,
    change: Optional[Source] = None,
    **options: Unpack[Options],
) -> Diff:
    """What the plan of an object would change of what the objects are; change: what somebody wants to apply on top."""
    cluster = _cluster(objects)
    if change is not None:
        cluster = cluster.clone()
        cluster.add(change, overlay=True)
    return cluster.diff(object, namespace, **options)


def render(
    objects: Union[Cluster, Source],
    kind: str,
    object: Named = None,
    namespace: Optional[str] = None,
    **options: Unpack[RenderOptions],
) -> str:
    """One manifest that a service leads to, such as "InferenceService". The options are those of Cluster.render()."""
    return _cluster(objects).render(kind, object, namespace, **options)


def lint(
    objects: Union[Cluster, Source],
    *,
    change: Optional[Source] = None,
    policy: Optional[Policy] = None,
    behaviour: Optional[str] = None,
    cancel: Optional[Cancel] = None,
) -> Lint:
    """What is wrong with documents and labels. A text that cannot be read is a finding, not an exception.

    change: what somebody wants to apply on top of the objects; then only that is looked at, beside the nodes.
    """
    unreadable: list[Report] = []
    cluster = objects.clone() if isinstance(objects, Cluster) else Cluster()
    if not isinstance(objects, Cluster):
        _add(cluster, objects, False, unreadable, cancel)
    if change is not None:
        _add(cluster, change, True, unreadable, cancel)
    return cluster.lint(*unreadable, policy=policy, behaviour=behaviour, cancel=cancel)


def _add(cluster: Cluster, sources: Source, overlay: bool, unreadable: list[Report], cancel: Optional[Cancel]) -> None:
    for found in texts(sources):
        try:
            cluster.add(found.data, overlay=overlay, name=found.name, cancel=cancel)
        except InputError as error:
            if error.report is None:
                raise
            unreadable.append(error.report)
