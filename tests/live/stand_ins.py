"""The controllers of a cluster that a test server does not have: they set statuses, and make the pods behind them.

KServe, the Job controller with its pods, the binding of claims, a gateway, and AIM Engine's controller of models, each as far as
a service notices. They plan nothing and are patient: what takes time in a cluster takes `delay` seconds here.
"""
import http.client
import json
import threading
import time

AIM = "aim.eai.amd.com/v1alpha1"
KSERVE = "serving.kserve.io/v1beta1"
GATEWAY = "gateway.networking.k8s.io/v1"
AGENT = "stand-in"
KSERVE_LABEL = "serving.kserve.io/inferenceservice"


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def condition(kind, status, reason="", message="", **more):
    return {"type": kind, "status": status, "lastTransitionTime": now(), **({"reason": reason} if reason else {}),
            **({"message": message} if message else {}), **more}


def condition_of(item, kind):
    """The status of one condition, "" without it."""
    conditions = item.get("status", {}).get("conditions") or []
    return next((c["status"] for c in conditions if c["type"] == kind), "")


def owner(item, api_version, kind):
    return {"apiVersion": api_version, "kind": kind, "name": item["metadata"]["name"], "uid": item["metadata"]["uid"],
            "controller": True}


def ready_template(namespace, name, model, gpu="MI300X", device="74a1", precision="fp16", size="2Gi", source=None):
    """A template whose discovery is over: (document without status, status)."""
    source = source or "hf://example/" + model
    spec = {"modelName": model, "metric": "latency", "precision": precision, "profileId": f"vllm-{gpu.lower()}-{precision}",
            "hardware": {"gpu": {"requests": 1, "model": gpu, "resourceName": "amd.com/gpu"}}}
    status = {"status": "Ready", "resolvedModel": {"name": model, "namespace": namespace},
              "resolvedHardware": {"gpu": {"requests": 1, "model": gpu, "resourceName": "amd.com/gpu"}},
              "resolvedNodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                  {"matchExpressions": [{"key": "amd.com/gpu.device-id", "operator": "In", "values": [device]}]}]}},
              "conditions": [condition("Ready", "True", "AllComponentsReady", "All components are ready")],
              "modelSources": [{"modelId": "example/" + model, "sourceUri": source, "size": size}],
              "profile": {"metadata": {"engine": "vllm", "gpu": gpu, "gpuCount": 1, "metric": "latency",
                                       "precision": precision, "type": "optimized"}}}
    document = {"apiVersion": AIM, "kind": "AIMServiceTemplate", "spec": spec,
                "metadata": {"name": name, "namespace": namespace, "labels": {"aim.eai.amd.com/model": model}}}
    return document, status


class StandIns:
    """start() has them at work on a thread until stop(); step() is one look at everything."""

    def __init__(self, server, delay=0.3, period=0.2):
        self.server, self.delay, self.period = server, delay, period
        self.held = set()     # (kind, namespace): their objects wait
        self.refused = {}     # namespace: (reason, message) of a gateway that wants none of its routes
        self.errors = []      # what was refused, for a test that wonders
        self.seen = {}        # uid: since when
        self.connection = None
        self.stopping = threading.Event()
        self.thread = None

    def start(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def stop(self):
        self.stopping.set()
        if self.thread:
            self.thread.join(timeout=30)
        self.close()

    def run(self):
        while not self.stopping.wait(self.period):
            try:
                self.step()
            except (OSError, http.client.HTTPException, ValueError):
                self.close()  # the server is away, or ended in the middle of an answer

    def step(self):
        for api_version, kind, act in ((AIM, "AIMModel", self.model), (GATEWAY, "HTTPRoute", self.route),
                                       ("v1", "PersistentVolumeClaim", self.claim), ("batch/v1", "Job", self.job),
                                       (KSERVE, "InferenceService", self.inference_service), ("v1", "Pod", self.pod)):
            for item in self.list(api_version, kind):
                if (kind, item["metadata"]["namespace"]) not in self.held:
                    act(dict(item, apiVersion=api_version, kind=kind))

    # --- requests, over one connection ---

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def request(self, method, path, body=None, content_type="application/json"):
        if not self.connection:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=10, context=self.server.tls)
        headers = {"Authorization": "Bearer " + self.server.token, "User-Agent": AGENT}
        if body is not None:
            headers["Content-Type"] = content_type
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text or b"null")

    def list(self, api_version, kind):
        plural, _ = self.server.resource(api_version, kind)
        code, found = self.request("GET", ("/api/" if api_version == "v1" else "/apis/") + api_version + "/" + plural)
        return found["items"] if code == 200 else []

    def status(self, item, status):
        """Answers whether it is written. Somebody else may have deleted the object."""
        code, answer = self.request("PATCH", self.server.path(item, subresource="status"), {"status": status},
                                    "application/merge-patch+json")
        if code not in (200, 404):
            self.errors.append(f"status of {item['kind']} {item['metadata']['name']}: {answer.get('message')}")
        return code == 200

    def make(self, document):
        code, answer = self.request("POST", self.server.path(document, name=False), document)
        if code not in (201, 409):
            self.errors.append(f"{document['kind']} {document['metadata']['name']}: {answer.get('message')}")
        return code in (201, 409)

    def waited(self, item):
        """Whether `delay` has passed since the object was seen first."""
        since = self.seen.setdefault(item["metadata"]["uid"], time.monotonic())
        return time.monotonic() - since >= self.delay

    # --- one for each kind ---

    def model(self, item):
        """A model made from an image: what it is made of is known, and one template came of it."""
        if item.get("status", {}).get("status") or not self.waited(item):
            return
        name, namespace = item["metadata"]["name"], item["metadata"]["namespace"]
        document, status = ready_template(namespace, name + "-1x-mi300x-lat-fp16", name)
        document["metadata"]["ownerReferences"] = [owner(item, AIM, "AIMModel")]
        document["metadata"]["labels"]["aim.eai.amd.com/origin"] = "auto-generated"
        if self.make(document) and self.status(document, status):
            self.status(item, {"status": "Ready", "sourceType": "Image",
                               "imageMetadata": {"model": {"canonicalName": "example/" + name}},
                               "conditions": [condition("Ready", "True", "AllComponentsReady", "All components are ready")]})

    def route(self, item):
        """A gateway takes a route, or says why not."""
        why = self.refused.get(item["metadata"]["namespace"])
        wanted = why[0] if why else "Accepted"
        parents = item.get("status", {}).get("parents") or []
        if parents and parents[0]["conditions"][0]["reason"] == wanted:
            return
        generation = item["metadata"]["generation"]
        accepted = condition("Accepted", "False" if why else "True", wanted, why[1] if why else "Route is accepted",
                             observedGeneration=generation)
        resolved = condition("ResolvedRefs", "True", "ResolvedRefs", "All references are resolved",
                             observedGeneration=generation)
        self.status(item, {"parents": [{"parentRef": ref, "controllerName": "example.com/gateway",
                                        "conditions": [accepted, resolved]} for ref in item["spec"]["parentRefs"]]})

    def claim(self, item):
        if item.get("status", {}).get("phase") != "Bound":
            self.status(item, {"phase": "Bound", "accessModes": item["spec"]["accessModes"],
                               "capacity": item["spec"]["resources"]["requests"]})

    def job(self, item):
        """A Job runs one pod and succeeds."""
        status = item.get("status", {})
        if condition_of(item, "Complete") == "True":
            return
        if not status.get("startTime"):
            template = item["spec"]["template"]
            self.make({"apiVersion": "v1", "kind": "Pod", "spec": dict(template["spec"], terminationGracePeriodSeconds=0),
                       "metadata": {"name": item["metadata"]["name"][:57] + "-" + item["metadata"]["uid"][:5],
                                    "namespace": item["metadata"]["namespace"],
                                    "labels": dict(template["metadata"].get("labels", {}),
                                                   **{"job-name": item["metadata"]["name"]}),
                                    "ownerReferences": [owner(item, "batch/v1", "Job")]}})
            self.status(item, {"startTime": now(), "active": 1})
        elif self.waited(item):
            self.status(item, {"active": 0, "succeeded": 1, "completionTime": now(), "conditions": [
                condition(kind, "True", "CompletionsReached", "Reached expected number of succeeded pods",
                          lastProbeTime=now()) for kind in ("SuccessCriteriaMet", "Complete")]})

    def inference_service(self, item):
        """KServe: a pod of the predictor, not ready and then ready, and a status that says the same."""
        name, namespace = item["metadata"]["name"], item["metadata"]["namespace"]
        ready = condition_of(item, "Ready")
        if not ready:
            container = item["spec"]["predictor"].get("containers", [{}])[0]
            pod = {"apiVersion": "v1", "kind": "Pod",
                   "metadata": {"name": name[:45] + "-predictor-0", "namespace": namespace,
                                "labels": {KSERVE_LABEL: name, "component": "predictor"},
                                "ownerReferences": [owner(item, KSERVE, "InferenceService")]},
                   "spec": {"terminationGracePeriodSeconds": 0,
                            "containers": [{"name": "kserve-container", "image": container.get("image", "none"),
                                            "resources": container.get("resources", {})}]}}
            if self.make(pod):
                self.status(item, {"conditions": [condition(kind, "False", "MinimumReplicasUnavailable",
                                                            "Deployment does not have minimum availability.",
                                                            severity="Info")
                                                  for kind in ("PredictorReady", "Ready")]})
        elif ready == "False" and self.waited(item):
            self.status(item, {"url": f"http://{name}-{namespace}.example.com",
                               "conditions": [condition(kind, "True")
                                              for kind in ("IngressReady", "PredictorReady", "Ready")]})

    def pod(self, item):
        """A kubelet, without a log to give."""
        labels, status = item["metadata"].get("labels", {}), item.get("status", {})
        if item["metadata"].get("deletionTimestamp"):
            self.request("DELETE", self.server.path(item) + "?gracePeriodSeconds=0")
        elif KSERVE_LABEL in labels and condition_of(item, "Ready") != "True" and self.waited(item):
            image = item["spec"]["containers"][0]
            self.status(item, {"phase": "Running", "conditions": [condition("Ready", "True")], "containerStatuses": [
                {"name": image["name"], "image": image["image"], "imageID": "", "ready": True, "started": True,
                 "restartCount": 0, "state": {"running": {"startedAt": now()}}}]})
        elif "job-name" in labels and status.get("phase") != "Succeeded" and self.waited(item):
            self.status(item, {"phase": "Succeeded"})
