"""Requests and watches for a load: connections that stay open, one for each thread that asks."""
import concurrent.futures
import http.client
import json
import threading
import time

JSON, MERGE = "application/json", "application/merge-patch+json"


class Refused(Exception):
    """The server said no to something that a bench cannot do without."""


class Client:
    """What an ApiServer is asked as, under a user agent of its own."""

    def __init__(self, server, agent):
        self.server, self.agent = server, agent
        self.own = threading.local()

    def connect(self):
        return http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=60, context=self.server.tls)

    def headers(self, content_type=None):
        return {"Authorization": "Bearer " + self.server.token, "User-Agent": self.agent,
                **({"Content-Type": content_type} if content_type else {})}

    def request(self, method, path, body=None, content_type=JSON):
        """(code, answer). What a server closed or is too busy for is asked again: the callers' requests may be repeated."""
        text = json.dumps(body) if body is not None else None
        for attempt in range(5):
            connection = getattr(self.own, "connection", None)
            try:
                if not connection:
                    connection = self.own.connection = self.connect()
                connection.request(method, path, text, self.headers(content_type if text else None))
                answer = connection.getresponse()
                code, read = answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                if connection:
                    connection.close()
                self.own.connection = None
                if attempt == 4:
                    raise
                continue
            if code != 429:
                break
            time.sleep(0.1 * (attempt + 1))
        try:
            return code, json.loads(read or b"null")
        except ValueError:
            return code, {"message": read.decode(errors="replace")[:500]}

    def path(self, document, name=True, subresource=None):
        return self.server.path(document, name, subresource)

    def make(self, document):
        """Makes the object, with its status where the kind has one of its own."""
        status = document.get("status")
        code, answer = self.request("POST", self.path(document, name=False), document)
        if code not in (201, 409):
            raise Refused(f"{document['kind']} {document['metadata']['name']}: {answer.get('message')}")
        if status and not document["kind"] == "Node":  # a node keeps the status that it registers with
            self.patch(document, {"status": status}, "status")

    def patch(self, document, body, subresource=None):
        code, answer = self.request("PATCH", self.path(document, subresource=subresource), body, MERGE)
        if code != 200:
            raise Refused(f"{document['kind']} {document['metadata']['name']}: {answer.get('message')}")
        return answer

    def delete(self, document):
        code, answer = self.request("DELETE", self.path(document))
        if code not in (200, 202, 404):
            raise Refused(f"{document['kind']} {document['metadata']['name']}: {answer.get('message')}")

    def list(self, api_version, kind):
        items, more = [], ""
        plural, _ = self.server.resource(api_version, kind)
        path = ("/api/" if api_version == "v1" else "/apis/") + api_version + "/" + plural
        while True:
            code, found = self.request("GET", path + "?limit=500" + more)
            if code != 200:
                raise Refused(f"{kind}: {found.get('message')}")
            items += found["items"]
            token = found["metadata"].get("continue")
            if not token:
                return items, found["metadata"]["resourceVersion"]
            more = "&continue=" + token

    def make_all(self, documents, threads=8):
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(self.make, documents):
                pass


class Watch:
    """Tells every object of a kind, and each change of it, as (type, object, monotonic seconds of its arrival)."""

    def __init__(self, client, api_version, kind, told):
        self.client, self.api_version, self.kind, self.told = client, api_version, kind, told
        self.known = {}  # uid: object
        self.stopping = False
        self.connection = None
        self.listed = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.stopping = True
        connection = self.connection
        if connection and connection.sock:
            try:
                connection.sock.shutdown(2)
            except OSError:
                pass
        self.thread.join(timeout=10)

    def run(self):
        while not self.stopping:
            try:
                self.follow(self.begin())
            except (OSError, ValueError, AttributeError, http.client.HTTPException, Refused):
                if not self.stopping:  # cut off, or the version is too old: read all of it again
                    time.sleep(0.2)

    def begin(self):
        items, version = self.client.list(self.api_version, self.kind)
        now, before, self.known = time.monotonic(), self.known, {}
        for item in items:
            item.update(apiVersion=self.api_version, kind=self.kind)
            self.known[item["metadata"]["uid"]] = item
            if before.get(item["metadata"]["uid"], {}).get("metadata", {}).get("resourceVersion") != \
                    item["metadata"]["resourceVersion"]:
                self.told("MODIFIED" if item["metadata"]["uid"] in before else "ADDED", item, now)
        for uid in before.keys() - self.known.keys():
            self.told("DELETED", before[uid], now)
        self.listed.set()
        return version

    def follow(self, version):
        plural, _ = self.client.server.resource(self.api_version, self.kind)
        base = ("/api/" if self.api_version == "v1" else "/apis/") + self.api_version + "/" + plural
        self.connection = self.client.connect()
        self.connection.timeout = 3600
        self.connection.request("GET", f"{base}?watch=1&timeoutSeconds=3000&resourceVersion={version}",
                                headers=self.client.headers())
        answer = self.connection.getresponse()
        try:
            while not self.stopping:
                line = answer.readline()
                if not line:
                    return
                now = time.monotonic()
                event = json.loads(line)
                if event["type"] == "ERROR":
                    return
                item = event["object"]
                item.update(apiVersion=self.api_version, kind=self.kind)
                if event["type"] == "DELETED":
                    self.known.pop(item["metadata"]["uid"], None)
                else:
                    self.known[item["metadata"]["uid"]] = item
                self.told(event["type"], item, now)
        finally:
            self.connection.close()
