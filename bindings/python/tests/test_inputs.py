"""Every form in which a program has documents."""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from conftest import EXAMPLES
from documents import everything, service

import aim
from aim.inputs import texts


def count(*sources: Any) -> int:
    with aim.Cluster(*sources) as cluster:
        return cluster.count("AIMService")


JSON = json.dumps(service())
YAML = """apiVersion: aim.eai.amd.com/v1alpha1
kind: AIMService
metadata: {name: chat, namespace: team}
spec: {model: {name: qwen}}
"""


@pytest.mark.parametrize(
    "source",
    [
        service(),
        MappingProxyType(service()),
        JSON,
        YAML,
        JSON.encode(),
        bytearray(JSON, "utf-8"),
        memoryview(JSON.encode()),
        io.StringIO(YAML),
        io.BytesIO(YAML.encode()),
        [service()],
        (JSON,),
        [[service()], []],
        iter([service()]),
        {"apiVersion": "v1", "kind": "List", "items": [service()]},
    ],
    ids=lambda source: type(source).__name__,
)
def test_a_document_may_come_as(source: Any) -> None:
    assert count(source) == 1


def test_a_path_is_read(tmp_path: Path) -> None:
    file = tmp_path / "services.yaml"
    file.write_text(YAML)
    assert count(file) == 1
    with open(file, "rb") as opened:
        assert count(opened) == 1


def test_a_folder_is_read_with_what_is_below_it(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.yaml").write_text(YAML)
    (tmp_path / "b.json").write_text(json.dumps(service("other")))
    (tmp_path / "README.md").write_text("no document")
    assert count(tmp_path) == 2


def test_a_folder_without_documents_is_no_empty_cluster(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no file with a name in"):
        aim.Cluster(tmp_path)


def test_a_path_that_is_missing_says_so() -> None:
    with pytest.raises(FileNotFoundError):
        aim.Cluster(Path("missing.yaml"))


def test_a_str_is_a_text_and_never_a_path() -> None:
    with pytest.raises(aim.UsageError, match="pass pathlib.Path"):
        aim.Cluster(str(EXAMPLES / "mi300x-cluster" / "services.yaml"))
    with pytest.raises(aim.InputError):
        aim.Cluster("no-such-file.yaml")


def test_documents_that_follow_each_other_are_one_text_with_a_line_each() -> None:
    found = list(texts([service("a"), service("b"), YAML, service("c")]))
    assert [text.data.count(b"\n") for text in found] == [2, YAML.count("\n"), 1]


def test_the_line_of_an_error_is_the_number_of_the_document() -> None:
    with pytest.raises(aim.InputError) as error:
        aim.Cluster([service(), service("b"), {**service("c"), "spec": {"model": {"name": 7}}}])
    assert (error.value.source, error.value.line, error.value.pointer) == ("(objects)", 3, "/spec/model/name")


def test_times_as_yaml_loads_them_become_text() -> None:
    when = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    document = service()
    document["metadata"]["creationTimestamp"] = when
    assert b'"creationTimestamp":"2026-01-02T02:04:05Z"' in next(texts(document)).data
    document["metadata"]["creationTimestamp"] = when.replace(tzinfo=None)
    assert b'"creationTimestamp":"2026-01-02T03:04:05Z"' in next(texts(document)).data


@pytest.mark.parametrize("value", [None, 7, 1.5, object(), aim.Ref("Node", "x"), service, dict])
def test_another_type_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError):
        aim.plan(value)
    with pytest.raises(TypeError):
        aim.plan([service(), value])


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j])
def test_another_type_inside_a_document_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match="a document must not hold"):
        aim.Cluster({**service(), "extra": value})


def test_numbers_that_json_does_not_know_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be written as JSON"):
        aim.Cluster({**service(), "spec": {"replicas": float("nan")}})


def test_a_document_that_holds_itself_is_refused() -> None:
    document = service()
    document["self"] = document
    with pytest.raises(ValueError):
        aim.Cluster(document)


def test_a_document_that_is_nested_too_deeply_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises((ValueError, aim.AimError)):
        aim.Cluster({**service(), "deep": deep})


def test_an_iterable_that_holds_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="holds itself"):
        aim.Cluster(endless)


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="no Unicode"):
        aim.Cluster("kind: \ud800")
    with pytest.raises(aim.InputError):
        aim.Cluster(b"kind: \xff\xfe")


def test_names_with_a_nul_are_refused_rather_than_cut() -> None:
    with pytest.raises(ValueError, match="NUL"):
        aim.plan(everything(), "chat\0hidden")


def test_a_file_object_that_reads_nonsense_is_a_type_error() -> None:
    class Odd:
        def read(self) -> int:
            return 7

    with pytest.raises(TypeError, match="must return str or bytes"):
        aim.Cluster(Odd())  # type: ignore[arg-type]


def test_what_a_file_object_raises_is_raised() -> None:
    class Broken:
        def read(self) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        aim.Cluster(Broken())
