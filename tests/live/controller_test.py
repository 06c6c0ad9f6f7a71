#!/usr/bin/env python3
"""The controller against a real API server: controller_test.py AIM SOURCE [CASE...].

It has the rights of deploy/rbac.yaml and no others. What it writes is read back as a user would; how much it writes is counted
in the server's audit log.
"""
import collections
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api_server  # noqa: E402  pylint: disable=wrong-import-position
from api_server import ApiServer, Missing, read_documents  # noqa: E402  pylint: disable=wrong-import-position
from stand_ins import AIM, GATEWAY, KSERVE, StandIns, condition, ready_template  # noqa: E402  pylint: disable=wrong-import-position

ACCOUNT = "system:serviceaccount:aim-system:aim-controller"
MANAGERS = {"aimtemplatecaches": "aim-service-controller", "inferenceservices": "aim-service-controller",
            "httproutes": "aim-service-controller", "aimartifacts": "aim-template-cache-controller",
            "persistentvolumeclaims": "aim-artifact-controller", "jobs": "aim-artifact-controller"}
API_VERSIONS = {"AIMService": AIM, "AIMModel": AIM, "AIMServiceTemplate": AIM, "AIMTemplateCache": AIM, "AIMArtifact": AIM,
                "AIMRuntimeConfig": AIM, "AIMClusterRuntimeConfig": AIM, "InferenceService": KSERVE, "HTTPRoute": GATEWAY,
                "PersistentVolumeClaim": "v1", "Pod": "v1", "Event": "v1", "Node": "v1", "Job": "batch/v1",
                "Lease": "coordination.k8s.io/v1", "RoleBinding": "rbac.authorization.k8s.io/v1"}
WRITTEN = ("AIMService", "AIMModel", "AIMServiceTemplate", "AIMTemplateCache", "AIMArtifact", "InferenceService", "HTTPRoute",
           "PersistentVolumeClaim", "Job", "Event", "RoleBinding")
MODEL = "qwen-qwen3-32b"  # of the example that every server is filled with
WRITES = ("create", "update", "patch", "delete", "deletecollection")


class Controller:
    """One process of it."""

    def __init__(self, t, *arguments, who="controller"):
        self.files = [tempfile.TemporaryFile("w+", dir=t.scratch) for _ in range(2)]
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [t.aim, "controller", "--kubeconfig", t.server.kubeconfig(who), *arguments], stdin=subprocess.DEVNULL,
            stdout=self.files[0], stderr=self.files[1], env=t.environment())

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            self.kill()
            print("     the controller's last words:\n" + "\n".join(self.log().splitlines()[-12:]), flush=True)
        elif self.process.poll() is None:
            code, seconds = self.stop()
            assert code == 0 and seconds < 10, (code, seconds, self.log()[-1000:])

    def stop(self):
        """(exit code, seconds until it was gone)"""
        begin = time.monotonic()
        self.process.terminate()
        try:
            code = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
            code = "killed"
        return code, time.monotonic() - begin

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wait(self, seconds):
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it is still there after {seconds} s: {self.log()[-1500:]}") from None

    def text(self, which):
        self.files[which].seek(0)
        return self.files[which].read()

    def log(self):
        return self.text(1)

    def cpu(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Test:
    """What every case uses."""

    def __init__(self, aim, source):
        self.aim, self.source = os.path.abspath(aim), source
        self.scratch = tempfile.mkdtemp(prefix="aim-controller-")
        self.server = None
        self.stand_ins = None
        self.notes = []

    def environment(self):
        clean = {k: v for k, v in os.environ.items()
                 if not k.startswith(("KUBE", "AIM")) and k.lower() not in ("http_proxy", "https_proxy", "all_proxy")}
        return dict(clean, HOME=self.scratch)

    def note(self, text):
        self.notes.append(text)

    # --- the server ---

    def begin(self, binary, crds, kserve, *flags):
        """A server with the rights of deploy/, the example's platform and somebody at work for the other controllers."""
        self.server = ApiServer(binary)
        policy = os.path.join(self.server.folder, "audit-policy.json")
        with open(policy, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [
                {"level": "Metadata", "users": [ACCOUNT, "limited", "admin"]}, {"level": "None"}]}, file)
        self.server.flags = ("--kube-flag=--audit-policy-file=" + policy,
                             "--kube-flag=--audit-log-path=" + self.audit_path(), *flags)
        self.server.start()
        self.server.install_crds(os.path.join(self.source, "deploy", "crds.yaml"), *(
            os.path.join(crds, f) for f in (f"kserve-{kserve}.yaml", "gateways.yaml", "httproutes.yaml")))
        self.server.load(read_documents(os.path.join(self.source, "deploy", "rbac.yaml")))
        example = os.path.join(self.source, "examples", "mi300x-cluster")
        for file in ("nodes.yaml", "cluster-templates.yaml", "models.yaml", "platform.yaml"):
            self.server.load(read_documents(os.path.join(example, file)))
        self.stand_ins = StandIns(self.server).start()

    def end(self):
        if self.stand_ins:
            self.stand_ins.stop()
        if self.server:
            self.server.stop()
        self.stand_ins = self.server = None

    def controller(self, *arguments, who="controller"):
        return Controller(self, "--lease-namespace", "aim-system", *arguments, who=who)

    def audit_path(self):
        return os.path.join(self.server.folder, "audit.log")

    def requests(self, since=0, users=None):
        """The controller's requests behind that place of the audit log."""
        found = []
        with open(self.audit_path(), encoding="utf-8") as file:
            file.seek(since)
            for line in file:
                if not line.endswith("\n"):
                    break
                entry = json.loads(line)
                if entry.get("userAgent", "").startswith("aim-controller") and \
                        (users is None or entry["user"]["username"] in users):
                    found.append(entry)
        return found

    def mark(self):
        return os.path.getsize(self.audit_path())

    def writes(self, since=0, users=None, ns=None):
        """The same, those that change something; lease renewals left out."""
        return [r for r in self.requests(since, users) if r["verb"] in WRITES and r["objectRef"]["resource"] != "leases" and
                (ns is None or r["objectRef"].get("namespace") == ns)]

    # --- objects ---

    def namespace(self, name):
        self.server.request("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace",
                                                           "metadata": {"name": name}})
        return name

    def ref(self, kind, ns, name="any"):
        return {"apiVersion": API_VERSIONS[kind], "kind": kind,
                "metadata": {"name": name, **({"namespace": ns} if ns else {})}}

    def get(self, kind, ns, name):
        return self.server.get(self.ref(kind, ns, name))

    def list(self, kind, ns=None):
        path = self.server.path(self.ref(kind, ns or "default"), name=False)
        if not ns:
            path = path.replace("/namespaces/default", "")
        code, found = self.server.request("GET", path)
        assert code == 200, found
        return found["items"]

    def patch(self, kind, ns, name, body, subresource=None, query=""):
        code, answer = self.server.request("PATCH", self.server.path(self.ref(kind, ns, name), subresource=subresource) + query,
                                           body, "application/merge-patch+json")
        assert code == 200, answer
        return answer

    def delete(self, kind, ns, name):
        code, answer = self.server.request("DELETE", self.server.path(self.ref(kind, ns, name)))
        assert code in (200, 202), answer

    def service(self, ns, name, **spec):
        spec.setdefault("model", {"name": MODEL})
        return self.server.make(dict(self.ref("AIMService", ns, name), spec=spec))

    def template(self, ns, name, model, **more):
        document, status = ready_template(ns, name, model, **more)
        self.server.make(dict(document, status=status))

    def versions(self, *ns):
        """Everything that a controller may write, by resourceVersion."""
        seen = {}
        for kind in WRITTEN:
            for item in self.list(kind):
                meta = item["metadata"]
                if not ns or meta["namespace"] in ns:
                    seen[(kind, meta["namespace"], meta["name"])] = meta["resourceVersion"]
        return seen

    # --- waiting ---

    def until(self, what, condition_, seconds=45):
        """Seconds until it held."""
        begin = time.monotonic()
        while True:
            answer = condition_()
            if answer:
                return time.monotonic() - begin
            if time.monotonic() - begin > seconds:
                raise AssertionError(f"not within {seconds} s: {what}")
            time.sleep(0.05)

    def until_status(self, ns, name, wanted, seconds=45):
        def has():
            return (self.get("AIMService", ns, name) or {}).get("status", {}).get("status") == wanted
        try:
            return self.until(f"{ns}/{name} is {wanted}", has, seconds)
        except AssertionError as error:
            status = (self.get("AIMService", ns, name) or {}).get("status", {})
            short = [(c["type"], c["status"], c["reason"], c.get("message", "")[:200]) for c in status.get("conditions") or []]
            raise AssertionError(f"{error}; it is {status.get('status')}: {short}; {self.stand_ins.errors}") from None

    def until_condition(self, ns, name, kind, seconds=45, **wanted):
        found = {}

        def has():
            found.update(self.condition(ns, name, kind))
            return all(found.get(k) == v for k, v in wanted.items())
        try:
            return self.until(f"{kind} of {ns}/{name} has {wanted}", has, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; it has {found}") from None

    def condition(self, ns, name, kind):
        conditions = (self.get("AIMService", ns, name) or {}).get("status", {}).get("conditions") or []
        return next((c for c in conditions if c["type"] == kind), {})

    def gone(self, kind, ns, name, seconds=45):
        return self.until(f"{kind} {ns}/{name} is gone", lambda: not self.get(kind, ns, name), seconds)

    def quiet(self, seconds=2.0, at_most=60):
        """Waits until the controller has written nothing for so long."""
        begin, last, place = time.monotonic(), time.monotonic(), self.mark()
        while time.monotonic() - last < seconds:
            if time.monotonic() - begin > at_most:
                raise AssertionError(f"it keeps writing: {self.tally(self.writes(place)[-20:])}")
            time.sleep(0.2)
            here = self.mark()
            if self.writes(place):
                last, place = time.monotonic(), here

    @staticmethod
    def tally(requests):
        return dict(collections.Counter(" ".join(filter(None, (
            r["verb"], r["objectRef"]["resource"], r["objectRef"].get("subresource"), str(r["responseStatus"]["code"]))))
            for r in requests))


def owners(item):
    return [(o["kind"], o["name"], o.get("controller"), o.get("blockOwnerDeletion"))
            for o in item["metadata"].get("ownerReferences", [])]


def only(items):
    assert len(items) == 1, [i["metadata"]["name"] for i in items]
    return items[0]


def env_of(item):
    return {e["name"]: e.get("value") for e in item["spec"]["predictor"]["containers"][0]["env"]}


# --- a service's life ---

def a_service_goes_from_nothing_to_running_in_order(t):
    ns = t.namespace("fresh")
    place = t.mark()
    with t.controller():
        t.service(ns, "chat")
        t.note(f"Running after {t.until_status(ns, 'chat', 'Running'):.1f} s")
        t.quiet()
    created = [r["objectRef"]["resource"] for r in t.writes(place, ns=ns)
               if r["responseStatus"]["code"] == 201 and r["objectRef"]["resource"] != "events"]
    chain = ["aimtemplatecaches", "aimartifacts", "persistentvolumeclaims", "jobs", "inferenceservices"]
    assert [c for c in created if c in chain] == chain, created
    assert sorted(created) == sorted(chain + ["httproutes", "rolebindings"]), created
    assert created.index("rolebindings") < created.index("jobs"), created

    service, cache, artifact = (only(t.list(k, ns)) for k in ("AIMService", "AIMTemplateCache", "AIMArtifact"))
    claim, job, isvc, route = (only(t.list(k, ns)) for k in ("PersistentVolumeClaim", "Job", "InferenceService", "HTTPRoute"))
    ours, its = ("AIMService", "chat", True, None), ("AIMArtifact", artifact["metadata"]["name"], True, None)
    assert owners(cache) == owners(artifact) == [], (owners(cache), owners(artifact))
    assert owners(isvc) == owners(route) == [ours], (owners(isvc), owners(route))
    assert owners(claim) == owners(job) == [its], (owners(claim), owners(job))
    for resource, item in zip(MANAGERS, (cache, isvc, route, artifact, claim, job)):
        managers = {m["manager"] for m in item["metadata"]["managedFields"] if m["operation"] == "Apply"}
        assert managers == {MANAGERS[resource]}, (resource, managers)
    assert isvc["metadata"]["name"].startswith("chat-") and route["metadata"]["name"].startswith("chat-")
    assert claim["spec"]["resources"]["requests"]["storage"] == "68Gi" and claim["spec"]["storageClassName"] == "shared-nfs"
    assert service["metadata"]["finalizers"] == ["aim.eai.amd.com/template-cache-cleanup"], service["metadata"]
    assert cache["metadata"]["finalizers"] == ["aim.eai.amd.com/artifactcleanup"], cache["metadata"]

    ready = t.condition(ns, "chat", "Ready")
    assert ready["status"] == "True" and ready["reason"] == "AllComponentsReady", ready
    status = service["status"]
    assert status["resolvedModel"]["name"] == MODEL and status["resolvedModel"]["scope"] == "Cluster", status
    assert status["cache"]["templateCacheRef"]["uid"] == cache["metadata"]["uid"], status
    assert cache["status"]["status"] == artifact["status"]["status"] == "Ready", (cache["status"], artifact["status"])
    assert artifact["status"]["persistentVolumeClaim"] == claim["metadata"]["name"], artifact["status"]
    mounted = [v["persistentVolumeClaim"]["claimName"] for v in isvc["spec"]["predictor"]["volumes"]
               if "persistentVolumeClaim" in v]
    assert mounted == [claim["metadata"]["name"]], mounted
    told = {(e["involvedObject"]["kind"], e["reason"]) for e in t.list("Event", ns)}
    assert ("AIMService", "AllComponentsReady") in told, told
    assert {k for k, _ in told} >= {"AIMService", "AIMTemplateCache", "AIMArtifact"}, told


def a_service_by_image_waits_for_its_model_and_runs(t):
    ns = t.namespace("image")
    with t.controller():
        t.service(ns, "chat", model={"image": "example.com/aim-tiny:1.0"})
        t.until_status(ns, "chat", "Running")
    model = only(t.list("AIMModel", ns))
    assert model["spec"]["image"] == "example.com/aim-tiny:1.0" and not owners(model), model
    isvc = only(t.list("InferenceService", ns))
    assert isvc["spec"]["predictor"]["containers"][0]["image"] == "example.com/aim-tiny:1.0"


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def ask(base, path):
    """(code, text); code 0: nobody listens"""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{base}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def metric(base, name):
    return next(int(line.split()[1]) for line in ask(base, "/metrics")[1].splitlines() if line.startswith(name + " "))


def only_the_chosen_kinds_are_kept(t):
    ns = t.namespace("chosen")
    with t.controller("--controllers", "service") as c:
        t.service(ns, "chat")
        cache = t.until("the cache is made", lambda: t.list("AIMTemplateCache", ns)) and only(t.list("AIMTemplateCache", ns))
        t.quiet()
        assert not t.list("AIMArtifact", ns)
        assert not (t.get("AIMTemplateCache", ns, cache["metadata"]["name"]).get("status") or {}).get("status")
        assert c.process.poll() is None
    with t.controller("--controllers", "template-cache,artifact") as c:
        t.until("the rest is made by the others", lambda: (t.get(
            "AIMTemplateCache", ns, cache["metadata"]["name"]).get("status") or {}).get("status") == "Ready")
        t.quiet()
        assert not t.list("InferenceService", ns)
    for wrong in ("", "service,", "model", "service,service"):
        with t.controller("--controllers", wrong) as c:
            assert c.wait(20) == 2 and "--controllers" in c.log(), (wrong, c.log())


def the_services_of_the_documentation_run(t):
    """The three ways to name a model, each from nothing, and what its troubleshooting section looks for."""
    ns = t.namespace("documented")
    t.template(ns, "qwen3-32b-mi300x-fp16-latency", MODEL)
    with t.controller():
        t.service(ns, "by-name", model={"name": MODEL})
        t.service(ns, "by-image", model={"image": "amdenterpriseai/aim-qwen-qwen3-32b:0.8.5"})
        t.service(ns, "by-template", model={"name": MODEL}, template={"name": "qwen3-32b-mi300x-fp16-latency"})
        for name in ("by-name", "by-image", "by-template"):
            t.until_status(ns, name, "Running")
        t.quiet()

    def labelled(kind, label):
        path = t.server.path(t.ref(kind, ns), name=False) + "?labelSelector=" + label
        code, found = t.server.request("GET", path)
        assert code == 200, found
        return [i["metadata"]["name"] for i in found["items"]]
    for name in ("by-name", "by-image", "by-template"):
        isvc = only(labelled("InferenceService", "aim.eai.amd.com/service.name%3D" + name))
        assert labelled("Pod", "serving.kserve.io/inferenceservice%3D" + isvc)
        ready = t.condition(ns, name, "Ready")
        assert ready["status"] == "True" and ready["message"], ready
        cache = t.get("AIMService", ns, name)["status"]["cache"]["templateCacheRef"]["name"]
        template = t.get("AIMTemplateCache", ns, cache)["spec"]["templateName"]
        assert labelled("AIMArtifact", "aim.eai.amd.com/template.name%3D" + template)
    assert t.get("AIMService", ns, "by-template")["status"]["resolvedTemplate"]["name"] == "qwen3-32b-mi300x-fp16-latency"


def a_settled_cluster_sees_nothing_but_lease_renewals(t):
    ns, base = t.namespace("settled"), free_address()
    with t.controller("--metrics-address", base) as c:
        t.service(ns, "chat")
        t.until_status(ns, "chat", "Running")
        t.quiet()
        time.sleep(1.5)  # metrics are published once a second
        place, cpu, plans = t.mark(), c.cpu(), metric(base, "aim_controller_plans_total")
        time.sleep(15)
        used, every = c.cpu() - cpu, t.requests(place)
        assert plans > 0 and metric(base, "aim_controller_plans_total") == plans
        renewals = [r for r in every if r["objectRef"]["resource"] == "leases" and r["verb"] in WRITES]
        others = [r for r in every if r not in renewals]
        t.note(f"in 15 s {used:.2f} s of processor time, {len(renewals)} renewals, others: {t.tally(others)}")
        assert not t.writes(place), t.tally(t.writes(place))
        assert 2 <= len(renewals) <= 16, len(renewals)  # or nothing was counted at all


def a_restart_over_a_settled_cluster_changes_nothing(t):
    ns = t.namespace("restart")
    with t.controller():
        t.service(ns, "chat")
        t.until_status(ns, "chat", "Running")
        t.quiet()
    before, place = t.versions(), t.mark()
    with t.controller("--until-settled") as c:
        assert c.wait(20) == 0, c.log()[-1000:]
    after = t.versions()
    assert after == before, {k: (before.get(k), after.get(k)) for k in before.keys() | after.keys()
                             if before.get(k) != after.get(k)}
    made = t.writes(place)
    t.note(f"no-op writes: {t.tally(made)}")
    per_object = collections.Counter((r["objectRef"]["resource"], r["objectRef"].get("namespace"),
                                      r["objectRef"].get("name"), r["objectRef"].get("subresource")) for r in made)
    assert all(n == 1 for n in per_object.values()), per_object


# --- its end ---

def deletion_leaves_shared_caches_that_are_ready(t):
    ns = t.namespace("leave-ready")
    with t.controller():
        t.service(ns, "chat")
        t.until_status(ns, "chat", "Running")
        t.delete("AIMService", ns, "chat")
        t.gone("AIMService", ns, "chat")
        t.until("what the service owned is collected",
                lambda: not t.list("InferenceService", ns) and not t.list("HTTPRoute", ns))
        t.quiet()
        kept = [only(t.list(k, ns)) for k in ("AIMTemplateCache", "AIMArtifact", "PersistentVolumeClaim")]
        assert not any(k["metadata"].get("deletionTimestamp") for k in kept), kept


def deletion_removes_shared_caches_that_are_not_ready(t):
    ns = t.namespace("leave-unready")
    t.stand_ins.held.add(("Job", ns))
    with t.controller():
        t.service(ns, "chat")
        t.until("a download began", lambda: t.list("Job", ns))
        t.until_condition(ns, "chat", "CacheReady", status="False")
        t.delete("AIMService", ns, "chat")
        t.gone("AIMService", ns, "chat")
        t.until("the cache is gone, and what it made", lambda: not any(
            t.list(k, ns) for k in ("AIMTemplateCache", "AIMArtifact", "Job", "InferenceService")))


def deletion_collects_a_dedicated_cache(t):
    ns = t.namespace("dedicated")
    with t.controller():
        service = t.service(ns, "chat", caching={"mode": "Dedicated"})
        t.until_status(ns, "chat", "Running")
        cache, artifact = only(t.list("AIMTemplateCache", ns)), only(t.list("AIMArtifact", ns))
        assert [o["uid"] for o in cache["metadata"]["ownerReferences"]] == [service["metadata"]["uid"]]
        assert [o["uid"] for o in artifact["metadata"]["ownerReferences"]] == [cache["metadata"]["uid"]]
        t.delete("AIMService", ns, "chat")
        t.gone("AIMService", ns, "chat")
        t.until("its cache is collected", lambda: not t.list("AIMTemplateCache", ns) and not t.list("AIMArtifact", ns))


# --- what changes around it ---

def status_follows_templates_nodes_and_configs(t):
    ns = t.namespace("follows")
    t.server.make(dict(t.ref("AIMModel", ns, "tiny"), spec={"image": "example.com/tiny:1"}, status={"status": "Ready"}))
    with t.controller():
        t.service(ns, "chat", model={"name": "tiny"})
        t.until_status(ns, "chat", "Pending")
        t.until_condition(ns, "chat", "TemplateReady", status="False", reason="TemplateNotFound")

        t.template(ns, "tiny-mi325x", "tiny", gpu="MI325X", device="74a5")
        time.sleep(0.5)
        assert t.condition(ns, "chat", "TemplateReady")["status"] == "False"  # no such GPU here
        node = t.list("Node")[0]["metadata"]["name"]
        labels = {"amd.com/gpu.device-id": "74a5", "amd.com/gpu.product-name": "AMD_Instinct_MI325X_OAM"}
        before = {k: v for k, v in t.get("Node", None, node)["metadata"]["labels"].items() if k in labels}
        t.patch("Node", None, node, {"metadata": {"labels": labels}})
        t.note(f"a node's label counted after {t.until_condition(ns, 'chat', 'TemplateReady', status='True'):.2f} s")
        t.until_status(ns, "chat", "Running")
        t.patch("Node", None, node, {"metadata": {"labels": dict({k: None for k in labels}, **before)}})

        t.service(ns, "second", model={"name": "tiny"}, template={"name": "tiny-mi300x"})
        t.until_condition(ns, "second", "TemplateReady", status="False", reason="TemplateNotFound")
        t.template(ns, "tiny-mi300x", "tiny")
        t.note(f"a new template after {t.until_condition(ns, 'second', 'TemplateReady', status='True'):.2f} s")
        t.until_status(ns, "second", "Running")

        t.server.make(dict(t.ref("AIMRuntimeConfig", ns, "default"), spec={"env": [{"name": "PROXY", "value": "near"}]}))
        took = t.until("the runtime config's env is in every InferenceService", lambda: all(
            env_of(i).get("PROXY") == "near" for i in t.list("InferenceService", ns)))
        t.note(f"a runtime config after {took:.2f} s")
        t.patch("AIMService", ns, "second", {"spec": {"env": [{"name": "PROXY", "value": "own"}]}})
        took = t.until("the service's env counts more", lambda: "own" in [
            env_of(i).get("PROXY") for i in t.list("InferenceService", ns)])
        t.note(f"the service itself after {took:.2f} s")
        t.until_status(ns, "second", "Running")
        t.until_status(ns, "chat", "Running")


def a_route_that_the_gateway_refuses_says_why(t):
    ns = t.namespace("refused")
    t.stand_ins.refused[ns] = ("NotAllowedByListeners", "no listener takes routes of this namespace")
    with t.controller():
        t.service(ns, "chat")
        t.until_condition(ns, "chat", "HTTPRouteReady", status="False", reason="NotAllowedByListeners")
        assert "no listener takes" in t.condition(ns, "chat", "HTTPRouteReady")["message"]
        t.until("the service is not Running", lambda: t.get("AIMService", ns, "chat")["status"]["status"] != "Running")
        del t.stand_ins.refused[ns]
        t.until_status(ns, "chat", "Running")


def a_conflict_becomes_a_condition_and_no_hot_loop(t):
    ns = t.namespace("conflict")
    with t.controller():
        t.service(ns, "chat")
        t.until_status(ns, "chat", "Running")
        t.quiet()
        isvc = only(t.list("InferenceService", ns))
        body = {"apiVersion": KSERVE, "kind": "InferenceService",
                "metadata": {"name": isvc["metadata"]["name"], "namespace": ns},
                "spec": {"predictor": {"minReplicas": 3}}}
        code, answer = t.server.request("PATCH", t.server.path(body) + "?fieldManager=somebody&force=true", body,
                                        "application/apply-patch+yaml")
        assert code == 200, answer

        def told():
            conditions = t.get("AIMService", ns, "chat")["status"]["conditions"]
            return [c for c in conditions if c["status"] == "False" and c["reason"] == "ApplyConflict"]
        t.note(f"a condition after {t.until('a condition ApplyConflict', told):.2f} s")
        assert any("somebody" in c["message"] and "minReplicas" in c["message"] for c in told()), told()
        assert only(t.list("InferenceService", ns))["spec"]["predictor"]["minReplicas"] == 3
        place = t.mark()
        time.sleep(10)
        made = t.writes(place, ns=ns)
        t.note(f"in 10 s: {t.tally(made)}")
        assert len(made) <= 20, t.tally(made)
        # who took the field lets it go
        body["spec"] = {"predictor": {}}
        code, answer = t.server.request("PATCH", t.server.path(body) + "?fieldManager=somebody", body,
                                        "application/apply-patch+yaml")
        assert code == 200, answer
        t.note(f"mended {t.until_status(ns, 'chat', 'Running', 30):.1f} s after it was let go")
        assert not told() and only(t.list("InferenceService", ns))["spec"]["predictor"]["minReplicas"] == 1


# --- several, and none ---

def one_of_several_works_and_the_next_takes_over(t):
    ns = t.namespace("lease")
    lease = ("Lease", "aim-system", "aim-controller")

    def holder():
        return ((t.get(*lease) or {}).get("spec") or {}).get("holderIdentity")
    with t.controller("--identity", "first") as first:
        t.until("the first holds the lease", lambda: holder() == "first")
        with t.controller("--identity", "second", who="admin") as second:
            place = t.mark()
            t.service(ns, "chat")
            t.until_status(ns, "chat", "Running")
            time.sleep(1)
            assert t.writes(place, {ACCOUNT}) and not t.writes(place, {"admin"}), t.tally(t.writes(place, {"admin"}))
            first.kill()
            t.service(ns, "orphan")
            took = t.until_status(ns, "orphan", "Running", 30)
            lost = t.until("the second holds the lease", lambda: holder() == "second")
            t.note(f"after kill -9 a new service ran {took:.1f} s later")
            assert took + lost < 90, took
            assert second.process.poll() is None
            with t.controller("--identity", "third") as third:
                time.sleep(2)
                assert holder() == "second"
                code, seconds = second.stop()
                assert code == 0 and seconds < 10, (code, seconds, second.log()[-1000:])
                took = t.until("the third holds the lease", lambda: holder() == "third", 10)
                t.note(f"after a stop of {seconds:.1f} s the next led {took:.1f} s later")
                assert took < 12, took  # it need not wait until the lease is over
                t.delete("AIMService", ns, "orphan")
                t.gone("AIMService", ns, "orphan")
                assert third.process.poll() is None
    assert not holder(), holder()


def a_holder_that_slept_too_long_writes_nothing_more(t):
    ns = t.namespace("asleep")
    with t.controller("--identity", "sleeper", who="admin") as sleeper:
        t.service(ns, "chat")
        t.until_status(ns, "chat", "Running")
        sleeper.process.send_signal(signal.SIGSTOP)
        try:
            with t.controller("--identity", "next"):
                t.until("the next one leads", lambda: t.get("Lease", "aim-system", "aim-controller")["spec"].get(
                    "holderIdentity") == "next", 25)
                place = t.mark()
                sleeper.process.send_signal(signal.SIGCONT)
                t.service(ns, "second")
                t.until_status(ns, "second", "Running")
                time.sleep(2)
                assert not t.writes(place, {"admin"}), t.tally(t.writes(place, {"admin"}))
                t.note(f"the sleeper's exit code: {sleeper.process.poll()}")
                assert sleeper.process.poll() in (None, 1)
        finally:
            sleeper.process.send_signal(signal.SIGCONT)
            sleeper.kill()


def dry_run_says_what_it_would_do_and_does_nothing(t):
    ns = t.namespace("dry")
    with t.controller():
        t.service(ns, "settled")
        t.until_status(ns, "settled", "Running")
        t.quiet()
    t.service(ns, "chat")
    t.server.make(dict(t.ref("AIMRuntimeConfig", ns, "default"), spec={"env": [{"name": "PROXY", "value": "far"}]}))
    before, place = t.versions(), t.mark()
    lease = t.get("Lease", "aim-system", "aim-controller")["metadata"]["resourceVersion"]
    with t.controller("--dry-run", "--until-settled") as c:
        assert c.wait(20) == 0, c.log()[-1000:]
        out = c.text(0)
    assert t.versions() == before and not t.writes(place), t.tally(t.writes(place))
    assert t.get("Lease", "aim-system", "aim-controller")["metadata"]["resourceVersion"] == lease
    for wanted in ("HTTPRoute", f"{ns}/chat", "InferenceService", "status"):
        assert wanted in out, (wanted, out)
    # what a plan wants is what the controller then does
    said = sum(f"AIMService {ns}/" in line and " apply " in line for line in out.splitlines())
    assert said >= 2, out


def health_and_metrics_are_served(t):
    base = free_address()
    with t.controller("--metrics-address", base):
        t.until("it is ready and leads",
                lambda: ask(base, "/readyz")[0] == 200 and "\naim_controller_leader 1\n" in ask(base, "/metrics")[1])
        assert ask(base, "/healthz")[0] == 200 and ask(base, "/nowhere")[0] == 404
        assert 'aim_fetch_kind_synced{kind="AIMService"} 1' in ask(base, "/metrics")[1]
    assert ask(base, "/healthz")[0] == 0


# --- servers that fail ---

def a_killed_server_loses_nothing(t):
    ns, port = t.namespace("killed"), t.server.port
    with t.controller() as c:
        t.service(ns, "before")
        t.until_status(ns, "before", "Running")
        t.service(ns, "during")  # some of its objects are there, others not
        t.until("its work has begun", lambda: t.get("AIMService", ns, "during").get("status"))
        t.server.kill()
        time.sleep(2)
        t.server.start(port)
        t.service(ns, "after")
        t.note(f"a new service ran {t.until_status(ns, 'after', 'Running', 40):.1f} s after the restart")
        t.until_status(ns, "during", "Running")
        t.until_status(ns, "before", "Running")
        assert c.process.poll() is None
        t.quiet()
    assert len(t.list("AIMTemplateCache", ns)) == len(t.list("AIMArtifact", ns)) == 1
    assert len(t.list("InferenceService", ns)) == 3


def a_server_that_hangs_loses_nothing(t):
    ns = t.namespace("hangs")
    with t.controller() as c:
        t.service(ns, "before")
        t.until_status(ns, "before", "Running")
        t.server.pause()
        time.sleep(5)
        t.server.resume()
        t.service(ns, "after")
        t.note(f"a new service ran {t.until_status(ns, 'after', 'Running', 30):.1f} s after it woke")
        assert c.process.poll() is None
        t.quiet()


def versions_that_the_server_has_forgotten_are_read_again(t):
    ns, port = t.namespace("compacted"), t.server.port
    with t.controller() as c:
        t.service(ns, "before")
        t.until_status(ns, "before", "Running")
        t.quiet()
        c.process.send_signal(signal.SIGSTOP)
        try:
            t.server.kill()
            t.server.start(port)
            t.delete("AIMService", ns, "before")  # both of which no watch will tell
            t.service(ns, "unseen")
            place = t.mark()
            assert t.server.command("compact").startswith("OK")
        finally:
            c.process.send_signal(signal.SIGCONT)
        t.note(f"the unseen service ran {t.until_status(ns, 'unseen', 'Running', 40):.1f} s after waking")
        t.gone("AIMService", ns, "before")
        expired = [r for r in t.requests(place) if r["responseStatus"]["code"] == 410]
        t.note(f"answers 410: {len(expired)}; lists: {sum(r['verb'] == 'list' for r in t.requests(place))}")
        assert c.process.poll() is None
        t.quiet()


# --- rivals and rights ---

def it_does_not_start_beside_another_writer(t):
    ns = t.namespace("rival")
    t.service(ns, "chat")
    status = {"status": "Pending", "conditions": [condition("Ready", "False", "Progressing", "elsewhere")]}
    t.patch("AIMService", ns, "chat", {"status": status}, "status", "?fieldManager=aim-service-controller")
    before, place = t.versions(), t.mark()
    with t.controller() as c:
        assert c.wait(20) == 1, c.log()
        assert "--takeover" in c.log() and "AIM Engine" in c.log() and f"{ns}/chat" in c.log(), c.log()
    assert t.versions() == before and not t.writes(place), t.tally(t.writes(place))
    with t.controller("--takeover") as c:
        t.until_status(ns, "chat", "Running")
        assert "fields that AIM Engine's managers own are ours" in c.log()
    with t.controller() as c:  # what it wrote itself is no rival's
        t.service(ns, "second")
        t.until_status(ns, "second", "Running")


def rights_in_one_namespace_are_enough_for_it(t):
    ns, other = t.namespace("narrow"), t.namespace("elsewhere")
    t.server.make(dict(t.ref("RoleBinding", ns, "narrow"), subjects=[
        {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "limited"}],
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "aim-controller"}))
    t.server.make({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "lease", "namespace": ns},
                   "rules": [{"apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
                              "verbs": ["get", "create", "update", "patch"]}]})
    t.server.make(dict(t.ref("RoleBinding", ns, "lease"), subjects=[
        {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "limited"}],
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "lease"}))
    t.server.make(dict(t.ref("AIMModel", ns, "tiny"), spec={"image": "example.com/tiny:1"}, status={"status": "Ready"}))
    t.template(ns, "tiny-mi300x", "tiny")
    t.server.make(dict(t.ref("AIMRuntimeConfig", ns, "default"), spec={
        "storage": {"defaultStorageClassName": "shared-nfs"},
        "routing": {"enabled": True, "gatewayRef": {"name": "inference", "namespace": "gateway-system"}}}))
    place = t.mark()
    with Controller(t, "-n", ns, "--lease-namespace", ns, who="limited") as c:
        t.service(ns, "chat", model={"name": "tiny"}, template={"name": "tiny-mi300x"})
        t.service(ns, "selected", model={"name": "tiny"})
        t.service(ns, "foreign")  # its model is one of the cluster's, which cannot be seen
        t.service(other, "outside", model={"name": "tiny"})
        t.until_status(ns, "chat", "Running")
        t.quiet()
        status = {name: (t.get("AIMService", ns, name).get("status") or {}) for name in ("selected", "foreign")}
        t.note(", ".join(f"{name} is {s.get('status', 'without status')}" for name, s in status.items()))
        assert not any(s.get("status") in ("Failed", "Degraded") for s in status.values()), status
        # a route that nobody wants any more stays: nothing is deleted on half the knowledge
        t.patch("AIMService", ns, "chat", {"spec": {"routing": {"enabled": False}}})
        t.quiet()
        assert len([r for r in t.list("HTTPRoute", ns) if r["metadata"]["name"].startswith("chat-")]) == 1
        assert not [r for r in t.writes(place) if r["verb"].startswith("delete")], t.tally(t.writes(place))
        assert not t.get("AIMService", other, "outside").get("status")
        assert all(r["objectRef"].get("namespace") == ns for r in t.writes(place)), t.tally(t.writes(place))
        assert c.process.poll() is None


def services_that_cannot_be_planned_hold_up_nobody(t):
    ns = t.namespace("poison")
    with t.controller():
        t.service(ns, "huge", env=[{"name": f"VARIABLE_{i}", "value": "x" * 40} for i in range(6000)])
        t.service(ns, "homeless", model={"name": "there-is-no-such-model"})
        for i in range(5):
            t.service(ns, f"ambiguous-{i}", model={"name": MODEL}, template={"name": f"missing-{i}"})
        t.service(ns, "chat")
        t.note(f"the sound one ran after {t.until_status(ns, 'chat', 'Running'):.1f} s")
        t.until_status(ns, "homeless", "Pending")
        t.until_condition(ns, "homeless", "ModelReady", status="False", reason="ModelNotFound")
        assert "there-is-no-such-model" in t.condition(ns, "homeless", "Ready")["message"]
        time.sleep(1)
        place = t.mark()
        time.sleep(8)
        t.note(f"in 8 s: {t.tally(t.writes(place, ns=ns))}")
        assert len(t.writes(place, ns=ns)) <= 30, t.tally(t.writes(place, ns=ns))
        t.delete("AIMService", ns, "homeless")
        t.gone("AIMService", ns, "homeless")


FULL = [a_service_goes_from_nothing_to_running_in_order, a_service_by_image_waits_for_its_model_and_runs,
        the_services_of_the_documentation_run, only_the_chosen_kinds_are_kept,
        a_settled_cluster_sees_nothing_but_lease_renewals, a_restart_over_a_settled_cluster_changes_nothing,
        deletion_leaves_shared_caches_that_are_ready, deletion_removes_shared_caches_that_are_not_ready,
        deletion_collects_a_dedicated_cache, status_follows_templates_nodes_and_configs,
        a_route_that_the_gateway_refuses_says_why, a_conflict_becomes_a_condition_and_no_hot_loop,
        services_that_cannot_be_planned_hold_up_nobody, dry_run_says_what_it_would_do_and_does_nothing,
        health_and_metrics_are_served, one_of_several_works_and_the_next_takes_over,
        a_holder_that_slept_too_long_writes_nothing_more, a_server_that_hangs_loses_nothing, a_killed_server_loses_nothing]
# a rival is whoever wrote anything lately: the first case of its server
WITHOUT_WATCH_CACHE = [it_does_not_start_beside_another_writer, rights_in_one_namespace_are_enough_for_it,
                       versions_that_the_server_has_forgotten_are_read_again]


def check(t, cases, counts):
    for case in cases:
        begin, t.notes = time.monotonic(), []
        try:
            case(t)
            counts[0] += 1
            print("PASS", end=" ")
        except Exception as error:  # pylint: disable=broad-exception-caught
            counts[1] += 1
            print("FAIL", end=" ")
            t.note(f"{type(error).__name__}: {str(error)[:3000]}")
        print(case.__name__, f"({time.monotonic() - begin:.1f} s)", flush=True)
        for note in t.notes:
            print("    ", note, flush=True)


def main():
    t = Test(sys.argv[1], os.path.abspath(sys.argv[2]))
    only_these = sys.argv[3:]
    counts = [0, 0]
    try:
        binary = ApiServer.binary_or_missing()
        crds = api_server.foreign_crds()
    except Missing as missing:
        print("SKIP the controller against a real API server:", missing)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    for kserve, cases, flags in (("full", FULL, ()), ("minimal", WITHOUT_WATCH_CACHE, ("--kube-flag=--watch-cache=false",))):
        cases = [c for c in cases if not only_these or c.__name__ in only_these]
        try:
            if cases:
                t.begin(binary, crds, kserve, *flags)
                check(t, cases, counts)
        finally:
            t.end()
    shutil.rmtree(crds)
    shutil.rmtree(t.scratch)
    print(f"{counts[0]} passed, {counts[1]} failed")
    return 1 if counts[1] or not counts[0] else 0


if __name__ == "__main__":
    sys.exit(main())
