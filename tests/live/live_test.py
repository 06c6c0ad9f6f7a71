#!/usr/bin/env python3
"""The tool against a real API server: live_test.py AIM SOURCE.

Reading is compared with what the same tool says of a dump of the same server; writing with what the server has afterwards.
"""
import json
import os
import re
import shutil
import stat
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import api_server  # noqa: E402  pylint: disable=wrong-import-position
from api_server import ApiServer, Missing, read_documents, run  # noqa: E402  pylint: disable=wrong-import-position

DUMPED = ("aimservices,aimmodels,aimclustermodels,aimservicetemplates,aimclusterservicetemplates,aimtemplatecaches,"
          "aimartifacts,aimruntimeconfigs,aimclusterruntimeconfigs,inferenceservices,httproutes,"
          "horizontalpodautoscalers,persistentvolumeclaims,jobs,storageclasses,pods,events,nodes")


class Test:
    """What every case uses."""

    def __init__(self, aim, source):
        self.aim, self.source = os.path.abspath(aim), source
        self.scratch = tempfile.mkdtemp(prefix="aim-live-")
        self.server = None

    def run(self, *arguments, who="admin", kubeconfig=None, env=None):
        """aim, as somebody: (exit code, standard output, standard error)."""
        clean = {k: v for k, v in os.environ.items()
                 if not k.startswith(("KUBE", "AIM")) and k.lower() not in ("http_proxy", "https_proxy", "all_proxy")}
        clean["KUBECONFIG"] = kubeconfig or self.server.kubeconfig(who)
        clean["HOME"] = self.scratch
        clean.update(env or {})
        got = run([self.aim, *arguments], env=clean)
        return got.returncode, got.stdout, got.stderr

    def dump(self):
        """What kubectl says of the same server, as a file."""
        path = os.path.join(self.scratch, "dump.json")
        got = run(["kubectl", "--kubeconfig", self.server.kubeconfig(), "get", DUMPED, "-A", "-o", "json"])
        assert not got.returncode, got.stderr
        with open(path, "w", encoding="utf-8") as file:
            file.write(got.stdout)
        return path

    def versions(self):
        """The resourceVersion of everything that a plan may write."""
        seen = {}
        for group, plural in (("aim.eai.amd.com/v1alpha1", "aimtemplatecaches"), ("aim.eai.amd.com/v1alpha1", "aimmodels"),
                              ("aim.eai.amd.com/v1alpha1", "aimservices"), ("serving.kserve.io/v1beta1", "inferenceservices"),
                              ("aim.eai.amd.com/v1alpha1", "aimservicetemplates"),
                              ("gateway.networking.k8s.io/v1", "httproutes")):
            code, found = self.server.request("GET", f"/apis/{group}/{plural}")
            assert code == 200, found
            for item in found["items"]:
                seen[(plural, item["metadata"]["namespace"], item["metadata"]["name"])] = item["metadata"]["resourceVersion"]
        return seen


def without_times(text):
    return re.sub(r"\d+ (second|minute|hour|day)s? ago", "", text)


# --- before anything is there ---

def server_without_the_crds_says_so(t):
    code, out, err = t.run("explain")
    assert code == 1 and not out, (code, out)
    assert "the CRDs of AIM Engine are not installed" in err, err


def nobody_listens(t):
    path = os.path.join(t.scratch, "dead.kubeconfig")
    with open(t.server.kubeconfig("token"), encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"server: .*", "server: https://127.0.0.1:9", text))
    code, out, err = t.run("explain", kubeconfig=path)
    assert code == 1 and not out and "127.0.0.1" in err, (code, err)


def no_configuration_at_all(t):
    code, out, err = t.run("explain", kubeconfig="/nowhere")
    assert code in (1, 2) and not out and err.count("\n") <= 3 and "-f" in err, (code, err)


def another_authority_is_not_trusted(t):
    other = ApiServer(t.server.binary).start()
    try:
        path = os.path.join(t.scratch, "foreign.kubeconfig")
        with open(other.kubeconfig("token"), encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(re.sub(r"server: .*", "server: " + t.server.url, text))
        code, out, err = t.run("explain", kubeconfig=path)
        assert code == 1 and not out and "certificate" in err.lower(), (code, err)
        assert other.token not in err
    finally:
        other.stop()


def wrong_token_is_refused(t):
    path = os.path.join(t.scratch, "wrong.kubeconfig")
    with open(t.server.kubeconfig("token"), encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"token: .*", "token: canary-7c1e", text))
    code, out, err = t.run("explain", kubeconfig=path)
    assert code == 1 and not out and "canary" not in err, (code, err)
    assert "credentials" in err.lower() or "unauthorized" in err.lower(), err


# --- reading ---

def answers_are_those_of_a_dump(t):
    dump = t.dump()
    for question in (["explain"], ["explain", "-o", "json"], ["plan"], ["plan", "-o", "json"], ["status"], ["diff"], ["lint"]):
        live = t.run(*question, "-A")
        offline = t.run(*question, "--cluster", dump, "--complete")
        assert live[0] == offline[0], (question, live[0], offline[0], live[2])
        if question != ["lint"]:  # a lint names the file
            assert live[1] == offline[1], (question, live[1], offline[1])
        assert len(live[1]) > 200, question


def every_credential_gets_the_same_answer(t):
    assert t.run("explain", "-A", who="token") == t.run("explain", "-A")


def namespace_and_service_narrow_what_is_asked(t):
    every = t.run("explain", "-A")[1]
    one = t.run("explain", "-n", "apps", "-s", "assistant", "-v")
    named = t.run("explain", "-s", "apps/assistant")
    assert one[1] == named[1] and one[1] and one[1] in every, (one, named)
    code, out, err = t.run("explain", "-n", "nowhere")
    assert code == 3 and not out and "nowhere" in err, (code, out, err)


def whoever_may_read_nothing_is_told(t):
    code, out, err = t.run("explain", "-A", who="limited")
    assert code == 1 and not out, (code, out)
    assert "cannot read AIMService" in err and "forbidden" in err, err


def bind(t, who, role, ns=None):
    kind = "RoleBinding" if ns else "ClusterRoleBinding"
    document = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind,
                "metadata": {"name": "test-" + role, **({"namespace": ns} if ns else {})},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
                "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": who}]}
    t.server.make(document)
    return document


def unbind(t, document):
    t.server.request("DELETE", t.server.path(document))


def wait_until(condition):
    import time  # pylint: disable=import-outside-toplevel
    for _ in range(100):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come true")


def make_reader_role(t):
    for document in read_documents(os.path.join(t.source, "deploy", "rbac-reader.yaml")):
        if document["kind"] == "ClusterRole" and not t.server.get(document):
            t.server.make(document)


def reader_role_suffices(t):
    make_reader_role(t)
    binding = bind(t, "limited", "aim-reader")
    wanted = t.run("explain", "-A")
    wait_until(lambda: t.run("explain", "-A", who="limited") == wanted)
    assert t.run("plan", "-A", who="limited") == t.run("plan", "-A")
    unbind(t, binding)


def rights_in_one_namespace_answer_for_it(t):
    binding = bind(t, "limited", "aim-reader", "apps")
    wait_until(lambda: t.run("explain", "-n", "apps", who="limited")[1] != "")
    code, out, err = t.run("explain", "-n", "apps", "-s", "assistant", who="limited")
    assert "assistant" in out and "cannot read Node, which is unknown therefore" in err, (code, out, err)
    assert "free now" not in out, out
    unbind(t, binding)


# --- records ---

def record_plays_back_and_holds_no_secret(t):
    path = os.path.join(t.scratch, "record.jsonl")
    for question in (["explain", "-A"], ["plan", "-n", "apps"], ["status", "-s", "apps/assistant"]):
        live = t.run(*question, "--record", path, who="token")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        with open(path, encoding="utf-8") as file:
            text = file.read()
        assert t.server.token not in text and "uthorization" not in text
        back = t.run(*question, "--cluster", path, kubeconfig="/nowhere")
        assert back == live, (question, back, live)


# --- writing ---

def dry_run_changes_nothing(t):
    before = t.versions()
    code, out, err = t.run("apply", "-A", "--dry-run=server")
    assert code in (0, 3, 4) and "(server dry run)" in out, (code, err)
    assert t.versions() == before
    plans = [json.loads(line) for line in t.run("plan", "-A", "-o", "json")[1].splitlines()]
    assert out.count("serverside-applied") == sum(len(p["apply"]) for p in plans), out


def apply_makes_the_plan_true_and_then_changes_nothing(t):
    code, out, err = t.run("apply", "-s", "apps/assistant")
    assert code == 0 and "serverside-applied" in out, (code, out, err)
    first = t.versions()
    again = t.run("apply", "-s", "apps/assistant")
    assert again[0] == 0 and t.versions() == first, again
    code, out, err = t.run("diff", "-s", "apps/assistant")
    assert code == 0, (code, out, err)


def conflict_names_manager_and_field(t):
    plan = json.loads(t.run("plan", "-s", "apps/assistant", "-o", "json")[1])
    ours = next(a["object"] for a in plan["apply"] if a["object"]["kind"] == "InferenceService")
    patch = {"apiVersion": ours["apiVersion"], "kind": ours["kind"],
             "metadata": {"name": ours["metadata"]["name"], "namespace": ours["metadata"]["namespace"]},
             "spec": dict(ours["spec"], predictor=dict(ours["spec"]["predictor"], minReplicas=3))}
    code, answer = t.server.request("PATCH", t.server.path(ours) + "?fieldManager=somebody&force=true", patch,
                                    "application/apply-patch+yaml")
    assert code == 200, answer
    code, out, err = t.run("apply", "-s", "apps/assistant")
    assert code == 1 and "Conflict" in err and "belongs to somebody" in err and "--force" in err, (code, out, err)
    code, out, err = t.run("diff", "-s", "apps/assistant")
    assert code == 10, (code, out)
    code, out, err = t.run("apply", "-s", "apps/assistant", "--force")
    assert code == 0, (code, out, err)
    assert t.run("diff", "-s", "apps/assistant")[0] == 0


def apply_deletes_only_what_is_certainly_ours(t):
    service = {"apiVersion": "aim.eai.amd.com/v1alpha1", "kind": "AIMService",
               "metadata": {"name": "assistant", "namespace": "apps"}}

    def routing(enabled):
        code, answer = t.server.request("PATCH", t.server.path(service), {"spec": {"routing": {"enabled": enabled}}},
                                        "application/merge-patch+json")
        assert code == 200, answer

    def routes():
        return [i["metadata"]["name"] for i in t.server.request(
            "GET", "/apis/gateway.networking.k8s.io/v1/namespaces/apps/httproutes")[1]["items"]]
    assert t.run("apply", "-s", "apps/assistant")[0] == 0
    name = next(n for n in routes() if n.startswith("assistant-"))
    route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": name, "namespace": "apps"}}
    routing(False)
    make_reader_role(t)
    binding = bind(t, "limited", "aim-reader", "apps")
    wait_until(lambda: t.run("explain", "-n", "apps", who="limited")[1] != "")
    _, _, err = t.run("apply", "-s", "apps/assistant", who="limited")
    assert f"HTTPRoute apps/{name} is not deleted: kinds that may need it could not be read" in err, err
    unbind(t, binding)
    for body in (dict(route, spec={"hostnames": ["example.com"]}), route):
        code, answer = t.server.request("PATCH", t.server.path(route) + "?fieldManager=somebody", body,
                                        "application/apply-patch+yaml")
        assert code == 200 and name in routes(), answer
        code, out, err = t.run("apply", "-s", "apps/assistant")
        if body.get("spec"):
            assert f"HTTPRoute apps/{name} is not deleted: somebody else has applied it" in err, (code, out, err)
            assert name in routes()
    assert name not in routes(), (code, out, err)
    routing(True)
    assert t.run("apply", "-s", "apps/assistant")[0] == 0 and name in routes()


def long_lists_come_in_pages(t):
    for i in range(1200):
        t.server.request("POST", "/apis/aim.eai.amd.com/v1alpha1/aimclusterruntimeconfigs",
                         {"apiVersion": "aim.eai.amd.com/v1alpha1", "kind": "AIMClusterRuntimeConfig",
                          "metadata": {"name": f"many-{i}"}, "spec": {}})
    path = os.path.join(t.scratch, "pages.jsonl")
    _, _, err = t.run("explain", "-A", "-v", "--record", path)
    assert re.search(r"12\d\d AIMClusterRuntimeConfig", err), err
    with open(path, encoding="utf-8") as file:
        assert sum("aimclusterruntimeconfigs?limit=500" in line for line in file) == 3


def server_that_stops_answering_is_noticed(t):
    t.server.pause()
    try:
        code, out, err = t.run("explain", "-A", "--timeout", "2")
    finally:
        t.server.resume()
    assert code == 1 and not out and err, (code, out, err)


EMPTY = [server_without_the_crds_says_so, nobody_listens, no_configuration_at_all, another_authority_is_not_trusted,
         wrong_token_is_refused]
FILLED = [answers_are_those_of_a_dump, every_credential_gets_the_same_answer, namespace_and_service_narrow_what_is_asked,
          whoever_may_read_nothing_is_told, reader_role_suffices, rights_in_one_namespace_answer_for_it,
          record_plays_back_and_holds_no_secret, dry_run_changes_nothing,
          apply_makes_the_plan_true_and_then_changes_nothing, conflict_names_manager_and_field,
          apply_deletes_only_what_is_certainly_ours, long_lists_come_in_pages,
          server_that_stops_answering_is_noticed]


def check(t, cases, counts, flavour=""):
    for case in cases:
        name = case.__name__ + flavour
        try:
            case(t)
            print("PASS", name, flush=True)
            counts[0] += 1
        except Exception as error:  # pylint: disable=broad-exception-caught
            print("FAIL", name, type(error).__name__, str(error)[:3000], flush=True)
            counts[1] += 1


def main():
    t = Test(sys.argv[1], os.path.abspath(sys.argv[2]))
    only = [c for c in sys.argv[3:]]
    counts = [0, 0]
    try:
        if not shutil.which("kubectl"):
            raise Missing("there is no kubectl (package kubernetes-client)")
        binary = ApiServer.binary_or_missing()
        crds = api_server.foreign_crds()
    except Missing as missing:
        print("SKIP the tool against a real API server:", missing)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    for flavour in ("full", "minimal"):
        t.server = ApiServer(binary).start()
        try:
            cases = FILLED
            if flavour == "full":
                check(t, [c for c in EMPTY if not only or c.__name__ in only], counts)
            else:  # KServe without schemas: what writes is what differs
                cases = FILLED[FILLED.index(dry_run_changes_nothing):FILLED.index(long_lists_come_in_pages)]
            t.server.install_crds(os.path.join(t.source, "deploy", "crds.yaml"),
                                  *(os.path.join(crds, f) for f in (f"kserve-{flavour}.yaml", "gateways.yaml", "httproutes.yaml")))
            t.server.load(read_documents(os.path.join(t.source, "examples", "mixed-gpu-cluster")))
            check(t, [c for c in cases if not only or c.__name__ in only], counts, "_on_" + flavour + "_kserve")
        finally:
            t.server.stop()
    shutil.rmtree(crds)
    shutil.rmtree(t.scratch)
    print(f"{counts[0]} passed, {counts[1]} failed")
    return 1 if counts[1] else 0


if __name__ == "__main__":
    sys.exit(main())
