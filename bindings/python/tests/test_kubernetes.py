"""Objects of the official client, with and without the client."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from documents import everything, model, service, template

import aim
from aim.inputs import texts


class V1ObjectMeta:
    """A model as the client's generator makes them."""

    attribute_map = {"name": "name", "labels": "labels", "creation_timestamp": "creationTimestamp"}

    def __init__(self, name: str, labels: Any = None) -> None:
        self.name, self.labels = name, labels
        self.creation_timestamp = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


class V1Node:
    """A node that stood in a list, which leaves out its kind."""

    attribute_map = {"api_version": "apiVersion", "kind": "kind", "metadata": "metadata", "status": "status"}

    def __init__(self, metadata: V1ObjectMeta) -> None:
        self.api_version = self.kind = None
        self.metadata = metadata
        self.status = {"conditions": [{"type": "Ready", "status": "True"}], "allocatable": {"amd.com/gpu": "8"}}

    def to_dict(self) -> Any:
        raise AssertionError("its keys are those of Python")


def a_node() -> V1Node:
    labels = {"amd.com/gpu.product-name": "AMD_Instinct_MI300X_OAM", "amd.com/gpu.device-id": "74a1"}
    return V1Node(V1ObjectMeta("gpu-0", labels))


def test_a_model_is_its_document() -> None:
    document = json.loads(next(texts(a_node())).data)
    assert (document["kind"], document["apiVersion"]) == ("Node", "v1")
    assert document["metadata"]["creationTimestamp"] == "2026-01-02T03:04:05Z"
    assert aim.plan([service(), model(), template(), a_node()]).template.name == "qwen-latency"


def test_an_object_of_the_dynamic_client_is_its_document() -> None:
    class ResourceInstance:
        def to_dict(self) -> Any:
            return service()

    assert aim.Cluster(ResourceInstance()).count("AIMService") == 1


def test_a_to_dict_that_gives_something_else_is_a_type_error() -> None:
    class Odd:
        def to_dict(self) -> Any:
            return 7

    with pytest.raises(TypeError, match="must return a dict"):
        aim.Cluster(Odd())


def test_models_of_the_client_are_what_it_would_send() -> None:
    client = pytest.importorskip("kubernetes.client", reason="the kubernetes client is not installed")
    made = client.V1Node(
        api_version="v1",
        kind="Node",
        metadata=client.V1ObjectMeta(
            name="gpu-0",
            creation_timestamp=datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc),
            labels={"amd.com/gpu.device-id": "74a1"},
        ),
        spec=client.V1NodeSpec(
            taints=[client.V1Taint(effect="NoSchedule", key="gpu", value="yes")], pod_cidr="10.0.0.0/24"
        ),
        status=client.V1NodeStatus(
            allocatable={"amd.com/gpu": "8"}, conditions=[client.V1NodeCondition(type="Ready", status="True")]
        ),
    )
    sent = client.ApiClient().sanitize_for_serialization(made)
    ours = json.loads(next(texts(made)).data)
    # The client writes times with an offset.
    assert sent["metadata"].pop("creationTimestamp") == "2026-01-02T00:00:00+00:00"
    assert ours["metadata"].pop("creationTimestamp") == "2026-01-02T00:00:00Z"
    assert ours == sent


@pytest.mark.parametrize(
    ("name", "kind", "version"),
    [
        ("V1Pod", "Pod", "v1"),
        ("V1PersistentVolumeClaim", "PersistentVolumeClaim", "v1"),
        ("V1Secret", "Secret", "v1"),
        ("V1Namespace", "Namespace", "v1"),
        ("V1StorageClass", "StorageClass", "storage.k8s.io/v1"),
        ("V1Job", "Job", "batch/v1"),
        ("V2HorizontalPodAutoscaler", "HorizontalPodAutoscaler", "autoscaling/v2"),
        ("CoreV1Event", "Event", "v1"),
        ("EventsV1Event", "Event", "events.k8s.io/v1"),
        ("V1RoleBinding", "RoleBinding", "rbac.authorization.k8s.io/v1"),
        ("V1NodeList", "NodeList", "v1"),
    ],
)
def test_a_model_without_a_kind_has_that_of_its_class(name: str, kind: str, version: str) -> None:
    instance = type(name, (), {"attribute_map": {"kind": "kind", "api_version": "apiVersion"}, "kind": None})()
    document = json.loads(next(texts(instance)).data)
    assert (document["kind"], document["apiVersion"]) == (kind, version)
    client = pytest.importorskip("kubernetes.client", reason="the kubernetes client is not installed")
    assert hasattr(client, name)


def test_a_list_of_the_client_is_all_of_it() -> None:
    client = pytest.importorskip("kubernetes.client", reason="the kubernetes client is not installed")
    items = [client.V1Node(metadata=client.V1ObjectMeta(name=name)) for name in ("a", "b")]
    cluster = aim.Cluster(client.V1NodeList(items=items))
    assert [ref.name for ref in cluster.objects("Node")] == ["a", "b"]
    assert aim.Cluster(items).count("Node") == 2
    assert aim.Cluster(everything()).count("Node") == 1
