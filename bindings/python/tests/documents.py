"""Documents that tests write down in a line."""

from __future__ import annotations

from typing import Any

GROUP = "aim.eai.amd.com/v1alpha1"


def service(name: str = "chat", namespace: str = "team", **spec: Any) -> dict[str, Any]:
    """An AIMService."""
    return {
        "apiVersion": GROUP,
        "kind": "AIMService",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec or {"model": {"name": "qwen"}},
    }


def model(name: str = "qwen") -> dict[str, Any]:
    """An AIMClusterModel that is Ready."""
    return {
        "apiVersion": GROUP,
        "kind": "AIMClusterModel",
        "metadata": {"name": name},
        "spec": {"image": f"example.com/{name}:1"},
        "status": {"status": "Ready"},
    }


def template(
    name: str = "qwen-latency", model: str = "qwen", metric: str = "latency", gpu: str = "MI300X"
) -> dict[str, Any]:
    """An AIMClusterServiceTemplate that is Ready."""
    return {
        "apiVersion": GROUP,
        "kind": "AIMClusterServiceTemplate",
        "metadata": {"name": name},
        "spec": {
            "modelName": model,
            "metric": metric,
            "precision": "fp8",
            "hardware": {"gpu": {"model": gpu, "requests": 1}},
        },
        "status": {
            "status": "Ready",
            "profile": {
                "metadata": {"type": "optimized", "gpu": gpu, "metric": metric, "precision": "fp8", "gpu_count": 1}
            },
        },
    }


def node(name: str = "gpu-0", product: str = "AMD_Instinct_MI300X_OAM", device: str = "74a1") -> dict[str, Any]:
    """A node with GPUs."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "amd.com/gpu.product-name": product,
                "amd.com/gpu.vram": "192G",
                "amd.com/gpu.device-id": device,
            },
        },
        "status": {"allocatable": {"amd.com/gpu": "8"}, "conditions": [{"type": "Ready", "status": "True"}]},
    }


def everything() -> list[dict[str, Any]]:
    """A service, its model, a template and a node that has its GPU."""
    return [service(), model(), template(), node()]
