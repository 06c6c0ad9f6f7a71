"""Policies, lint, diff, reasons."""

from __future__ import annotations

import io
import json

import pytest
from conftest import EXAMPLES, SOURCE, golden
from documents import everything, service

import aim


def test_a_policy_is_made_from_a_document() -> None:
    policy = aim.Policy(EXAMPLES / "policies" / "new-gpu.yaml")
    assert policy.behaviour == "documented" and "@" in policy.identity and policy.identity in repr(policy)
    assert aim.Policy(policy.document).document == policy.document
    assert aim.Policy(policy.render("yaml")).identity == policy.identity
    assert aim.plan(everything(), policy=policy).policy == policy.identity


def test_a_policy_with_an_unknown_field_is_refused_with_every_problem() -> None:
    with pytest.raises(aim.InputError) as error:
        aim.Policy({"apiVersion": "libaim/v1", "kind": "Policy", "metadata": {"name": "x"}, "one": 1, "two": 2})
    assert error.value.code_name == "AIM_E_POLICY"
    assert error.value.report is not None and len(error.value.report.errors) >= 2


def test_a_policy_is_one_document() -> None:
    with pytest.raises(aim.UsageError):
        aim.Policy([])
    with pytest.raises(TypeError):
        aim.plan(everything(), policy="documented")  # type: ignore[arg-type]


def test_the_better_profile_has_the_smaller_key() -> None:
    keys = [aim.rank_key("optimized", "MI300X", metric, "fp8") for metric in ("latency", "throughput")]
    assert keys[0] < keys[1] and aim.rank_key() > keys[1]
    assert aim.rank_key(gpu="MI300X", policy=aim.Policy.builtin("engine-0.2")) >= 0
    with pytest.raises(TypeError):
        aim.rank_key(gpu=300)  # type: ignore[arg-type]


def test_reasons_have_stable_numbers() -> None:
    assert aim.reason_name(501) == "RequiredGPUNotInCluster" and aim.reason_number("RequiredGPUNotInCluster") == 501
    assert aim.reason_name(0) is None and aim.reason_name(-5) is None and aim.reason_name(10**30) is None
    assert aim.reason_number("NoSuchReason") is None


def test_a_lint_says_what_the_tool_says() -> None:
    folder = SOURCE / "tests" / "golden" / "lint"
    lint = aim.lint(open_text(folder / "cluster.yaml"), change=open_text(folder / "change.yaml"))
    assert lint.render("json") == golden("lint", "lint.json")
    assert len(lint) == len(list(lint)) > 0 and lint.errors and str(len(lint)) in repr(lint)
    assert json.loads(lint.render("sarif"))["version"] == "2.1.0"
    assert lint.findings[0].reason in lint._repr_html_() and lint._repr_markdown_()
    assert str(lint.findings[0]).startswith("c")
    file = io.BytesIO()
    lint.write(file, "github")
    assert file.getvalue().decode() == lint.render("github")


def open_text(path: object) -> aim.Source:
    """A file by its name alone, so that messages are those of the golden ones."""

    class File(io.BytesIO):
        name = str(path).rsplit("/", 1)[-1]

    with open(str(path), "rb") as file:
        return File(file.read())


def test_a_text_that_cannot_be_read_is_a_finding() -> None:
    lint = aim.lint(["a: [", service()])
    assert any(finding.severity == "error" and finding.line == 2 for finding in lint)
    cluster = aim.Cluster(service())
    assert not any(finding.line == 2 for finding in aim.lint(cluster)) and cluster.count("AIMService") == 1


def test_errors_of_a_report_are_not_lost() -> None:
    reports = []
    for text in ("a: [", "b: ["):
        with pytest.raises(aim.InputError) as error:
            aim.Cluster(text)
        assert error.value.report is not None
        reports.append(error.value.report)
    assert len(aim.Cluster().lint(*reports).errors) == 2
    with pytest.raises(aim.UsageError):
        aim.Cluster().lint(reports[0] + reports[1])


def test_a_diff_says_what_the_tool_says(mixed: aim.Cluster) -> None:
    folder = SOURCE / "tests" / "golden" / "diff"
    assert aim.diff(mixed, "apps/assistant").render("text") == golden("diff", "none.txt")
    diff = aim.diff(mixed, "apps/assistant", change=folder / "more.yaml")
    assert diff.render("json") == golden("diff", "more.json")
    assert diff and len(diff) == len(list(diff)) and str(len(diff)) in repr(diff)
    change = diff.changes[0]
    assert change.object.kind in diff._repr_html_() and diff._repr_markdown_() == golden("diff", "more.md")
    assert change.operation in ("create", "delete", "add", "replace", "remove")
    file = io.BytesIO()
    diff.write(file, "json")
    assert file.getvalue().decode() == diff.render("json")
    assert not aim.diff(mixed, "apps/assistant") and mixed.diff("apps/assistant").blocked is None


def test_a_diff_of_a_plan_is_the_same(mixed: aim.Cluster) -> None:
    assert mixed.plan("apps/assistant").diff(mixed).document == mixed.diff("apps/assistant").document
