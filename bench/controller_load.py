#!/usr/bin/env python3
"""The controller over a large cluster: controller_load.py AIM SOURCE [OPTIONS]. README.md says what is measured, and how.

Figures are printed and judged by nobody. With --check it ends like a test, and what it asserts is no time.
"""
import argparse
import collections
import json
import os
import random
import shutil
import socket
import sys
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "tests", "live")]
import api_server  # noqa: E402  pylint: disable=wrong-import-position
import controller_test  # noqa: E402  pylint: disable=wrong-import-position
from api_client import Client, Watch  # noqa: E402  pylint: disable=wrong-import-position
from api_server import ApiServer, Missing, read_documents  # noqa: E402  pylint: disable=wrong-import-position
from busy_stand_ins import BusyStandIns, accepted  # noqa: E402  pylint: disable=wrong-import-position
from controller_test import ACCOUNT, WRITES  # noqa: E402  pylint: disable=wrong-import-position
from stand_ins import AIM, GATEWAY, KSERVE  # noqa: E402  pylint: disable=wrong-import-position
from workload import RARE_DEVICE, RARE_GPU, Workload, service, template  # noqa: E402  pylint: disable=wrong-import-position

TIERS = {"ci": {"services": 200, "templates": 1000, "nodes": 500},
         "nightly": {"services": 2000, "templates": 10000, "nodes": 5000}}
PATIENCE_S = 60.0     # until a change that must be seen counts as lost
PROBE_PAUSE_S = 1.5   # statuses of one object that change much faster are taken for a fight over it
QUIET_S = 3.0         # without a write: settled
RESTING_S = 10.0
MOST_WRITES = 40      # for one service until it runs, all objects that come of it and events included
KINDS_OF_CHANGES = (("node", 40), ("template", 33), ("service", 25), ("config", 2))


class Lost(Exception):
    """A change that nobody answered."""


class Services:
    """The services as a watch tells them, with the moment each state was seen."""

    def __init__(self, client):
        self.lock = threading.Condition()
        self.items = {}    # (namespace, name): object
        self.waiting = []  # [key, predicate, moment]
        self.running_at = 0.0
        self.watch = Watch(client, AIM, "AIMService", self.told)

    def told(self, change, item, now):
        key = item["metadata"]["namespace"], item["metadata"]["name"]
        with self.lock:
            before = self.items.get(key)
            if change == "DELETED":
                self.items.pop(key, None)
                return
            self.items[key] = item
            if status_of(item) == "Running" and (not before or status_of(before) != "Running"):
                self.running_at = now
            for one in self.waiting:
                if one[0] == key and not one[2] and one[1](item):
                    one[2] = now
                    self.lock.notify_all()

    def expect(self, ns, name, predicate):
        """Begins to look out for a state; wait() answers when it came."""
        one = [(ns, name), predicate, 0.0]
        with self.lock:
            self.waiting.append(one)
        return one

    def wait(self, one, what):
        with self.lock:
            came = self.lock.wait_for(lambda: one[2], PATIENCE_S)
            self.waiting.remove(one)
        if not came:
            item = self.items.get(one[0], {})
            raise Lost(f"{what}: {one[0]} is still {status_of(item)}: {short_conditions(item)}")
        return one[2]

    def until(self, ns, name, predicate, what):
        one = self.expect(ns, name, predicate)
        with self.lock:
            item = self.items.get((ns, name))
            if item and predicate(item):
                one[2] = time.monotonic()
        return self.wait(one, what)

    def states(self):
        with self.lock:
            return collections.Counter(status_of(item) for (ns, _), item in self.items.items() if ns.startswith("load-"))


def status_of(item):
    return item.get("status", {}).get("status", "")


def short_conditions(item):
    conditions = item.get("status", {}).get("conditions") or []
    return [(c["type"], c["status"], c["reason"], c.get("message", "")[:120]) for c in conditions]


def has_condition(kind, status):
    return lambda item: any(c["type"] == kind and c["status"] == status for c in item.get("status", {}).get("conditions") or [])


class Audit:
    """What the controller asked for, read on from where it was."""

    def __init__(self, path):
        self.file = open(path, encoding="utf-8")  # pylint: disable=consider-using-with
        self.rest = ""
        self.written_at = time.monotonic()

    def take(self):
        """Counts since the last call: ('write' or 'read', what)."""
        counts = collections.Counter()
        text = self.rest + self.file.read()
        *lines, self.rest = text.split("\n")
        for line in lines:
            entry = json.loads(line)
            if not entry.get("userAgent", "").startswith("aim-controller"):
                continue
            ref = entry["objectRef"]
            is_write = entry["verb"] in WRITES
            what = " ".join(filter(None, (entry["verb"], ref["resource"], ref.get("subresource"))))
            if entry["responseStatus"]["code"] >= 400:
                what += f" {entry['responseStatus']['code']}"
            counts["renewal" if is_write and ref["resource"] == "leases" else "write" if is_write else "read", what] += 1
        if writes_in(counts):
            self.written_at = time.monotonic()
        return counts


def writes_in(counts):
    return sum(n for (kind, _), n in counts.items() if kind == "write")


def kinds_in(counts, kind):
    return {what: n for (k, what), n in sorted(counts.items()) if k == kind}


class Process:
    """Processor time and memory of a process."""

    def __init__(self, pid):
        self.pid = pid

    def cpu(self):
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, which="VmRSS"):
        """MB; which: VmHWM is the most that it ever was."""
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            return round(next(int(line.split()[1]) for line in file if line.startswith(which)) / 1024, 1)


class Load(controller_test.Test):
    """One run, from an empty server to the figures."""

    def __init__(self, aim, source, options):
        super().__init__(aim, source)
        self.options = options
        self.result = {"services": options.services, "templates": options.templates, "nodes": options.nodes,
                       "rate": options.rate, "seconds": options.seconds, "seed": options.seed}
        self.failures, self.passed = [], 0
        self.last = collections.defaultdict(dict)  # kind of change: {object: what it was changed to last}
        self.controller_process = self.metrics_base = self.audit = None

    def expect(self, what, holds, shown=""):
        """One thing that must be so."""
        if holds:
            self.passed += 1
        else:
            self.failures.append(f"{what}: {shown}")
        if self.options.check or not holds:
            print("PASS" if holds else "FAIL", what, "" if holds else shown, flush=True)

    def step(self, text):
        if not self.options.quiet:
            print(f"[{time.monotonic() - self.began:6.1f} s] {text}", file=sys.stderr, flush=True)

    # --- the cluster ---

    def begin_server(self, binary, crds):
        self.began = time.monotonic()
        self.server = ApiServer(binary)
        policy = os.path.join(self.server.folder, "audit-policy.json")
        with open(policy, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [
                {"level": "Metadata", "users": [ACCOUNT]}, {"level": "None"}]}, file)
        self.server.flags = ("--kube-flag=--audit-policy-file=" + policy, "--kube-flag=--audit-log-path=" + self.audit_path())
        self.server.start()
        self.server.install_crds(os.path.join(self.source, "deploy", "crds.yaml"), *(
            os.path.join(crds, f) for f in ("kserve-full.yaml", "gateways.yaml", "httproutes.yaml")))
        self.server.load(read_documents(os.path.join(self.source, "deploy", "rbac.yaml")))
        self.server.load(read_documents(os.path.join(self.source, "examples", "mi300x-cluster", "platform.yaml")))
        for api_version, kind in ((AIM, "AIMService"), (AIM, "AIMModel"), (AIM, "AIMServiceTemplate"), (GATEWAY, "HTTPRoute"),
                                  (KSERVE, "InferenceService"), ("v1", "Pod"), ("batch/v1", "Job")):
            self.server.resource(api_version, kind)  # known before threads ask
        self.client = Client(self.server, "load")

    def make_cluster(self):
        w = self.workload = Workload(self.options.services, self.options.templates, self.options.nodes, self.options.seed)
        begin = time.monotonic()
        self.client.make_all([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "probe"}},
                              {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "probe-config"}},
                              *w.namespace_documents()])
        self.client.make_all([*w.model_documents(), *w.config_documents()])
        self.client.make_all(w.templates)
        self.client.make_all(w.nodes)
        self.client.make_all(w.services)
        self.make_probes()
        self.result["create_s"] = round(time.monotonic() - begin, 1)

    # --- the controller ---

    def begin_controller(self):
        open(self.audit_path(), "a", encoding="utf-8").close()
        self.audit = Audit(self.audit_path())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.metrics_base = f"127.0.0.1:{probe.getsockname()[1]}"
        self.controller_process = self.controller("--metrics-address", self.metrics_base, *self.options.controller_options)
        self.usage = Process(self.controller_process.process.pid)

    def metric(self, name):
        """Over all labels; they are renewed once a second."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{self.metrics_base}/metrics", timeout=30) as answer:
            return sum(float(line.rsplit(" ", 1)[1]) for line in answer.read().decode().splitlines()
                       if line.split(" ")[0].split("{")[0] == name)

    def alive(self):
        if self.controller_process.process.poll() is not None:
            raise Lost(f"the controller ended: {self.controller_process.log()[-1500:]}")

    def until_quiet(self, at_most, all_run=True):
        """Seconds until the last write, and what was written."""
        begin, counts, told = time.monotonic(), collections.Counter(), time.monotonic()
        self.audit.written_at = begin
        while True:
            self.alive()
            counts += self.audit.take()
            states, now = self.services.states(), time.monotonic()
            done = not all_run or states.get("Running", 0) == len(self.workload.services)
            if done and now - self.audit.written_at >= QUIET_S:
                return self.audit.written_at - begin, counts
            if now - begin > at_most:
                raise Lost(f"not settled after {at_most} s: {dict(states)}; {kinds_in(counts, 'write')}; "
                           f"{self.stand_ins.errors[:3]}")
            if now - told > 10:
                told = now
                self.step(f"  {dict(states)}, {writes_in(counts)} writes, {self.usage.cpu():.1f} s of processor time, "
                          f"{self.usage.memory():.0f} MB")
            time.sleep(0.2)

    # --- first: everything is new ---

    def settle(self):
        begin, server = time.monotonic(), Process(self.server.process.pid)
        server_cpu = server.cpu()
        self.begin_controller()
        took, counts = self.until_quiet(self.options.patience)
        # what the watch is behind the server is not much: the last service ran then
        count = self.options.services
        self.result["settle"] = {
            "all_running_s": round(self.services.running_at - begin, 1), "last_write_s": round(took, 1),
            "writes": writes_in(counts), "writes_per_service": round(writes_in(counts) / count, 2),
            "reads": sum(kinds_in(counts, "read").values()), "by_kind": kinds_in(counts, "write"),
            "reads_by_kind": kinds_in(counts, "read"),
            "plans": 0, "cpu_s": round(self.usage.cpu(), 1), "rss_mb": self.usage.memory(), "peak_mb": self.usage.memory("VmHWM"),
            "server_cpu_s": round(server.cpu() - server_cpu, 1)}
        time.sleep(1.1)
        self.result["settle"]["plans"] = int(self.metric("aim_controller_plans_total"))
        self.result["settle"]["plans_per_service"] = round(self.result["settle"]["plans"] / count, 2)
        writes = kinds_in(counts, "write")
        self.expect("every service runs", self.services.states() == {"Running": count}, dict(self.services.states()))
        self.expect(f"at most {MOST_WRITES} writes a service", 1 <= writes_in(counts) / count <= MOST_WRITES, writes)
        refused = {what: n for what, n in writes.items() if what[-3:].isdigit()}
        self.expect("nothing is refused but for another version of the object",
                    all(what.endswith(" 409") for what in refused) and sum(refused.values()) <= writes_in(counts) / 10, refused)
        self.check_objects()

    def check_objects(self):
        keys = {(s["metadata"]["namespace"], s["metadata"]["name"]) for s in self.workload.services}
        for api_version, kind in ((KSERVE, "InferenceService"), (GATEWAY, "HTTPRoute")):
            owned = collections.Counter((i["metadata"]["namespace"], o["name"]) for i in self.client.list(api_version, kind)[0]
                                        for o in i["metadata"].get("ownerReferences", []) if o["kind"] == "AIMService")
            wrong = {k: owned.get(k, 0) for k in keys if owned.get(k, 0) != 1}
            self.expect(f"every service has one {kind}", not wrong, dict(list(wrong.items())[:5]))
        for kind in ("AIMTemplateCache", "AIMArtifact"):
            states = collections.Counter(status_of(i) for i in self.client.list(AIM, kind)[0]
                                         if i["metadata"]["namespace"].startswith("load-"))  # probes leave some behind
            self.expect(f"every {kind} is Ready", set(states) == {"Ready"}, dict(states))
        self.expect("the stand-ins were refused nothing", not self.stand_ins.errors, self.stand_ins.errors[:3])

    # --- at rest ---

    def rest(self):
        self.audit.take()
        time.sleep(1.1)
        plans, cpu, begin = self.metric("aim_controller_plans_total"), self.usage.cpu(), time.monotonic()
        time.sleep(RESTING_S)
        took, counts = time.monotonic() - begin, self.audit.take()
        renewals = sum(kinds_in(counts, "renewal").values())
        self.result["rest"] = {
            "seconds": round(took, 1), "cpu_percent": round(100 * (self.usage.cpu() - cpu) / took, 2),
            "rss_mb": self.usage.memory(), "renewals": renewals, "writes": writes_in(counts),
            "plans": int(self.metric("aim_controller_plans_total") - plans), "reads": kinds_in(counts, "read")}
        self.expect("a settled cluster sees no write but renewals of the lease", not writes_in(counts), kinds_in(counts, "write"))
        self.expect("the lease is renewed", renewals >= 2, renewals)

    # --- under changes ---

    def change(self, chance, number):
        """One change of an object that the load has; what it is changed to last is checked afterwards."""
        kind = chance.choices([k for k, _ in KINDS_OF_CHANGES], [n for _, n in KINDS_OF_CHANGES])[0]
        mark = str(number)
        if kind == "node":
            document = chance.choice(self.workload.nodes)
            if chance.random() < 0.5:
                self.client.patch(document, {"metadata": {"labels": {"example.com/mark": mark}}})
            else:
                self.client.patch(document, {"status": {"allocatable": {"amd.com/gpu": chance.choice("5678")}}}, "status")
        elif kind == "template":
            document = chance.choice(self.workload.templates)
            conditions = [dict(c, message="looked at again: " + mark) for c in document["status"]["conditions"]]
            self.client.patch(document, {"status": {"conditions": conditions}}, "status")
        elif kind == "service":
            document = chance.choice(self.workload.services)
            self.mark(document, "service", {"name": "SERVICE_MARK", "value": mark})
        else:
            document = {"apiVersion": AIM, "kind": "AIMRuntimeConfig",
                        "metadata": {"name": "default", "namespace": chance.choice(self.workload.namespaces)}}
            self.mark(document, "config", {"name": "CONFIG_MARK", "value": mark})
        return kind

    def mark(self, document, kind, env):  # pylint: disable=arguments-renamed
        key = document["metadata"]["namespace"], document["metadata"]["name"]
        lock = self.marking.setdefault((kind, key), threading.Lock())
        with lock:  # two changes of one object in the order of the server
            self.client.patch(document, {"spec": {"env": [env]}})
            self.last[kind][key] = env["value"]

    def changes(self, share, of, counts):
        """Every of-th change of the seconds, each at its time or as soon as the server lets it."""
        chance = random.Random(f"{self.options.seed} {share}")
        total = int(self.options.rate * self.options.seconds)
        begin = time.monotonic()
        for i in range(share, total, of):
            time.sleep(max(0.0, begin + i / self.options.rate - time.monotonic()))
            counts[self.change(chance, i)] += 1

    def under_changes(self):
        threads, done = [], [collections.Counter() for _ in range(4)]
        errors = []

        def work(i):
            try:
                self.changes(i, len(done), done[i])
            except Exception as error:  # pylint: disable=broad-exception-caught
                errors.append(str(error))
        self.audit.take()
        plans, cpu, begin = self.metric("aim_controller_plans_total"), self.usage.cpu(), time.monotonic()
        threads = [threading.Thread(target=work, args=(i,)) for i in range(len(done))]
        for thread in threads:
            thread.start()
        latencies = self.probes("changes")
        for thread in threads:
            thread.join()
        took, used, counts = time.monotonic() - begin, self.usage.cpu() - cpu, self.audit.take()
        made = sum(done, collections.Counter())
        self.result["changes"] = {
            "seconds": round(took, 1), "made": dict(made), "a_second": round(sum(made.values()) / self.options.seconds, 1),
            "cpu_percent": round(100 * used / took, 1), "rss_mb": self.usage.memory(), "peak_mb": self.usage.memory("VmHWM"),
            "writes": writes_in(counts), "by_kind": kinds_in(counts, "write"),
            "plans": int(self.metric("aim_controller_plans_total") - plans), "latency_s": latencies}
        self.step("waiting until the changes are worked off")
        behind, rest = self.until_quiet(self.options.patience)
        self.result["changes"]["worked_off_s"] = round(behind, 1)
        self.result["changes"]["writes_after"] = writes_in(rest)
        self.expect("every change was made", sum(made.values()) == int(self.options.rate * self.options.seconds) and not errors,
                    (dict(made), errors[:2]))
        self.expect("every service runs after the changes", self.services.states() == {"Running": self.options.services},
                    dict(self.services.states()))
        self.check_marks()
        self.check_objects()

    def check_marks(self):
        """What was changed last is what runs."""
        wrong, looked = [], 0
        for item in self.client.list(KSERVE, "InferenceService")[0]:
            ns = item["metadata"]["namespace"]
            name = next((o["name"] for o in item["metadata"].get("ownerReferences", []) if o["kind"] == "AIMService"), "")
            env = controller_test.env_of(item)
            for kind, key, variable in (("service", (ns, name), "SERVICE_MARK"), ("config", (ns, "default"), "CONFIG_MARK")):
                wanted = self.last[kind].get(key)
                looked += wanted is not None
                if wanted is not None and env.get(variable) != wanted:
                    wrong.append((ns, name, variable, env.get(variable), wanted))
        self.expect("nothing was lost: each last edit is in its InferenceServices", looked and not wrong, (looked, wrong[:5]))

    # --- how fast the status follows ---

    def make_probes(self):
        model = self.workload.models[0]
        config = {"apiVersion": AIM, "kind": "AIMRuntimeConfig", "metadata": {"name": "default", "namespace": "probe-config"},
                  "spec": {"routing": {"pathTemplate": "/first/{.metadata.name}"}}}
        self.client.make_all([
            {"apiVersion": AIM, "kind": "AIMClusterModel", "metadata": {"name": "probe-rare"},
             "spec": {"image": "example.com/models/probe-rare:1.0"}, "status": {"status": "Ready", "sourceType": "Image"}},
            config, template(None, "probe-rare-1", "probe-rare", RARE_GPU, "latency", "fp16", RARE_DEVICE),
            template("probe", "probe-named", model, "MI300X", "latency", "fp16"),
            template("probe-config", "probe-named", model, "MI300X", "latency", "fp16")])
        self.client.make_all([service(ns, name, {"model": {"name": model}, "template": {"name": "probe-named"}})
                              for ns, name in (("probe", "gateway"), ("probe-config", "config"))])

    def probes(self, phase):
        """{what changed: {p50, p95, max, n}}; all kinds at the same time, each in a thread."""
        found, errors = {}, []

        def work(what, probe):
            took = []
            try:
                for i in range(self.options.samples):
                    took.append(probe(f"{phase}-{i}"))
                    time.sleep(PROBE_PAUSE_S)
            except Exception as error:  # pylint: disable=broad-exception-caught
                errors.append(f"{what}: {type(error).__name__}: {error}")
            found[what] = percentiles(took)
        threads = [threading.Thread(target=work, args=(name.replace("_", " "), getattr(self, "probe_" + name)))
                   for name in ("template_added", "node_labelled", "runtime_config_changed", "gateway_refused")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.expect(f"the status followed every probe ({phase})", not errors and len(found) == 4, errors[:3])
        return {k: found[k] for k in sorted(found)}

    def seen_after(self, name, predicate, change, ns="probe"):
        """Seconds from sending a change to the watch that shows its status."""
        one = self.services.expect(ns, name, predicate)
        begin = time.monotonic()
        change()
        return self.services.wait(one, "a change that must be seen") - begin

    def waiting_service(self, name, spec):
        document = service("probe", name, spec)
        self.client.make(document)
        self.services.until("probe", name, has_condition("TemplateReady", "False"), "a service without template")
        return document

    def probe_template_added(self, tag):
        model = self.workload.models[0]
        document = self.waiting_service("template-" + tag, {"model": {"name": model}, "template": {"name": "late-" + tag}})
        late = template("probe", "late-" + tag, model, "MI300X", "latency", "fp16")
        took = self.seen_after("template-" + tag, has_condition("TemplateReady", "True"), lambda: self.client.make(late))
        self.client.delete(document)
        self.client.delete(late)
        return took

    def probe_node_labelled(self, tag):
        document = self.waiting_service("node-" + tag, {"model": {"name": "probe-rare"}})
        node = self.workload.nodes[0]
        labels = {"amd.com/gpu.device-id": RARE_DEVICE, "amd.com/gpu.product-name": f"AMD_Instinct_{RARE_GPU}"}
        took = self.seen_after("node-" + tag, has_condition("TemplateReady", "True"),
                               lambda: self.client.patch(node, {"metadata": {"labels": labels}}))
        self.client.delete(document)
        self.client.patch(node, {"metadata": {"labels": {k: node["metadata"]["labels"][k] for k in labels}}})
        return took

    def probe_runtime_config_changed(self, tag):
        config = {"apiVersion": AIM, "kind": "AIMRuntimeConfig", "metadata": {"name": "default", "namespace": "probe-config"}}
        spec = {"routing": {"pathTemplate": "/" + tag + "/{.metadata.name}"}}
        return self.seen_after("config", lambda item: item["status"].get("routing", {}).get("path", "").startswith(f"/{tag}/"),
                               lambda: self.client.patch(config, {"spec": spec}), "probe-config")

    def probe_gateway_refused(self, tag):
        route = self.route_of("probe", "gateway")
        self.stand_ins.left_alone.add(("probe", route["metadata"]["name"]))
        took = self.seen_after("gateway", has_condition("HTTPRouteReady", "False"), lambda: self.client.patch(
            route, {"status": accepted(route, "NotAllowedByListeners", "no listener takes it: " + tag)}, "status"))
        self.seen_after("gateway", has_condition("HTTPRouteReady", "True"), lambda: self.client.patch(
            route, {"status": accepted(route, "Accepted", "Route is accepted")}, "status"))
        return took

    def route_of(self, ns, name):
        code, found = self.client.request("GET", f"/apis/{GATEWAY}/namespaces/{ns}/httproutes")
        assert code == 200, found
        return next(dict(i, apiVersion=GATEWAY, kind="HTTPRoute") for i in found["items"]
                    if any(o["name"] == name for o in i["metadata"].get("ownerReferences", [])))

    # --- all of it ---

    def run(self, binary, crds):
        self.marking = {}
        self.begin_server(binary, crds)
        self.step("the server is there; making the cluster")
        self.make_cluster()
        self.services = Services(Client(self.server, "load"))
        self.services.watch.start()
        self.stand_ins = BusyStandIns(self.server).start()
        for watch in (self.services.watch, *self.stand_ins.watches):
            if not watch.listed.wait(60):
                raise Lost(f"{watch.kind} could not be listed")
        self.step("the cluster is there; the controller begins")
        self.settle()
        self.step("settled; resting")
        self.rest()
        self.step("probing at rest")
        self.result["rest"]["latency_s"] = self.probes("rest")
        self.until_quiet(self.options.patience)
        self.step("changing")
        self.under_changes()
        if self.options.hold:
            input("everything is measured; Enter ends it ")
        code, seconds = self.controller_process.stop()
        self.controller_process, self.result["stop_s"] = None, round(seconds, 1)
        self.expect("the controller ends well", code == 0, code)

    def finish(self):
        if self.controller_process:
            if self.controller_process.process.poll() is None:
                self.controller_process.kill()
            print("     the controller's last words:\n" + "\n".join(self.controller_process.log().splitlines()[-8:]), flush=True)
        if self.stand_ins:
            self.stand_ins.stop()
            self.services.watch.stop()
        if self.server:
            self.server.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)


def percentiles(values):
    values = sorted(values)
    if not values:
        return {"n": 0}
    at = lambda share: round(values[min(len(values) - 1, int(share * len(values)))], 3)  # noqa: E731
    return {"p50": at(0.5), "p95": at(0.95), "max": round(values[-1], 3), "n": len(values)}


def table(result):
    settle, rest, changes = result["settle"], result["rest"], result["changes"]
    print(f"\n{result['services']} services, {result['templates']} templates, {result['nodes']} nodes")
    for name, value in (
            ("until all run, seconds", settle["all_running_s"]), ("until the last write, seconds", settle["last_write_s"]),
            ("writes a service", settle["writes_per_service"]), ("plans a service", settle["plans_per_service"]),
            ("processor until then, seconds", settle["cpu_s"]), ("memory at most, MB", settle["peak_mb"]),
            ("at rest: processor, % of a core", rest["cpu_percent"]), ("at rest: memory, MB", rest["rss_mb"]),
            ("at rest: writes but renewals", rest["writes"]),
            (f"at {changes['a_second']} changes a second: processor, % of a core", changes["cpu_percent"]),
            ("   memory, MB", changes["rss_mb"]), ("   plans a second", round(changes["plans"] / changes["seconds"], 1)),
            ("   writes a second", round(changes["writes"] / changes["seconds"], 1)),
            ("   until worked off, seconds", changes["worked_off_s"])):
        print(f"  {name:<58} {value:>10}")
    for phase in (rest, changes):
        for what, p in phase["latency_s"].items():
            print(f"  {'at rest' if phase is rest else 'under changes'}: {what:<40}  "
                  f"p50 {p.get('p50')}  p95 {p.get('p95')}  max {p.get('max')} s ({p['n']})")
    for what, n in settle["by_kind"].items():
        print(f"  {n / result['services']:>8.2f} a service: {what}")


def main():
    parser = argparse.ArgumentParser(description="The controller over a large cluster.")
    parser.add_argument("aim", help="the tool")
    parser.add_argument("source", help="the project's folder")
    parser.add_argument("--tier", choices=sorted(TIERS), default="ci", help="how many of each, where the options do not say it")
    for name in ("services", "templates", "nodes"):
        parser.add_argument("--" + name, type=int)
    parser.add_argument("--rate", type=float, default=50, help="changes a second")
    parser.add_argument("--seconds", type=float, default=20, help="how long objects change")
    parser.add_argument("--samples", type=int, default=10, help="how often each kind of latency is measured, at rest and not")
    parser.add_argument("--patience", type=float, default=900, help="seconds until it is given up that anything settles")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="say each thing that is asserted; no time is")
    parser.add_argument("--quiet", action="store_true", help="no word on how far it is")
    parser.add_argument("--hold", action="store_true", help="wait for Enter before the controller is stopped")
    parser.add_argument("--controller-option", dest="controller_options", action="append", default=[], metavar="OPTION",
                        help="one more option of aim controller: --controller-option=-v")
    options = parser.parse_args()
    for name, count in TIERS[options.tier].items():
        if getattr(options, name) is None:
            setattr(options, name, count)
    if options.services < 1 or options.templates < 80 or options.nodes < 3 or options.rate <= 0 or options.samples < 1:
        parser.error("at least 1 service, 80 templates, 3 nodes, a change a second and a sample")
    load = Load(options.aim, os.path.abspath(options.source), options)
    try:
        binary, crds = ApiServer.binary_or_missing(), api_server.foreign_crds()
    except Missing as missing:
        shutil.rmtree(load.scratch)
        print("SKIP the controller over a large cluster:", missing)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    try:
        load.run(binary, crds)
    except Exception as error:  # pylint: disable=broad-exception-caught
        load.expect("the run ended", False, f"{type(error).__name__}: {str(error)[:3000]}")
    finally:
        load.finish()
        shutil.rmtree(crds)
    load.result["seconds_all"] = round(time.monotonic() - load.began, 1)
    if "changes" in load.result:
        table(load.result)
    print(json.dumps(load.result))
    print(f"{load.passed} passed, {len(load.failures)} failed")
    return 1 if load.failures or not load.passed else 0


if __name__ == "__main__":
    sys.exit(main())
