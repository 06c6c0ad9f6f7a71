#!/usr/bin/env python3
"""The controller when what is around it fails: fault_test.py AIM SOURCE [CASE...].

Between it and a real API server stands a proxy that breaks what it carries, by a seed (fault_proxy.py). What must hold is the same
every time: nothing is lost, no wrong object is made or touched, and when the faults are over everything becomes what it would have
become without them. How long that takes is not measured, only limited.

AIM_FAULT_SEEDS are the seeds of the proxy, with commas (1,2 without it); AIM_FAULT_SECONDS is how long the faults of each last.
"""
import contextlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api_server  # noqa: E402  pylint: disable=wrong-import-position
from api_server import ApiServer, Missing  # noqa: E402  pylint: disable=wrong-import-position
from controller_test import MODEL, WRITTEN, Controller, Test, check, owners  # noqa: E402  pylint: disable=wrong-import-position
from fault_proxy import FaultProxy, Faults, answer_text, everything, status_object  # noqa: E402  pylint: disable=wrong-import-position
from stand_ins import AIM, GATEWAY, KSERVE, condition_of  # noqa: E402  pylint: disable=wrong-import-position

SECONDS = float(os.environ.get("AIM_FAULT_SECONDS", "3"))
SEEDS = [int(s) for s in os.environ.get("AIM_FAULT_SEEDS", "1,2").split(",")]
PATIENCE = 90  # seconds: a watch or an object that failed again and again is looked at every 30 s
STRANGER = "stranger"  # the name of what is somebody else's
LEASE = ("Lease", "aim-system", "aim-controller")

KEPT = ("AIMTemplateCache", "AIMArtifact", "PersistentVolumeClaim", "Job")
SERVICE_LABELS = r'"aim\.eai\.amd\.com/service(\.name)?": "[^"]*"'

# Moves the wall clock of a process by the seconds that a file holds; the clock that never goes back stays as it is.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long shift(void) {
    char text[32] = "";
    const char *path = getenv("CLOCK_SHIFT_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    return size > 0 ? atol(text) : 0;
}
int clock_gettime(clockid_t clock, struct timespec *out) {
    static int (*next)(clockid_t, struct timespec *);
    if (!next) next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = next(clock, out);
    if (!result && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) out->tv_sec += shift();
    return result;
}
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""


class FaultTest(Test):
    """With a proxy, and with other kubeconfigs and environments than the server's own."""

    def __init__(self, aim, source):
        super().__init__(aim, source)
        self.running = None  # what may not end with an error while somebody waits for something

    def environment(self):
        """What a sanitizer finds is no exit code of the controller's own."""
        return dict(super().environment(), ASAN_OPTIONS="exitcode=99", UBSAN_OPTIONS="exitcode=99:halt_on_error=1")

    def until(self, what, condition_, seconds=15):
        def holds():
            answer = condition_()
            if not answer and self.running and self.running.process.poll():
                raise AssertionError(f"the controller ended with code {self.running.process.poll()}, not yet: {what}; it said: "
                                     f"{self.running.log()[-700:]}")
            return answer
        return super().until(what, holds, seconds)

    def controller(self, *arguments, kubeconfig=None, environment=None, **more):
        real = (self.server.kubeconfig, self.environment)
        if kubeconfig:
            self.server.kubeconfig = lambda who: kubeconfig
        if environment:
            self.environment = lambda: dict(real[1](), **environment)
        try:
            self.running = Controller(self, "--lease-namespace", "aim-system", *arguments, **more)
            return self.running
        finally:
            self.server.kubeconfig, self.environment = real

    @contextlib.contextmanager
    def proxy(self, seed=0):
        proxy = FaultProxy(self.server, tempfile.mkdtemp(dir=self.scratch), seed).start()
        try:
            yield proxy
        except AssertionError as error:
            raise AssertionError(f"{error}; the proxy's seed is {seed}, what it did: {dict(proxy.tally)}") from None
        finally:
            proxy.stop()

    def token(self):
        """The controller's."""
        with open(self.server.kubeconfig("controller"), encoding="utf-8") as file:
            return re.search(r"token: (\S+)", file.read()).group(1)

    def holder(self):
        return ((self.get(*LEASE) or {}).get("spec") or {}).get("holderIdentity")

    def vacate(self):
        """Whoever held the lease is gone. It says when that was: what was written until then is nobody else's."""
        if self.get(*LEASE):
            self.patch(*LEASE, {"spec": {"holderIdentity": "", "leaseDurationSeconds": 1, "renewTime": time.strftime(
                "%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())}})

    def apply(self, document, manager, **query):
        parameters = "".join(f"&{k}={v}" for k, v in query.items())
        code, answer = self.server.request("PATCH", self.server.path(document) + f"?fieldManager={manager}{parameters}", document,
                                           "application/apply-patch+yaml")
        assert code in (200, 201), answer
        return answer

    # --- what somebody else has in the namespace ---

    def strangers(self, ns):
        """Objects of the kinds that the controller writes, with labels like its own; nobody of AIM has made them."""
        meta = {"name": STRANGER, "namespace": ns, "labels": {"aim.eai.amd.com/service.name": "keep"}}
        documents = [
            {"apiVersion": KSERVE, "kind": "InferenceService", "metadata": meta,
             "spec": {"predictor": {"containers": [{"name": "kserve-container", "image": "example.com/theirs:1"}]}}},
            {"apiVersion": GATEWAY, "kind": "HTTPRoute", "metadata": meta, "spec": {"parentRefs": [{"name": "theirs"}]}},
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta,
             "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]
        for document in documents:
            self.apply(document, "somebody")
        self.until("the strangers are at rest", lambda: condition_of(
            self.get("InferenceService", ns, STRANGER), "Ready") == "True" and self.get(
                "HTTPRoute", ns, STRANGER).get("status", {}).get("parents") and self.get(
                    "PersistentVolumeClaim", ns, STRANGER)["status"].get("phase") == "Bound")
        time.sleep(.3)
        return self.seen_strangers(ns)

    def seen_strangers(self, ns):
        return {kind: (item["metadata"]["uid"], item["metadata"]["resourceVersion"]) for kind, item in (
            (kind, self.get(kind, ns, STRANGER)) for kind in ("InferenceService", "HTTPRoute", "PersistentVolumeClaim")) if item}

    # --- what has to be there at the end ---

    def own(self, kind, ns):
        """Claims that are deleted stay here for ever: nobody takes their protection away."""
        return [item for item in self.list(kind, ns) if item["metadata"]["name"] != STRANGER and not (
            kind == "PersistentVolumeClaim" and item["metadata"].get("deletionTimestamp"))]

    def converges(self, ns, wanted, seconds=PATIENCE):
        """Waits until the services are what was asked for, and looks at everything that there is then."""
        def state():
            found = {}
            for item in self.own("AIMService", ns):
                found[item["metadata"]["name"]] = (item.get("status", {}).get("status"), bool(
                    item["metadata"].get("deletionTimestamp")))
            return found

        def lots():
            found = {}
            for item in self.own("InferenceService", ns):
                for owner in item["metadata"].get("ownerReferences", []):
                    found[owner["name"]] = item["spec"]["predictor"].get("minReplicas")
            return found
        running = {name: ("Running", False) for name in wanted}
        replicas = {name: spec.get("replicas", 1) for name, spec in wanted.items()}
        routed = {name for name, spec in wanted.items() if spec.get("routing", {}).get("enabled", True)}

        def routes():
            return {owner["name"] for item in self.own("HTTPRoute", ns) for owner in item["metadata"]["ownerReferences"]}
        try:
            took = self.until("everything is as if nothing had happened",
                              lambda: state() == running and lots() == replicas and routes() == routed, seconds)
        except AssertionError as error:
            messages = {i["metadata"]["name"]: [(c["type"], c["reason"], c.get("message", "")[:150]) for c in
                                                i.get("status", {}).get("conditions") or [] if c["status"] != "True"]
                        for i in self.own("AIMService", ns)}
            raise AssertionError(f"{error}: {state()} instead of {sorted(wanted)}; replicas {lots()} instead of "
                                 f"{replicas}; routes of {routes()} instead of {routed}; {messages}; stand-ins: "
                                 f"{self.stand_ins.errors[-3:]}") from None
        self.quiet(at_most=40)
        begin = time.monotonic()
        while True:  # the garbage collector takes its time
            try:
                self.is_exact(ns, wanted)
                return took
            except AssertionError:
                if time.monotonic() - begin > 20:
                    raise
                time.sleep(.2)

    def is_exact(self, ns, wanted):
        """One of each for each, under its owner, and nothing besides."""
        services = {i["metadata"]["name"]: i for i in self.own("AIMService", ns)}
        assert services.keys() == wanted.keys(), (services.keys(), wanted.keys())
        uids = {i["metadata"]["uid"]: name for name, i in services.items()}
        for kind in ("InferenceService", "HTTPRoute"):
            found = sorted(uids.get(o["uid"], "an owner that is gone") for i in self.own(kind, ns)
                           for o in i["metadata"]["ownerReferences"])
            expected = sorted(n for n, spec in wanted.items() if kind == "InferenceService" or
                              spec.get("routing", {}).get("enabled", True))
            assert found == expected, (kind, found, expected)
        caches = {i["metadata"]["uid"]: i for i in self.own("AIMTemplateCache", ns)}
        used = {i["status"]["cache"]["templateCacheRef"]["uid"] for i in services.values()}
        assert used == caches.keys(), ("caches", used, {u: c["metadata"]["name"] for u, c in caches.items()})
        dedicated = sorted(uids.get(o["uid"], "an owner that is gone") for c in caches.values()
                           for o in c["metadata"].get("ownerReferences", []))
        assert dedicated == sorted(n for n, spec in wanted.items() if spec.get("caching")), dedicated
        artifacts = {i["metadata"]["uid"]: (i["metadata"]["name"], owners(i), i["metadata"].get("labels"))
                     for i in self.own("AIMArtifact", ns)}
        assert len(artifacts) == len(caches), (artifacts, [c["metadata"]["name"] for c in caches.values()])
        for kind in ("PersistentVolumeClaim", "Job"):
            of = sorted(o["uid"] for i in self.own(kind, ns) for o in i["metadata"]["ownerReferences"])
            assert of == sorted(artifacts), (kind, of, artifacts)

    def shape(self, ns):
        """Everything that was written there, but for what differs from namespace to namespace and from moment to moment."""
        found = []
        for kind in WRITTEN:
            for item in self.own(kind, ns) if kind != "Event" else []:
                meta, status = item["metadata"], item.get("status", {})
                if kind == "RoleBinding":  # one for all artifacts: it says which of them came last
                    meta["labels"] = None
                whole = {"kind": kind, "name": meta["name"], "spec": item.get("spec"), "labels": meta.get("labels"),
                         "annotations": meta.get("annotations"), "owners": owners(item), "finalizers": meta.get("finalizers"),
                         "managers": sorted({m["manager"] for m in meta["managedFields"] if m["operation"] == "Apply"}),
                         "status": status.get("status") if isinstance(status, dict) else None,
                         "conditions": sorted((c["type"], c["status"], c.get("reason"), c.get("message")) for c in
                                              status.get("conditions") or []) if kind.startswith("AIM") else None}
                text = json.dumps(whole, sort_keys=True).replace(ns, "NS")
                text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID", text)
                text = re.sub(r'(?<=-)([0-9a-f]{8}|[0-9a-f]{10})(?=[-"/. ])', "HASH", text)
                if kind in KEPT:  # whoever came first has made it
                    text = re.sub(SERVICE_LABELS, "ANY", text)
                found.append(re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text))
        return sorted(found)

    def is_as_undisturbed(self, ns, wanted):
        """Another namespace, to which nothing happens, gets the same services at once: afterwards both hold the same."""
        calm = self.namespace(ns + "-calm")
        with self.controller():
            for name, spec in wanted.items():
                self.service(calm, name, **spec)
            self.converges(calm, wanted)
            mine, theirs = self.shape(ns), self.shape(calm)
        differences = [f"-{x}" for x in theirs if x not in mine] + [f"+{x}" for x in mine if x not in theirs]
        assert not differences, "\n".join(d[:1500] for d in differences[:6])


class Churn:
    """Somebody who makes, changes and deletes services, directly at the server."""

    def __init__(self, t, ns, seed):
        self.t, self.ns, self.dice, self.wanted = t, ns, random.Random(f"churn {seed}"), {}
        self.done = []
        for name, spec in (("keep", {}), ("image", {"model": {"image": "example.com/aim-tiny:1.0"}}),
                           ("dedicated", {"caching": {"mode": "Dedicated"}})):
            self.make(name, spec)

    def make(self, name, spec):
        spec = dict({"model": {"name": MODEL}}, **spec, replicas=self.dice.randrange(1, 30))
        document = dict(self.t.ref("AIMService", self.ns, name), spec=spec)
        code, _ = self.t.server.request("POST", self.t.server.path(document, name=False), document)
        assert code in (201, 409), code  # the one of that name is still going
        if code == 201:
            self.wanted[name] = spec
            self.done.append("+" + name)

    def change(self, name, **spec):
        self.wanted[name] = dict(self.wanted[name], **spec)
        self.t.patch("AIMService", self.ns, name, {"spec": spec})
        self.done.append("~" + name)

    def remove(self, name):
        self.t.delete("AIMService", self.ns, name)
        del self.wanted[name]
        self.done.append("-" + name)

    def step(self):
        dice, extra = self.dice, [n for n in self.wanted if n.startswith("x")]
        point = dice.random()
        if point < .35 and len(extra) < 4:
            spec = {"caching": {"mode": "Dedicated"}} if dice.random() < .3 else {}
            free = [n for n in ("x0", "x1", "x2", "x3", "x4") if n not in self.wanted]
            self.make(dice.choice(free), spec)
        elif point < .55 and extra:
            self.remove(dice.choice(extra))
        elif point < .9:
            self.change(dice.choice(sorted(self.wanted)), replicas=dice.randrange(1, 30))
        else:
            self.change(dice.choice(sorted(self.wanted)), routing={"enabled": dice.random() < .6})

    def run(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.step()
            time.sleep(self.dice.uniform(.1, .5))


# --- the cases ---

def seeded_faults(t, seed):
    ns = t.namespace(f"seed-{seed}")
    strangers = t.strangers(ns)
    place = t.mark()
    with t.proxy(seed) as proxy, t.controller(kubeconfig=proxy.kubeconfig("controller", t.token())) as c:
        t.until("it leads", t.holder)
        proxy.faults = everything()
        churn = Churn(t, ns, seed)
        churn.run(SECONDS)
        faults, proxy.faults = sum(n for k, n in proxy.tally.items()), Faults()
        assert c.process.poll() is None, c.log()[-1500:]
        took = t.converges(ns, churn.wanted)
        t.note(f"{len(churn.done)} changes, {faults} faults in {len(proxy.seen)} requests: {dict(sorted(proxy.tally.items()))}")
        t.note(f"as it should be {took:.1f} s after the last of them; writes: {len(t.writes(place, ns=ns))}")
        assert faults >= 5 * SECONDS, proxy.tally  # or nothing was tried
        # one change at a time, and nothing else that could wake anybody: what is lost now stays lost
        proxy.faults = Faults(unsent=.15, unanswered=.1, cut=.1, below=.05)
        slowest = max(changed_alone(t, proxy, churn, 50 + i) for i in range(3))
        proxy.calm()
        t.note(f"a single change among faults took {slowest:.1f} s at most")
        t.converges(ns, churn.wanted)
        assert t.seen_strangers(ns) == strangers, (t.seen_strangers(ns), strangers)
    t.is_as_undisturbed(ns, churn.wanted)


def changed_alone(t, proxy, churn, replicas):
    """Seconds until a change of one service has come through that was made around the moment at which all watches were cut."""
    proxy.cut_watches()
    time.sleep(churn.dice.uniform(0, .2))
    churn.change("keep", replicas=replicas)
    return t.until(f"{replicas} replicas", lambda: [i for i in t.own("InferenceService", churn.ns) if i["spec"]["predictor"].get(
        "minReplicas") == replicas], PATIENCE)


def faults_by_seed(seed):
    def case(t):
        seeded_faults(t, seed)
    case.__name__ = f"faults_of_seed_{seed}_leave_no_trace"
    return case


class Keeper:
    """What a Deployment does: of several controllers, one that has ended is started again."""

    def __init__(self, t, kubeconfig, count):
        self.t, self.kubeconfig, self.started, self.problems, self.log = t, kubeconfig, 0, [], []
        self.running = [self.begin() for _ in range(count)]
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def begin(self):
        self.started += 1
        controller = self.t.controller("--identity", f"replica-{self.started}", kubeconfig=self.kubeconfig)
        self.t.running = None  # it may end
        return controller

    def look(self):
        while not self.stopping.wait(.2):
            for i, controller in enumerate(self.running):
                code = controller.process.poll()
                if code is None:
                    continue
                said = [line for line in controller.log().splitlines() if " ERROR " in line]
                self.log.append(said[-1].partition(" ERROR ")[2][:80] if said else f"nothing, code {code}")
                if code != 1 or not said or self.started > 20:
                    self.problems.append((code, controller.log()[-1500:]))
                    return
                self.running[i] = self.begin()

    def stop(self):
        self.stopping.set()
        self.thread.join()
        for controller in self.running:
            controller.stop()


def faults_that_reach_the_lease_cost_time_alone(t):
    ns, seed = t.namespace("replicas"), SEEDS[0] + 1000
    strangers = t.strangers(ns)
    with t.proxy(seed) as proxy:
        proxy.spare = lambda request: False
        keeper = Keeper(t, proxy.kubeconfig("controller", t.token()), 2)
        try:
            t.until("one leads and the other waits", lambda: t.holder() and all(
                "everything is read" in c.log() for c in keeper.running), 30)
            proxy.faults = everything()
            churn = Churn(t, ns, seed)
            churn.run(SECONDS / 2)
            # longer than a lease may go without being renewed: whoever holds it has to stop
            proxy.storm = lambda request: request.is_lease and (0, answer_text(
                429, status_object(429, "TooManyRequests", "busy")))
            churn.run(SECONDS / 2)
            t.until("the holder has ended", lambda: any("the lease is lost" in words for words in keeper.log), PATIENCE)
            churn.run(1)  # work for the next one
            proxy.calm()
            took = t.converges(ns, churn.wanted)
            t.note(f"as it should be {took:.1f} s later; {keeper.started} controllers were started; the last words of those that "
                   f"ended: {keeper.log}; the proxy did {dict(sorted(proxy.tally.items()))}")
            assert not keeper.problems, keeper.problems
            assert t.seen_strangers(ns) == strangers, (t.seen_strangers(ns), strangers)
        finally:
            keeper.stop()


def a_storm_of_429_is_waited_out(t):
    ns = t.namespace("storm")
    dice = random.Random(429)

    def storm(request):
        """Everything but the lease. Watches are always told for how long."""
        if request.is_lease:
            return None
        seconds = 2 if request.is_watch else dice.choice((0, 1, 2))
        fields = {"Retry_After": seconds} if seconds else {}
        if dice.random() < .5:
            return seconds, answer_text(429, b"Too many requests, please try again later.\n", "text/plain", **fields)
        return seconds, answer_text(429, status_object(429, "TooManyRequests", "busy"), **fields)
    with t.proxy(1) as proxy, t.controller(kubeconfig=proxy.kubeconfig("controller", t.token())) as c:
        churn = Churn(t, ns, 429)
        t.until_status(ns, "keep", "Running")
        t.quiet()
        proxy.storm = storm
        begin, proxy.seen[:] = time.monotonic(), []
        proxy.cut_watches()
        for i in range(3):
            churn.make(f"x{i}", {})
            churn.change("keep", replicas=40 + i)
            time.sleep(1.5)
        churn.remove("x0")
        time.sleep(1)
        seen, seconds = [s for s in proxy.seen if not s.is_lease], time.monotonic() - begin
        proxy.calm()
        t.note(f"{len(seen)} requests in a storm of {seconds:.1f} s, {sum(s.is_watch for s in seen)} of them watches")
        assert all(s.status == 429 for s in seen) and sum(s.is_watch for s in seen) >= 20, {s.status for s in seen}
        assert len(seen) <= 400, len(seen)
        last = {}
        for s in seen:  # each kind is watched by one: it comes again no sooner than it was told
            key = (s.path, s.is_watch)
            before = last.get(key)
            if s.is_watch and before and "/pods" not in s.path:
                assert s.when - before.answered >= before.retry_after - .05, (s.path, s.when - before.answered)
            last[key] = s
        t.note(f"as it should be {t.converges(ns, churn.wanted):.1f} s after it")
        assert c.process.poll() is None


def bound_token(t, name):
    """A token of the controller's account that ends with the Secret of that name."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "aim-system"}}
    code, made = t.server.request("POST", "/api/v1/namespaces/aim-system/secrets", secret)
    assert code == 201, made
    ask = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {
        "expirationSeconds": 600, "boundObjectRef": {"kind": "Secret", "apiVersion": "v1", "name": name,
                                                     "uid": made["metadata"]["uid"]}}}
    code, answer = t.server.request("POST", "/api/v1/namespaces/aim-system/serviceaccounts/aim-controller/token", ask)
    assert code == 201, answer
    return answer["status"]["token"]


def replace_file(path, text):
    """As the kubelet does: whoever opens it sees the old one or the new one."""
    with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def is_accepted(t, token):
    mine, t.server.token = t.server.token, token
    try:
        return t.server.request("GET", "/version/")[0] != 401 and t.server.request(
            "GET", "/apis/aim.eai.amd.com/v1alpha1/aimservices?limit=1")[0] == 200
    finally:
        t.server.token = mine


def a_token_that_the_server_revokes_is_read_again(t):
    ns, path = t.namespace("rotated"), os.path.join(t.scratch, "token")
    old, new = bound_token(t, "first"), bound_token(t, "second")
    replace_file(path, old + "\n")
    with t.proxy(1) as proxy, t.controller(kubeconfig=proxy.kubeconfig("rotating", token_file=path)) as c:
        t.service(ns, "before")
        t.until_status(ns, "before", "Running")
        replace_file(path, new + "\n")
        code, answer = t.server.request("DELETE", "/api/v1/namespaces/aim-system/secrets/first")
        assert code == 200, answer
        # the server believes a token for some seconds after it has looked
        t.until("the server refuses the old token", lambda: not is_accepted(t, old), 60)
        proxy.seen[:] = []
        proxy.cut_watches()  # all of which come back at one time
        for i in range(4):
            t.service(ns, f"after-{i}")
        for i in range(4):
            t.until_status(ns, f"after-{i}", "Running", PATIENCE)
        t.note(f"answers 401: {sum(s.status == 401 for s in proxy.seen)}")
        assert c.process.poll() is None, c.log()[-800:]
        assert old not in c.log() and new not in c.log()
        t.quiet()
    t.is_exact(ns, {name: {} for name in ("before", "after-0", "after-1", "after-2", "after-3")})


def a_token_that_ends_under_many_requests_ends_nothing(t):
    """Every request that is under way is refused at one time, and the next token is in the file already."""
    ns, path = t.namespace("rotated-at-once"), os.path.join(t.scratch, "token-at-once")
    tokens = [bound_token(t, f"at-once-{i}") for i in range(3)]
    replace_file(path, tokens[0])
    with t.proxy(1) as proxy, t.controller(kubeconfig=proxy.kubeconfig("rotating", token_file=path)) as c:
        churn, refused = Churn(t, ns, 401), []
        for before, after in zip(tokens, tokens[1:]):
            t.until("it leads", t.holder)
            churn.run(1.5)
            replace_file(path, after)
            proxy.revoked.add(before)
            proxy.cut_watches()
            churn.run(2)
            assert c.process.poll() is None, c.log()[-800:]
            refused.append(proxy.tally["401"] - sum(refused))
        t.note(f"answers 401: {refused}")
        assert min(refused) >= 3, refused  # more than one at a time, or nothing was tried
        t.converges(ns, churn.wanted)


@contextlib.contextmanager
def clock(t, name):
    """(environment of a process, a function that moves its wall clock to so many seconds from ours)"""
    library, path = os.path.join(t.scratch, "clock.so"), os.path.join(t.scratch, "clock-" + name)
    if not os.path.exists(library):
        built = subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-x", "c", "-", "-o", library, "-ldl"], input=SHIM, text=True,
                               stderr=subprocess.PIPE, check=False)
        assert not built.returncode, built.stderr

    def move(seconds):
        replace_file(path, str(int(seconds)))
    move(0)
    yield {"LD_PRELOAD": library, "CLOCK_SHIFT_FILE": path, "ASAN_OPTIONS": "exitcode=99:verify_asan_link_order=0"}, move


def clocks_that_jump_change_nothing(t):
    ns, day = t.namespace("clocks"), 86400
    with t.proxy(1) as proxy, clock(t, "first") as (first_clock, move_first), clock(t, "second") as (second_clock, move_second):
        kubeconfig = proxy.kubeconfig("controller", t.token())
        with t.controller("--identity", "first", kubeconfig=kubeconfig, environment=first_clock) as first:
            t.until("the first leads", lambda: t.holder() == "first")
            churn = Churn(t, ns, 7)
            t.until_status(ns, "keep", "Running")
            t.quiet()
            proxy.seen[:] = []
            with t.controller("--identity", "second", kubeconfig=kubeconfig, environment=second_clock) as second:
                terms = t.get(*LEASE)["spec"]["leaseTransitions"]
                t.until("the second looks at the lease", lambda: [s for s in proxy.seen if s.is_lease and s.method == "GET"])
                place = t.mark()
                for ahead, behind in ((3600, -3600), (-20 * day, 20 * day), (-60, 5)):
                    move_first(ahead)
                    move_second(behind)
                    time.sleep(2)
                told = t.get(*LEASE)["spec"]["renewTime"]
                assert not t.writes(place), t.tally(t.writes(place))
                move_first(-20 * day)
                proxy.cut_watches()  # new connections, by a clock that is wrong
                churn.change("keep", replicas=40)
                churn.make("x0", {})
                t.note(f"as it should be {t.converges(ns, churn.wanted):.1f} s later; the lease says {told}")
                moved = t.get(*LEASE)["spec"]["renewTime"]
                # the clock that was moved is the one that it writes down: or nothing was tested
                assert moved < time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 19 * day)), moved
                assert t.holder() == "first" and t.get(*LEASE)["spec"]["leaseTransitions"] == terms, t.get(*LEASE)["spec"]
                assert first.process.poll() is None and second.process.poll() is None


def one_whose_clock_is_behind_can_be_started_again(t):
    """Its lease says by its own clock when it wrote, the server by another one: they are nobody else's writes for all that."""
    ns = t.namespace("behind")
    with t.proxy(1) as proxy, clock(t, "behind") as (environment, move):
        kubeconfig = proxy.kubeconfig("controller", t.token())
        move(-1800)
        for name in ("chat", "second"):
            with t.controller("--identity", name, kubeconfig=kubeconfig, environment=environment):
                t.service(ns, name)
                t.until_status(ns, name, "Running", PATIENCE)


def a_writer_who_fights_for_fields_gets_bounded_answers(t):
    ns = t.namespace("fight")
    fought, stop = {"spec": 0, "status": 0}, threading.Event()
    with t.controller() as c:
        t.service(ns, "chat")
        t.service(ns, "other")
        t.until_status(ns, "chat", "Running")
        t.until_status(ns, "other", "Running")
        t.quiet()
        isvc = next(i for i in t.list("InferenceService", ns) if owners(i)[0][1] == "chat")["metadata"]["name"]
        body = {"apiVersion": KSERVE, "kind": "InferenceService", "metadata": {"name": isvc, "namespace": ns}}

        def fight_for_spec():
            while not stop.wait(.1):
                replicas = 2 + fought["spec"] % 3
                t.apply(dict(body, spec={"predictor": {"minReplicas": replicas}}), "somebody", force="true")
                fought["spec"] += 1

        def fight_for_status():
            while not stop.wait(.4):
                t.server.request("PATCH", t.server.path(t.ref("AIMService", ns, "other"), subresource="status") +
                                 "?fieldManager=somebody", {"status": {"status": "Pending"}}, "application/merge-patch+json")
                fought["status"] += 1
        place = t.mark()
        fighters = [threading.Thread(target=f, daemon=True) for f in (fight_for_spec, fight_for_status)]
        for fighter in fighters:
            fighter.start()
        t.service(ns, "bystander")
        t.until_status(ns, "bystander", "Running", PATIENCE)
        time.sleep(8)
        stop.set()
        for fighter in fighters:
            fighter.join()
        made = t.writes(place, ns=ns)
        about = {name: [r for r in made if r["objectRef"].get("name") == name and r["objectRef"]["resource"] != "events"]
                 for name in (isvc, "chat", "other")}
        events = [r for r in made if r["objectRef"]["resource"] == "events"]
        t.note(f"{fought['spec']} writes of the field and {fought['status']} of the status were answered by " + ", ".join(
            f"{len(v)} of {k}" for k, v in about.items()) + f" and {len(events)} events")
        assert fought["spec"] >= 30 and fought["status"] >= 8, fought
        assert about[isvc] and about["other"], about.keys()  # it noticed
        assert len(about[isvc]) + len(about["chat"]) <= 60, t.tally(made)
        assert len(about["other"]) <= 2 * fought["status"] + 5, t.tally(made)
        assert len(events) <= 2 * fought["status"] + 40, t.tally(events)
        assert t.get("InferenceService", ns, isvc)["spec"]["predictor"]["minReplicas"] in (2, 3, 4)
        t.apply(dict(body, spec={"predictor": {}}), "somebody")  # lets it go
        took = max(t.until_status(ns, "chat", "Running", PATIENCE), t.until_status(ns, "other", "Running", PATIENCE))
        t.until("the field is its own again", lambda: t.get("InferenceService", ns, isvc)["spec"]["predictor"].get(
            "minReplicas") == 1, PATIENCE)
        t.note(f"mended {took:.1f} s after the end of it")
        t.quiet()
        assert c.process.poll() is None


def one_that_has_seen_none_of_it_finds_nothing_to_do(t):
    """Nothing was missed, and nothing is only believed: after all the other cases."""
    before = t.versions()
    t.note(f"{len(before)} objects")
    with t.controller("--until-settled", "--timeout", "30") as c:
        assert c.wait(40) == 0, c.log()[-1000:]
    after = t.versions()
    assert after == before, {k: (before.get(k), after.get(k)) for k in before.keys() | after.keys()
                             if before.get(k) != after.get(k)}


CASES = [*(faults_by_seed(s) for s in SEEDS), faults_that_reach_the_lease_cost_time_alone, a_storm_of_429_is_waited_out,
         a_token_that_the_server_revokes_is_read_again, a_token_that_ends_under_many_requests_ends_nothing,
         clocks_that_jump_change_nothing, one_whose_clock_is_behind_can_be_started_again, a_writer_who_fights_for_fields_gets_bounded_answers,
         one_that_has_seen_none_of_it_finds_nothing_to_do]


def main():
    t = FaultTest(sys.argv[1], os.path.abspath(sys.argv[2]))
    cases, counts, skipped = [c for c in CASES if not sys.argv[3:] or c.__name__ in sys.argv[3:]], [0, 0], 0
    try:
        if not shutil.which("openssl"):
            raise Missing("there is no openssl")
        binary = ApiServer.binary_or_missing()
        crds = api_server.foreign_crds()
    except Missing as missing:
        print("SKIP the controller among faults:", missing)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    if not shutil.which("cc"):
        moved = (clocks_that_jump_change_nothing, one_whose_clock_is_behind_can_be_started_again)
        skipped, cases = len(cases), [c for c in cases if c not in moved]
        skipped -= len(cases)
        print("SKIP clocks that jump: there is no C compiler for the clock")
    try:
        t.begin(binary, crds, "full")
        for case in cases:
            t.running = None
            t.vacate()
            check(t, [case], counts)
    finally:
        t.end()
        shutil.rmtree(crds)
        shutil.rmtree(t.scratch)
    print(f"{counts[0]} passed, {counts[1]} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if counts[1] or not counts[0] else 0


if __name__ == "__main__":
    sys.exit(main())
