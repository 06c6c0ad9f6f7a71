"""The stand-ins of the live tests for thousands of objects: told by watches what changed, at work on several connections."""
import heapq
import os
import queue
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "live"))
from stand_ins import AGENT, GATEWAY, KSERVE, StandIns, condition  # noqa: E402  pylint: disable=wrong-import-position

from api_client import Client, Watch  # noqa: E402  pylint: disable=wrong-import-position


class Worker:
    """Looks after its share of the objects: one thread, so that no two look at the same one."""

    def __init__(self, owner):
        self.owner = owner
        self.told = queue.SimpleQueue()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        later = []  # (when, uid)
        while not self.owner.stopping.is_set():
            now = time.monotonic()
            if later and later[0][0] <= now:
                uid = heapq.heappop(later)[1]
            else:
                try:
                    uid = self.told.get(timeout=min(later[0][0] - now, 0.5) if later else 0.5)
                except queue.Empty:
                    continue
            again = self.owner.look(uid)
            if again:
                heapq.heappush(later, (again, uid))


class BusyStandIns(StandIns):
    """start() and stop() as before; step() is not used."""

    def __init__(self, server, delay=0.3, workers=8):
        super().__init__(server, delay)
        self.client = Client(server, AGENT)
        self.acts = {"HTTPRoute": self.route, "PersistentVolumeClaim": self.claim, "Job": self.job,
                     "InferenceService": self.inference_service, "Pod": self.pod}
        self.left_alone = set()  # (namespace, name): routes that somebody else answers for
        self.own = threading.local()
        self.workers = [Worker(self) for _ in range(workers)]
        self.latest = {}
        self.watches = [Watch(self.client, version, kind, self.told) for version, kind in (
            (GATEWAY, "HTTPRoute"), ("v1", "PersistentVolumeClaim"), ("batch/v1", "Job"), (KSERVE, "InferenceService"),
            ("v1", "Pod"))]

    def start(self):
        for worker in self.workers:
            worker.thread.start()
        for watch in self.watches:
            watch.start()
        return self

    def stop(self):
        self.stopping.set()
        for watch in self.watches:
            watch.stop()
        for worker in self.workers:
            worker.thread.join(timeout=10)

    def told(self, change, item, _):
        uid = item["metadata"]["uid"]
        if change == "DELETED":
            self.latest.pop(uid, None)
            self.seen.pop(uid, None)
            return
        self.latest[uid] = item
        self.workers[hash(uid) % len(self.workers)].told.put(uid)

    def look(self, uid):
        """When to look again, None: when it has changed."""
        item = self.latest.get(uid)
        self.own.again = None
        if item:
            try:
                self.acts[item["kind"]](item)
            except Exception as error:  # pylint: disable=broad-exception-caught
                self.errors.append(f"{item['kind']} {item['metadata']['name']}: {error}")
        return self.own.again

    def request(self, method, path, body=None, content_type="application/json"):
        return self.client.request(method, path, body, content_type)

    def waited(self, item):
        until = self.seen.setdefault(item["metadata"]["uid"], time.monotonic()) + self.delay
        if time.monotonic() >= until:
            return True
        self.own.again = until
        return False

    def route(self, item):
        """A gateway takes each version of a route."""
        if (item["metadata"]["namespace"], item["metadata"]["name"]) in self.left_alone:
            return
        parents = item.get("status", {}).get("parents") or []
        generation = item["metadata"]["generation"]
        if parents and parents[0]["conditions"][0].get("observedGeneration") == generation:
            return
        self.status(item, accepted(item, "Accepted", "Route is accepted"))


def accepted(route, reason, message):
    """The status of a route by a gateway that takes it, or for another reason does not."""
    generation = route["metadata"]["generation"]
    conditions = [condition("Accepted", "True" if reason == "Accepted" else "False", reason, message,
                            observedGeneration=generation),
                  condition("ResolvedRefs", "True", "ResolvedRefs", "All references are resolved", observedGeneration=generation)]
    return {"parents": [{"parentRef": ref, "controllerName": "example.com/gateway", "conditions": conditions}
                        for ref in route["spec"]["parentRefs"]]}
