"""A live cluster through urllib, against a small server."""

from __future__ import annotations

import http.server
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any, Optional

import pytest
from conftest import SOURCE
from documents import GROUP, everything, node, service

import aim

#: The kinds of which the server has objects, by what stands in a URL.
KINDS = {
    "aimservices": "AIMService",
    "aimclustermodels": "AIMClusterModel",
    "aimclusterservicetemplates": "AIMClusterServiceTemplate",
    "nodes": "Node",
}


class Server(http.server.ThreadingHTTPServer):
    """Lists what it was given, a page of one object after the other, and keeps what is sent to it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects = everything()
        self.requests: list[tuple[str, str, Optional[bytes], dict[str, str]]] = []
        self.answers: dict[str, tuple[int, Any]] = {}  # method and start of a path: (status, body)
        self.hang_up_at = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length) if length else None
        self.server.requests.append((self.command, self.path, body, dict(self.headers)))
        if self.server.hang_up_at and self.server.hang_up_at in self.path:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        for start, (status, answer) in self.server.answers.items():
            if f"{self.command} {self.path}".startswith(start):
                return self.answer(status, answer)
        if self.command != "GET":
            return self.answer(200, json.loads(body or b"{}"))
        *_, plural = path = self.path.partition("?")[0].strip("/").split("/")
        version = path[1] if path[0] == "api" else f"{path[1]}/{path[2]}"
        if plural not in KINDS:
            return self.answer(404, {"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404})
        found = [o for o in self.server.objects if o["kind"] == KINDS[plural]]
        place = int(self.path.rpartition("continue=")[2] or 0) if "continue=" in self.path else 0
        more = {"continue": str(place + 1)} if place + 1 < len(found) else {}
        self.answer(
            200,
            {
                "kind": KINDS[plural] + "List",
                "apiVersion": version,
                "metadata": {"resourceVersion": "7", **more},
                "items": found[place : place + 1],
            },
        )

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def answer(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if 300 <= status < 400:
            self.send_header("Location", "/api/v1/nodes")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Warning", '299 - "this server is small"')
        self.send_header("Warning", '299 - "and slow"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A client that goes nowhere else, as a transport must not."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


def sender(url: str) -> Any:
    opener = urllib.request.build_opener(NoRedirect)

    def send(request: aim.Request) -> Any:
        asked = urllib.request.Request(url + request.target, request.body, request.headers, method=request.method)
        return opener.open(asked, timeout=request.timeout)

    return send


def test_a_cluster_is_read_and_planned(server: Server) -> None:
    server.objects.append(node("gpu-1"))
    cluster = aim.Cluster()
    with aim.Fetch(cluster, page_size=1, requests=10_000, burst=10_000) as fetch:
        fetch.run(sender(server.url), timeout=30)
        assert fetch.is_done() and {sync.state for sync in fetch.syncs} == {"synced", "not served"}
        assert [entry.message for entry in fetch.report] and "small" in str(fetch.report)
        assert "slow" in str(fetch.report)
        assert "kinds are known" in repr(fetch)
    assert cluster.count("Node") == 2
    assert cluster.plan().template.name == "qwen-latency" and cluster.plan().unknown == ()


def test_only_what_is_wanted_is_asked(server: Server) -> None:
    cluster = aim.Cluster()
    with aim.Fetch(cluster, kinds=["AIMService"], namespace="team") as fetch:
        fetch.run(sender(server.url), timeout=30)
    assert [path.partition("?")[0] for _, path, _, _ in server.requests] == [
        "/apis/aim.eai.amd.com/v1alpha1/namespaces/team/aimservices"
    ]


def test_a_kind_that_is_forbidden_is_not_taken_for_empty(server: Server) -> None:
    server.answers["GET /api/v1/nodes"] = (
        403,
        {"kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403, "message": "nodes is forbidden"},
    )
    cluster = aim.Cluster()
    with aim.Fetch(cluster, requests=10_000, burst=10_000) as fetch:
        fetch.run(sender(server.url), timeout=30)
        assert {sync.kind: sync.state for sync in fetch.syncs}["Node"] == "forbidden"
    assert "Node" in cluster.plan().unknown and cluster.plan().template.outcome == "found"


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.answers["GET /apis/aim.eai.amd.com"] = (307, {"kind": "Status"})
    with aim.Cluster() as cluster, aim.Fetch(cluster, kinds=["AIMService"], tries=1) as fetch:
        with pytest.raises(aim.TransportError):
            fetch.run(sender(server.url), timeout=30)
    assert len(server.requests) == 1


def test_what_changed_is_told(server: Server) -> None:
    told: list[tuple[str, str]] = []
    cluster = aim.Cluster()
    with aim.Fetch(cluster, kinds=["AIMService"], changed=lambda ref, change: told.append((str(ref), change))) as fetch:
        fetch.run(sender(server.url), timeout=30)
    assert told == [("AIMService team/chat", "added")]


def test_what_a_listener_raises_ends_the_run(server: Server) -> None:
    def changed(ref: aim.Ref, change: str) -> None:
        raise RuntimeError("enough")

    with aim.Cluster() as cluster, aim.Fetch(cluster, kinds=["AIMService"], changed=changed) as fetch:
        with pytest.raises(RuntimeError, match="enough"):
            fetch.run(sender(server.url), timeout=30)
        assert cluster.count("AIMService") == 1


def test_what_the_client_raises_ends_the_run_and_another_one_goes_on(server: Server) -> None:
    cluster = aim.Cluster()
    with aim.Fetch(cluster, kinds=["AIMService"]) as fetch:

        def broken(request: aim.Request) -> Any:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fetch.run(broken, timeout=30)
        fetch.run(sender(server.url), timeout=30)
    assert cluster.count("AIMService") == 1


def test_a_server_that_is_not_there_is_a_transport_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with aim.Cluster() as cluster, aim.Fetch(cluster, tries=1) as fetch, pytest.raises(aim.TransportError) as error:
            fetch.run(sender(url), timeout=30)
        assert error.value.code_name == "AIM_E_CONNECT"


def test_a_connection_that_ends_is_tried_again(server: Server) -> None:
    server.hang_up_at = "aimservices"

    def send(request: aim.Request) -> Any:
        if len(server.requests) == 2:
            server.hang_up_at = ""
        return sender(server.url)(request)

    with aim.Cluster() as cluster, aim.Fetch(cluster, kinds=["AIMService"]) as fetch:
        fetch.run(send, timeout=30)
        assert cluster.count("AIMService") == 1 and len(server.requests) == 3


def test_a_run_has_an_end() -> None:
    def slow(request: aim.Request) -> Any:
        time.sleep(0.05)
        raise TimeoutError

    with aim.Cluster() as cluster, aim.Fetch(cluster) as fetch, pytest.raises(aim.TransportError) as error:
        fetch.run(slow, timeout=0.2)
    assert error.value.code_name == "AIM_E_TIMEOUT" and error.value.retryable


def test_a_watch_is_not_for_run() -> None:
    with (
        aim.Cluster() as cluster,
        aim.Fetch(cluster, watch=True) as fetch,
        pytest.raises(aim.UsageError, match="watch"),
    ):
        fetch.run(lambda request: None)  # type: ignore[arg-type,return-value]


def test_a_watch_with_a_client_of_ones_own() -> None:
    cluster = aim.Cluster()
    with aim.Fetch(cluster, kinds=["AIMService"], watch=True) as fetch:
        now = 1.0  # the test's own clock
        request = fetch.next_request(now)
        assert request is not None and request.method == "GET" and not request.is_stream and request.headers["Accept"]
        listed = json.dumps(
            {"kind": "AIMServiceList", "apiVersion": GROUP, "metadata": {"resourceVersion": "7"}, "items": [service()]}
        ).encode()
        assert fetch.respond(request.id, 200, {"Content-Type": "application/json"})
        assert fetch.data(request.id, listed[:40]) and fetch.data(request.id, memoryview(listed)[40:])
        fetch.end(request.id)
        watch = fetch.next_request(now)
        assert fetch.is_done() and cluster.count("AIMService") == 1
        assert watch is not None and watch.is_stream and "watch=1" in watch.target and not watch.may_be_gzip
        assert fetch.next_request(now) is None
        fetch.respond(watch.id, 200)
        fetch.data(watch.id, json.dumps({"type": "ADDED", "object": service("b")}).encode() + b"\n")
        assert cluster.count("AIMService") == 2
        fetch.end(watch.id, "lost", "cut", "the server went away")


def test_an_answer_of_something_else_is_a_failure() -> None:
    with aim.Cluster() as cluster, aim.Fetch(cluster, kinds=["AIMService"], tries=1) as fetch:
        request = fetch.next_request()
        assert request is not None
        fetch.respond(request.id, 200)
        fetch.data(request.id, b"<html>not an API server")
        fetch.end(request.id)
        assert fetch.next_request() is None
        assert fetch.syncs[0].state == "failed" and fetch.syncs[0].message and fetch.syncs[0].code != "AIM_OK"


def test_a_run_does_not_wait_for_what_others_took(server: Server) -> None:
    with aim.Cluster() as cluster, aim.Fetch(cluster, kinds=["AIMService"]) as fetch:
        request = fetch.next_request()
        assert request is not None
        with pytest.raises(aim.UsageError, match="has not ended"):
            fetch.run(sender(server.url))
        fetch.end(request.id, "unsent", "connect")
        fetch.run(sender(server.url), timeout=30)
        assert cluster.count("AIMService") == 1


def test_an_end_must_make_sense() -> None:
    with aim.Cluster() as cluster, aim.Fetch(cluster) as fetch:
        request = fetch.next_request()
        assert request is not None
        for arguments in (("complete", "cut"), ("lost", None), ("lost", "bored"), ("maybe", None)):
            with pytest.raises(ValueError):
                fetch.end(request.id, *arguments)
        for status in (0, 99, 600):
            with pytest.raises(ValueError):
                fetch.respond(request.id, status)
        with pytest.raises(TypeError):
            fetch.data(request.id, "text")  # type: ignore[arg-type]
        fetch.end(4711)  # one that nobody knows is passed over


def test_an_action_is_carried_out(server: Server) -> None:
    cluster = aim.Cluster(SOURCE / "examples" / "mi300x-cluster")
    plan = cluster.plan("ml-team/qwen-service")
    with aim.Fetch(cluster, calls_only=True) as fetch:
        assert not fetch.is_action_done(plan, 0)
        call = fetch.action(plan, 0, dry_run=True)
        assert fetch.result(call) is None
        fetch.run(sender(server.url), call=call, timeout=30)
        result = fetch.result(call)
        assert result is not None and result.ok and result.http_status == 200
        assert json.loads(result.body)["kind"] == "HTTPRoute"
        assert result.server_time is not None and result.server_time.tzinfo is not None
        method, path, body, _ = server.requests[0]
        assert method == "PATCH" and "fieldManager=aim-service-controller" in path and "dryRun=All" in path
        assert json.loads(body or b"") == plan.apply[0].object
        fetch.drop(call)
        with pytest.raises(aim.LookupError):
            fetch.result(call)


def test_a_refusal_says_why_and_a_conflict_whose(server: Server) -> None:
    server.answers["PATCH"] = (
        409,
        {
            "kind": "Status",
            "status": "Failure",
            "reason": "Conflict",
            "code": 409,
            "message": "Apply failed with 1 conflict",
            "details": {
                "causes": [
                    {
                        "reason": "FieldManagerConflict",
                        "message": 'conflict with "kubectl-edit" using v1',
                        "field": ".spec.rules",
                    }
                ]
            },
        },
    )
    cluster = aim.Cluster(SOURCE / "examples" / "mi300x-cluster")
    plan = cluster.plan("ml-team/qwen-service")
    with aim.Fetch(cluster, calls_only=True) as fetch:
        call = fetch.action(plan, 0)
        fetch.run(sender(server.url), call=call, timeout=30)
        result = fetch.result(call)
    assert result is not None and not result.ok and (result.code, result.reason) == ("AIM_E_REFUSED", "Conflict")
    assert result.conflicts == (aim.Conflict("kubectl-edit", ".spec.rules"),)
    assert len(plan.finish([aim.Outcome(0, result.reason, result.message)]).actions) < len(plan.actions)


def test_a_status_is_written(server: Server) -> None:
    cluster = aim.Cluster(SOURCE / "examples" / "mi300x-cluster")
    plan = cluster.plan("ml-team/qwen-service")
    with aim.Fetch(cluster, calls_only=True) as fetch:
        call = fetch.write_status(plan)
        assert call is not None
        fetch.run(sender(server.url), call=call, timeout=30)
        assert fetch.result(call) is not None
        assert server.requests[0][1].partition("?")[0].endswith("/qwen-service/status")


def test_any_object_can_be_called_for(server: Server) -> None:
    with aim.Cluster() as cluster, aim.Fetch(cluster, calls_only=True) as fetch:
        other = aim.Ref("Gadget", "one", "team", group="example.com", version="v1")
        with pytest.raises(aim.LookupError):
            fetch.call("get", other)
        call = fetch.call("create", other, {"kind": "Gadget"}, plural="gadgets", field_manager="me")
        delete = fetch.call("delete", aim.Ref("AIMService", "chat", "team", uid="u1"))
        fetch.run(sender(server.url), timeout=30)
        assert [fetch.result(id).ok for id in (call, delete)] == [True, True]  # type: ignore[union-attr]
    sent = {method: (path.partition("?")[0], json.loads(body or b"null")) for method, path, body, _ in server.requests}
    assert sent["POST"] == ("/apis/example.com/v1/namespaces/team/gadgets", {"kind": "Gadget"})
    assert sent["DELETE"][1]["preconditions"] == {"uid": "u1"}


def test_a_record_is_played_back() -> None:
    cluster = aim.replay(SOURCE / "tests" / "golden" / "records" / "record.jsonl")
    assert cluster.plan("team/chat").template.name == "qwen-latency"
    with pytest.raises(aim.InputError):
        aim.replay(b"no record")
