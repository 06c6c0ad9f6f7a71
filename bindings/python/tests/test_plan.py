"""Plans and what they say."""

from __future__ import annotations

import dataclasses
import datetime
import io
import json

import pytest
from conftest import EXAMPLES, golden
from documents import everything, service, template

import aim


def test_the_first_line_of_everybody() -> None:
    assert aim.plan(everything()).template.name == "qwen-latency"


def test_a_plan_says_what_the_tool_says(mi300x: aim.Cluster) -> None:
    plan = mi300x.plan("ml-team/qwen-service")
    assert plan.render("json", part="plan") == golden("example-mi300x", "plan.json")
    assert plan.render("yaml", part="plan") == golden("example-mi300x", "plan.yaml")
    assert plan.explain(wide=True) == golden("example-mi300x", "explain-wide.txt")
    assert plan.render("markdown") == golden("example-mi300x", "explain.md")


def test_the_answer_is_typed(mi300x: aim.Cluster) -> None:
    plan = mi300x.plan("qwen-service", "ml-team")
    assert plan.object == aim.Ref("AIMService", "qwen-service", "ml-team")
    assert (plan.model.outcome, plan.model.kind, plan.model.name) == ("found", "AIMClusterModel", "qwen-qwen3-32b")
    chosen = plan.template.chosen
    assert chosen is not None and chosen.rank == 1 and chosen.profile.gpu == "MI300X"
    assert [candidate.verdict for candidate in plan.template] == [
        "chosen",
        "outranked",
        "rejected",
        "rejected",
        "rejected",
    ]
    rejected = plan.template.candidates[3]
    assert rejected.reason == "RequiredGPUNotInCluster"
    assert rejected.findings[0].number == aim.reason_number("RequiredGPUNotInCluster")
    assert plan.cache.artifacts == plan.artifacts and plan.artifacts[0].source_uri.startswith("hf://")
    assert [action.kind for action in plan] == ["HTTPRoute", "AIMTemplateCache"]
    assert plan.apply[0].object["kind"] == "HTTPRoute" and plan.apply[0].namespace == "ml-team"
    assert plan.status.state == "Starting" and plan.status.conditions[0].type
    assert {component.name for component in plan.status} >= {"Model", "Template", "Cache"}
    assert any(event.condition == "Ready" for event in plan.events)
    assert (plan.behaviour, plan.policy) == ("documented", "builtin/documented-1")
    assert not plan.is_paused and not plan.is_deleting and not plan.is_retried and plan.requeue_after is None


def test_a_remedy_is_data(mi300x: aim.Cluster) -> None:
    finding = mi300x.plan("ml-team/qwen-service").template.candidates[2].findings[0]
    assert finding.remedy is not None and finding.remedy.patch[0].patch[0]["op"] == "add"


def test_answers_cannot_be_changed(mi300x: aim.Cluster) -> None:
    plan = mi300x.plan("ml-team/qwen-service")
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.template.name = "other"  # type: ignore[misc]


def test_nothing_is_decoded_before_it_is_asked_for(mi300x: aim.Cluster) -> None:
    plan = mi300x.plan("ml-team/qwen-service")
    assert "document" not in vars(plan)
    assert plan.template.name and "document" in vars(plan)


def test_short_questions_answer_the_parts_of_the_plan(mi300x: aim.Cluster) -> None:
    name = "ml-team/qwen-service"
    plan = aim.plan(mi300x, name)
    assert aim.select_template(mi300x, name) == plan.template
    assert aim.resolve_model(mi300x, name) == plan.model
    assert aim.plan_cache(mi300x, name) == plan.cache
    assert aim.status(mi300x, name) == plan.status
    assert aim.explain(mi300x, name) == str(plan)


def test_the_only_service_needs_no_name() -> None:
    assert aim.plan(everything()).object.name == "chat"


def test_which_of_several_is_asked() -> None:
    with pytest.raises(aim.UsageError, match=r"which AIMService\? The cluster holds 2: a/x, b/x"):
        aim.plan([service("x", "a"), service("x", "b")])
    assert aim.plan([service("x", "a"), service("x", "b")], namespace="b").object.namespace == "b"


def test_a_cluster_without_a_service_says_so() -> None:
    with pytest.raises(aim.LookupError, match="holds no AIMService"):
        aim.plan([template()])


def test_a_name_that_is_missing_offers_the_nearest() -> None:
    with pytest.raises(aim.LookupError, match="did you mean chat"):
        aim.plan(everything(), "team/chatt")


def test_namespaces_must_agree() -> None:
    with pytest.raises(ValueError, match="another namespace"):
        aim.plan(everything(), "team/chat", "other")
    assert aim.plan(everything(), "team/chat", "team").object.name == "chat"


def test_a_ref_names_an_object_of_another_kind(mixed: aim.Cluster) -> None:
    cache = next(mixed.objects("AIMTemplateCache"))
    plan = mixed.plan(cache)
    assert plan.object == aim.Ref("AIMTemplateCache", cache.name, cache.namespace)
    assert not plan.is_of_service and not hasattr(plan, "template") and plan.artifacts
    assert plan.object.name in repr(plan) and "<table>" in plan._repr_html_()


def test_times_are_written_when_one_is_given() -> None:
    now = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=datetime.timezone.utc)
    assert aim.status(everything(), now=now).conditions[0].last_transition_time == "2026-01-02T03:04:05Z"
    assert (
        aim.status(everything(), now="2026-01-02T03:04:05Z").conditions[0].last_transition_time
        == "2026-01-02T03:04:05Z"
    )
    assert aim.status(everything()).conditions[0].last_transition_time is None
    with pytest.raises(ValueError, match="time zone"):
        aim.plan(everything(), now=now.replace(tzinfo=None))
    with pytest.raises(aim.UsageError):
        aim.plan(everything(), now="yesterday")


def test_rules_can_be_chosen() -> None:
    assert aim.plan(everything(), behaviour="engine-0.2").behaviour == "engine-0.2"
    assert aim.plan(everything(), policy=aim.Policy.builtin("engine-0.2")).behaviour == "engine-0.2"
    with pytest.raises(aim.UsageError, match="no behaviour"):
        aim.plan(everything(), behaviour="engine-9")
    with pytest.raises(ValueError, match="exclude"):
        aim.plan(everything(), behaviour="documented", policy=aim.Policy.builtin())


def test_formats_and_parts_are_checked() -> None:
    plan = aim.plan(everything())
    with pytest.raises(ValueError, match="format must be one of text, json"):
        plan.render("pdf")
    with pytest.raises(ValueError, match="part must be one of"):
        plan.render(part="half")
    with pytest.raises(aim.UsageError):
        plan.render("sarif")
    with pytest.raises(TypeError):
        plan.render(7)  # type: ignore[arg-type]


def test_writing_gives_the_same_bytes_as_rendering(mi300x: aim.Cluster) -> None:
    plan, file = mi300x.plan("ml-team/qwen-service"), io.BytesIO()
    plan.write(file, "json", part="plan")
    assert file.getvalue().decode() == plan.render("json", part="plan")


def test_a_manifest_is_what_would_be_sent(mi300x: aim.Cluster) -> None:
    plan = mi300x.plan("ml-team/qwen-service")
    assert json.loads(plan.manifest(0, "json")) == plan.apply[0].object
    with pytest.raises(aim.LookupError):
        plan.manifest(99)
    with pytest.raises(ValueError):
        plan.manifest(-1)


def test_one_manifest_is_rendered_before_its_turn(mi300x: aim.Cluster) -> None:
    text = aim.render(mi300x, "InferenceService", "ml-team/qwen-service", format="json")
    assert json.loads(text)["kind"] == "InferenceService"
    with pytest.raises(aim.LookupError):
        aim.render(mi300x, "Deployment", "ml-team/qwen-service")


def test_a_plan_stays_whole_without_its_cluster() -> None:
    with aim.Cluster(everything()) as cluster:
        plan = cluster.plan()
    assert plan.template.name == "qwen-latency"


def test_a_plan_is_finished_with_what_became_of_it(mi300x: aim.Cluster) -> None:
    plan = mi300x.plan("ml-team/qwen-service")
    finished = plan.finish([aim.Outcome(0, "Conflict", "somebody else owns it")], now="2026-01-02T03:04:05Z")
    assert len(finished.actions) < len(plan.actions)
    assert finished.document["status"] != plan.document["status"]
    assert len(plan.finish().actions) == len(plan.actions)
    with pytest.raises(aim.UsageError):
        plan.finish([aim.Outcome(9)])


def test_a_plan_knows_what_it_depends_on(mi300x: aim.Cluster) -> None:
    plan = mi300x.plan("ml-team/qwen-service")
    assert plan.depends_on(aim.Ref("AIMClusterModel", "qwen-qwen3-32b"), mi300x)
    assert not plan.depends_on(aim.Ref("AIMService", "other", "ml-team"), mi300x)
    assert plan.depends_on(aim.Ref("AIMService", "qwen-service", "ml-team"))
    interest = plan.interest()
    del plan
    assert interest.covers(aim.Ref("AIMClusterModel", "qwen-qwen3-32b"), mi300x)
    assert not interest.covers(aim.Ref("AIMService", "other", "ml-team"), mi300x)


def test_everything_of_the_examples_can_be_asked() -> None:
    for folder in ("mi300x-cluster", "mixed-gpu-cluster", "catalogue", "template-cache"):
        with aim.Cluster(EXAMPLES / folder) as cluster:
            for kind in ("AIMService", "AIMTemplateCache", "AIMArtifact"):
                for ref in cluster.objects(kind):
                    plan = cluster.plan(ref)
                    members = [
                        name
                        for name, value in vars(aim.Plan).items()
                        if not name.startswith("_") and not callable(value)
                    ]
                    for member in members:
                        if plan.is_of_service or member not in ("model", "template", "cache"):
                            getattr(plan, member)
                    assert repr(plan) and plan._repr_html_() and plan._repr_markdown_()
