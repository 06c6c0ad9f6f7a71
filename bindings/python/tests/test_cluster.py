"""What a cluster holds, and how it changes."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from documents import everything, model, node, service, template

import aim


def test_a_report_says_what_a_text_held() -> None:
    report = aim.Cluster().add(everything(), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}})
    assert [(kind.kind, kind.objects, kind.used) for kind in report.kinds] == [
        ("AIMClusterModel", 1, True),
        ("AIMClusterServiceTemplate", 1, True),
        ("AIMService", 1, True),
        ("ConfigMap", 1, False),
        ("Node", 1, True),
    ]
    assert not report and len(report) == 0 and list(report) == []


def test_a_warning_keeps_nothing_out() -> None:
    cluster = aim.Cluster()
    report = cluster.add({**service(), "spec": {"model": {"name": "qwen"}, "replica": 2}}, name="mine")
    assert cluster.count("AIMService") == 1
    assert report and report.warnings[0].source == "mine" and report.warnings[0].pointer == "/spec/replica"
    assert "replica" in str(report) and "replica" in report._repr_html_() and "replica" in report._repr_markdown_()


def test_reports_of_several_texts_are_one() -> None:
    odd = {**service(), "spec": {"replica": 2}}
    report = aim.Cluster().add(
        [odd, "kind: AIMService\napiVersion: aim.eai.amd.com/v1alpha1\nmetadata: {name: b}\nspec: {replica: 1}"]
    )
    assert {entry.source for entry in report.warnings} == {"(objects)", "(text)"}
    assert [(kind.kind, kind.objects) for kind in report.kinds] == [("AIMService", 2)]


def test_an_error_carries_every_problem() -> None:
    with pytest.raises(aim.InputError) as error:
        aim.Cluster([{**service("a"), "spec": {"model": {"name": 1}}}, {**service("b"), "spec": {"replicas": "two"}}])
    report = error.value.report
    assert report is not None and [entry.line for entry in report.errors] == [1, 2]
    assert report.errors[0].code == "AIM_E_TYPE" and report.errors[0].wanted


def test_a_text_is_added_as_a_whole_or_not_at_all() -> None:
    cluster = aim.Cluster()
    with pytest.raises(aim.InputError):
        cluster.add([service("a"), {**service("b"), "spec": 7}])
    assert cluster.count("AIMService") == 0


def test_an_overlay_is_what_somebody_wants_to_apply(mixed: aim.Cluster) -> None:
    before = mixed.plan("apps/assistant")
    change = mixed.clone()
    change.add({**service("assistant", "apps"), "spec": {"model": {"name": "other"}}}, overlay=True)
    assert change.plan("apps/assistant").model.outcome != before.model.outcome
    assert mixed.plan("apps/assistant").model == before.model


def test_a_clone_changes_alone() -> None:
    cluster = aim.Cluster(everything())
    clone = cluster.clone()
    clone.remove(aim.Ref("Node", "gpu-0"))
    assert (cluster.count("Node"), clone.count("Node")) == (1, 0)
    assert clone.plan().template.outcome == "none" and cluster.plan().template.outcome == "found"
    cluster.close()
    assert clone.plan().object.name == "chat"


def test_objects_are_listed_by_namespace_and_name() -> None:
    cluster = aim.Cluster([service("b", "y"), service("a", "y"), service("c", "x")])
    assert [f"{ref.namespace}/{ref.name}" for ref in cluster] == ["x/c", "y/a", "y/b"]
    assert [ref.name for ref in cluster.objects("AIMService", "y")] == ["a", "b"]
    assert cluster.count("AIMService", "y") == 2 and cluster.count("NoSuchKind") == 0


def test_objects_may_be_changed_while_they_are_gone_through() -> None:
    cluster = aim.Cluster([service(name) for name in "abc"])
    for ref in cluster:
        cluster.remove(ref)
    assert cluster.count("AIMService") == 0


@pytest.mark.parametrize(
    "event",
    [
        {"type": "MODIFIED", "object": node(product="AMD_Instinct_MI325X_OAM", device="74a5")},
        '{"type":"DELETED","object":{"apiVersion":"v1","kind":"Node","metadata":{"name":"gpu-0"}}}',
        {"type": "DELETED", "object": object(), "raw_object": node()},
    ],
    ids=["dict", "text", "of the client"],
)
def test_a_watch_event_is_applied(event: Any) -> None:
    cluster = aim.Cluster(everything())
    cluster.apply_event(event)
    assert cluster.plan().template.outcome == "none"


def test_a_watch_event_of_type_error_says_what_the_server_said() -> None:
    status = {"kind": "Status", "apiVersion": "v1", "message": "too old resource version", "code": 410}
    with pytest.raises(aim.InputError, match="too old resource version"):
        aim.Cluster().apply_event({"type": "ERROR", "object": status})


def test_what_is_missing_can_be_declared_away() -> None:
    cluster = aim.Cluster([service(), model(), template()])
    assert "Node" in cluster.plan().unknown
    cluster.declare("known")
    assert cluster.plan().unknown == () and cluster.plan().template.outcome == "none"
    cluster.declare("failed", "Node", verb="list", reason="Forbidden")
    with pytest.raises(aim.UsageError):
        cluster.declare("failed", "Node", reason="BadMood")
    with pytest.raises(ValueError, match="state must be one of"):
        cluster.declare("maybe")


def test_a_kind_is_replaced_at_once_and_the_differences_are_told() -> None:
    cluster, newer = aim.Cluster(everything()), aim.Cluster([node("gpu-1"), node("gpu-2")])
    told: list[tuple[str, str]] = []
    cluster.replace(newer, "Node", changed=lambda ref, change: told.append((ref.name, change)))
    assert told == [("gpu-1", "added"), ("gpu-2", "added"), ("gpu-0", "deleted")]
    assert [ref.name for ref in cluster.objects("Node")] == ["gpu-1", "gpu-2"] and newer.count("Node") == 2
    with pytest.raises(aim.UsageError):
        cluster.replace(cluster, "Node")


def test_a_case_can_be_replayed() -> None:
    cluster = aim.Cluster(everything())
    file = io.BytesIO()
    cluster.write_case(file)
    assert file.getvalue() == cluster.case()
    assert aim.Cluster(cluster.case()).plan().document == cluster.plan().document


def test_a_log_is_supplied() -> None:
    cluster = aim.Cluster()
    cluster.add_log("team", "pod", "kserve-container", "out of memory\n")
    assert b"out of memory" in cluster.case()
    with pytest.raises(aim.UsageError):
        cluster.add_log("team", "", "c", b"")
    with pytest.raises(TypeError):
        cluster.add_log("team", "pod", "c", 7)  # type: ignore[arg-type]


def test_names_and_versions_can_be_looked_up(mi300x: aim.Cluster) -> None:
    assert mi300x.nearest(aim.Ref("AIMService", "qwen-servise", "ml-team")) == "qwen-service"
    assert mi300x.resource_version(aim.Ref("AIMService", "qwen-service", "ml-team")) == "1874245"
    assert mi300x.resource_version(aim.Ref("AIMService", "missing", "ml-team")) == ""


def test_limits_are_kept() -> None:
    with pytest.raises(aim.ResourceError) as error:
        aim.Cluster(service(), limits=aim.Limits(object_values=3))
    assert error.value.code_name == "AIM_E_LIMIT" and not error.value.retryable
    with pytest.raises(aim.UsageError):
        aim.Cluster(limits=aim.Limits(depth=100_000))
    with pytest.raises(ValueError):
        aim.Limits(depth=-1)
    with pytest.raises(TypeError):
        aim.Cluster(limits=7)  # type: ignore[arg-type]


def test_clusters_of_other_limits_do_not_replace_each_other() -> None:
    with pytest.raises(aim.UsageError):
        aim.Cluster().replace(aim.Cluster(limits=aim.Limits(depth=10)), "Node")


def test_texts_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "aim"):
        aim.Cluster(everything())
        with pytest.raises(aim.InputError):
            aim.Cluster("a: [")
    assert [record.levelno for record in caplog.records] == [logging.INFO, logging.WARNING]


def test_a_call_can_be_cancelled() -> None:
    cluster, cancel = aim.Cluster(everything()), aim.Cancel()
    assert cluster.plan(cancel=cancel).template.name and not cancel.is_set() and "not set" in repr(cancel)
    cancel.set()
    with pytest.raises(aim.CancelledError):
        cluster.plan(cancel=cancel)
    with pytest.raises(aim.CancelledError):
        cluster.add(service("other"), cancel=cancel)
    assert cluster.count("AIMService") == 1
