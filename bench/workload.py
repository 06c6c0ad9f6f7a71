"""The cluster of a load: nodes, models, templates and services, all from one seed."""
import copy
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "live"))
from stand_ins import AIM, condition, ready_template  # noqa: E402  pylint: disable=wrong-import-position

DEVICES = {"MI300X": "74a1", "MI325X": "74a5", "MI355X": "75a3"}
RARE_GPU, RARE_DEVICE = "MI210", "740f"  # no node has it until a probe labels one
# no two templates of one model and scope are alike: what is chosen would be ambiguous otherwise
VARIANTS = [(gpu, metric, precision) for precision in ("fp8", "bf16", "fp16", "fp4") for gpu in DEVICES
            for metric in ("latency", "throughput")]
SERVICES_A_NAMESPACE = 50


class Workload:
    def __init__(self, services, templates, nodes, seed):
        self.random = random.Random(seed)
        count = max(4, services // SERVICES_A_NAMESPACE)
        self.namespaces = [f"load-{i:03}" for i in range(count)]
        in_cluster = templates // 2
        self.models = [f"model-{i:04}" for i in range(max(4, -(-templates // 40)))]
        self.cluster_templates = {m: [] for m in self.models}
        self.local_templates = {ns: {} for ns in self.namespaces}
        self.templates, self.nodes, self.services = [], [], []
        for i in range(in_cluster):
            self.cluster_template(self.models[i % len(self.models)], i // len(self.models))
        for i in range(templates - in_cluster):
            self.local_template(i % count, i // count, -(-(templates - in_cluster) // count))
        for i in range(nodes):
            self.node(i)
        for i in range(services):
            self.service(i)

    def model_documents(self):
        for name in self.models:
            ready = [condition("Ready", "True", "AllComponentsReady", "All components are ready")]
            yield {"apiVersion": AIM, "kind": "AIMClusterModel", "metadata": {"name": name},
                   "spec": {"image": f"example.com/models/{name}:1.0"},
                   "status": {"status": "Ready", "sourceType": "Image", "conditions": ready,
                              "imageMetadata": {"model": {"canonicalName": "example/" + name}}}}

    def namespace_documents(self):
        for name in self.namespaces:
            yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}

    def config_documents(self):
        for name in self.namespaces:
            yield {"apiVersion": AIM, "kind": "AIMRuntimeConfig", "metadata": {"name": "default", "namespace": name},
                   "spec": {"env": [{"name": "CONFIG_MARK", "value": "0"}]}}

    def cluster_template(self, model, variant):
        gpu, metric, precision = VARIANTS[variant]
        document = template(None, f"{model}-{gpu.lower()}-{precision}-{metric}", model, gpu, metric, precision)
        self.cluster_templates[model].append(document["metadata"]["name"])
        self.templates.append(document)

    def local_template(self, which, i, in_namespace):
        ns = self.namespaces[which]
        models = max(min(25, len(self.models)), -(-in_namespace // len(VARIANTS)))
        model = self.models[(which * models + i % models) % len(self.models)]
        gpu, metric, precision = VARIANTS[i // models]
        document = template(ns, f"own-{model}-{gpu.lower()}-{precision}-{metric}", model, gpu, metric, precision)
        self.local_templates[ns].setdefault(model, []).append(document["metadata"]["name"])
        self.templates.append(document)

    def node(self, i):
        gpu = self.random.choices(list(DEVICES), (60, 25, 15))[0] if i >= len(DEVICES) else list(DEVICES)[i]
        self.nodes.append(node(f"node-{i:05}", gpu, DEVICES[gpu]))

    def service(self, i):
        """Of five, two choose among templates of their namespace, one among those of the cluster, two name one of either."""
        ns = self.namespaces[i % len(self.namespaces)]
        kind = i // len(self.namespaces) % 5
        local = self.local_templates[ns]
        everywhere = [m for m in self.models if self.cluster_templates[m]]
        outside = [m for m in everywhere if m not in local] or everywhere
        spec = {"replicas": 1, "env": [{"name": "SERVICE_MARK", "value": "0"}]}
        if kind in (0, 1, 3) and local:
            spec["model"] = {"name": self.random.choice(sorted(local))}
        else:
            spec["model"] = {"name": self.random.choice(outside)}
        if kind == 3 and local:
            spec["template"] = {"name": self.random.choice(local[spec["model"]["name"]])}
        elif kind >= 3:
            spec["template"] = {"name": self.random.choice(self.cluster_templates[spec["model"]["name"]])}
        self.services.append(service(ns, f"service-{i:05}", spec))


def service(ns, name, spec):
    return {"apiVersion": AIM, "kind": "AIMService", "metadata": {"name": name, "namespace": ns}, "spec": spec}


def template(ns, name, model, gpu, metric, precision, device=None):
    """ns None: one of the cluster."""
    document, status = ready_template(ns, name, model, gpu=gpu, device=device or DEVICES[gpu], precision=precision)
    document["spec"]["metric"] = status["profile"]["metadata"]["metric"] = metric
    if not ns:
        document["kind"] = "AIMClusterServiceTemplate"
        del document["metadata"]["namespace"], status["resolvedModel"]["namespace"]
    return dict(document, status=status)


_IMAGES = [{"names": [f"registry.example.com/platform/component-{i:02}@sha256:{i:064x}",
                      f"registry.example.com/platform/component-{i:02}:v1.{i}.0-with-a-tag-of-usual-length"],
            "sizeBytes": 100000000 + i} for i in range(50)]


def node(name, gpu, device):
    """About 17 kB, as kubelets and the operators' labels make it."""
    labels = {f"feature.node.kubernetes.io/cpu-cpuid.FEATURE{i:02}": "true" for i in range(60)}
    labels.update({"kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
                   "amd.com/gpu.device-id": device, "amd.com/gpu.family": "AI",
                   "amd.com/gpu.product-name": f"AMD_Instinct_{gpu}_OAM", "feature.node.kubernetes.io/amd-gpu": "true"})
    resources = {"amd.com/gpu": "8", "cpu": "256", "ephemeral-storage": "1862300Mi", "memory": "2377848412Ki", "pods": "250"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels},
            "spec": {"podCIDR": "10.244.11.0/24"},
            "status": {"capacity": resources, "allocatable": copy.copy(resources), "images": _IMAGES,
                       "addresses": [{"type": "InternalIP", "address": "10.0.0.11"}, {"type": "Hostname", "address": name}],
                       "conditions": [condition(kind, status, "Kubelet" + kind, "as the kubelet says") for kind, status in (
                           ("MemoryPressure", "False"), ("DiskPressure", "False"), ("PIDPressure", "False"),
                           ("Ready", "True"))]}}
