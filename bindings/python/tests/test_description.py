"""The description, the tables made from it, and what the package does with them."""

from __future__ import annotations

import ast
import ctypes
import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import SOURCE

import aim
from aim import _api, answers
from aim._coverage import NOT_WRAPPED, OTHER_LIBRARIES
from aim._decode import key_of

PACKAGE = Path(aim.__file__).parent
DESCRIPTION = SOURCE / "bindings" / "api.json"


@pytest.fixture(scope="module")
def description() -> Any:
    return json.loads(DESCRIPTION.read_text(encoding="utf-8"))


def used_functions() -> set[str]:
    """Every lib.aim_… in the sources of the package."""
    found = set()
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in ("lib", "_lib", "library")
            ):
                if node.attr.startswith("aim_"):
                    found.add(node.attr)
    return found


def uncovered(functions: set[str]) -> set[str]:
    return functions - used_functions() - set(NOT_WRAPPED)


def test_every_function_is_used_or_listed_with_a_reason(description: Any) -> None:
    core = {function["name"] for function in description["functions"] if function["library"] == "aim"}
    assert uncovered(core) == set()
    assert {function["library"] for function in description["functions"]} == {"aim", *OTHER_LIBRARIES}
    assert set(NOT_WRAPPED) <= core
    assert used_functions() <= core
    assert all(reason.strip() for reason in NOT_WRAPPED.values())


def test_nothing_that_is_used_is_listed_as_unused() -> None:
    assert used_functions() & set(NOT_WRAPPED) == set()


def test_a_new_function_is_missed() -> None:
    assert uncovered({"aim_version", "aim_something_new"}) == {"aim_something_new"}


def test_the_tables_are_what_the_description_says() -> None:
    check = subprocess.run(
        [sys.executable, str(SOURCE / "bindings" / "python" / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr


def test_structs_have_the_size_that_a_compiler_gives_them(description: Any) -> None:
    data_model = "lp64" if ctypes.sizeof(ctypes.c_void_p) == 8 else "ilp32"
    for struct in description["structs"]:
        if struct["library"] == "aim":
            assert ctypes.sizeof(getattr(_api, struct["name"])) == struct["size"][data_model], struct["name"]


def test_constants_have_their_values(description: Any) -> None:
    for constant in description["constants"]:
        if constant["library"] == "aim":
            assert getattr(_api, constant["name"]) == constant["value"]


# --- the JSON forms and the dataclasses ---


def schema(name: str) -> Any:
    return json.loads((SOURCE / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))


def members_of(kind: type) -> set[str]:
    return {key_of(field.name) for field in dataclasses.fields(kind)}


PLAN, FINDING, DIFF = schema("plan"), schema("finding"), schema("diff")
FORMS = [
    (answers.Model, PLAN["properties"]["model"]),
    (answers.Template, PLAN["properties"]["template"]),
    (answers.Candidate, PLAN["$defs"]["candidate"]),
    (answers.Profile, PLAN["$defs"]["candidate"]["properties"]["profile"]),
    (answers.Judgement, PLAN["$defs"]["candidate"]["properties"]["judged"]["items"]),
    (answers.Cache, PLAN["properties"]["cache"]),
    (answers.Artifact, PLAN["$defs"]["artifact"]),
    (answers.Apply, PLAN["properties"]["apply"]["items"]),
    (answers.Later, PLAN["properties"]["later"]["items"]),
    (answers.Deletion, PLAN["properties"]["delete"]["items"]),
    (answers.FinalizerStep, PLAN["properties"]["finalizers"]["items"]),
    (answers.Read, PLAN["properties"]["reads"]["items"]),
    (answers.Need, PLAN["properties"]["needs"]["items"]),
    (answers.Finding, FINDING),
    (answers.Remedy, FINDING["properties"]["remedy"]),
    (answers.ObjectPatch, FINDING["$defs"]["patch"]),
    (answers.Change, DIFF["properties"]["changes"]["items"]),
]


@pytest.mark.parametrize(("kind", "form"), FORMS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_dataclass_has_the_members_of_its_form(kind: type, form: Any) -> None:
    assert members_of(kind) == set(form["properties"])
    required = {key_of(f.name) for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING}
    assert required <= set(form.get("required", ())), "what may be absent needs a default"


def test_every_member_of_a_plan_can_be_asked_for() -> None:
    names = {
        "service": "object",
        "paused": "is_paused",
        "deleting": "is_deleting",
        "retry": "is_retried",
        "requeueAfterSeconds": "requeue_after",
    }
    for member in PLAN["properties"]:
        assert hasattr(aim.Plan, names.get(member, member)), member


def test_members_that_are_not_known_yet_are_passed_over() -> None:
    from aim._decode import decoded

    model = decoded(answers.Model, {"outcome": "found", "create": False, "madeUpLater": {"x": 1}})
    assert model == answers.Model("found", False)


def test_public_names_have_docstrings() -> None:
    for name in aim.__all__:
        value = getattr(aim, name)
        if name == "Source":
            continue
        assert value.__doc__, name
        for member, function in vars(value).items() if isinstance(value, type) else ():
            if not member.startswith("_") and (callable(function) or isinstance(function, property)):
                assert function.__doc__, f"{name}.{member}"
