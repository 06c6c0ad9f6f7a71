"""A real API server for one test: starts it, fills it with documents, and stands in for the controllers that set statuses.

Only the standard library and PyYAML. What cannot be had is said by the exception Missing.
"""
import base64
import json
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))


# What AIM Engine makes, and as whom.
MANAGERS = {"InferenceService": "aim-service-controller", "HTTPRoute": "aim-service-controller",
            "AIMTemplateCache": "aim-service-controller", "AIMArtifact": "aim-template-cache-controller"}


class Missing(Exception):
    """Something that a test needs is not on this machine."""


def run(command, text=None, env=None, timeout=120):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          env=env, timeout=timeout)


def read_documents(path):
    """All documents of a file or folder; Lists are taken apart, and what is no Kubernetes document is left out."""
    files = [path] if os.path.isfile(path) else sorted(
        os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names
        if name.endswith((".yaml", ".yml", ".json")))
    for file in files:
        with open(file, encoding="utf-8") as stream:
            for document in yaml.safe_load_all(stream):
                if not document or "apiVersion" not in document:
                    continue
                if document.get("kind", "").endswith("List") and "items" in document:
                    yield from document["items"]
                else:
                    yield document


class ApiServer:
    """One kube-apiserver with etcd and garbage collector, in a folder of its own."""

    def __init__(self, binary, *flags):
        self.binary = binary
        self.flags = flags
        self.folder = tempfile.mkdtemp(prefix="aim-live-")
        self.process = None
        self.url = ""
        self.plurals = {}
        self.uids = {}

    @staticmethod
    def binary_or_missing():
        built = run(["sh", os.path.join(SOURCE, "tests", "apiserver", "build.sh")], timeout=3600)
        if built.returncode == 77:
            raise Missing(built.stderr.strip())
        if built.returncode:
            raise RuntimeError(built.stderr)
        return built.stdout.strip()

    def start(self, port=None):
        command = [self.binary, "--dir", self.folder, *(["--port", str(port)] if port else []), *self.flags]
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("READY "):
            raise RuntimeError(f"the API server did not start: {line!r}")
        self.url = line.split()[1]
        with open(self.kubeconfig("token"), encoding="utf-8") as stream:
            config = yaml.safe_load(stream)
        authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
        self.token = config["users"][0]["user"]["token"]
        self.tls = ssl.create_default_context(cadata=authority)
        return self

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def command(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kubeconfig(self, who="admin"):
        return os.path.join(self.folder, who + ".kubeconfig")

    # --- requests ---

    def request(self, method, path, body=None, content_type="application/json", agent="test"):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Authorization", "Bearer " + self.token)
        request.add_header("User-Agent", agent)
        if data is not None:
            request.add_header("Content-Type", content_type)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=self.tls))
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                return error.code, json.loads(text)
            except ValueError:
                return error.code, {"message": text.decode(errors="replace")}

    def resource(self, api_version, kind):
        """(plural, namespaced) by discovery."""
        if (api_version, kind) not in self.plurals:
            base = "/api/" if "/" not in api_version else "/apis/"
            code, found = self.request("GET", base + api_version)
            if code != 200:
                raise RuntimeError(f"{api_version}: {found}")
            for r in found["resources"]:
                if "/" not in r["name"]:
                    self.plurals[(api_version, r["kind"])] = (r["name"], r["namespaced"])
        return self.plurals[(api_version, kind)]

    def path(self, document, name=True, subresource=None):
        plural, namespaced = self.resource(document["apiVersion"], document["kind"])
        base = "/api/" if "/" not in document["apiVersion"] else "/apis/"
        ns = "/namespaces/" + document["metadata"].get("namespace", "default") if namespaced else ""
        tail = "/" + document["metadata"]["name"] if name else ""
        return base + document["apiVersion"] + ns + "/" + plural + tail + ("/" + subresource if subresource else "")

    # --- documents ---

    def with_known_uids(self, value):
        """UIDs of documents are those of objects that the server has made since."""
        if isinstance(value, dict):
            return {k: self.uids.get(v, v) if k == "uid" and isinstance(v, str) else self.with_known_uids(v)
                    for k, v in value.items()}
        if isinstance(value, list):
            return [self.with_known_uids(v) for v in value]
        return value

    def load(self, documents):
        """Makes the objects, owners first, and sets their statuses as their controllers would have."""
        documents = list(documents)
        for ns in sorted({d["metadata"]["namespace"] for d in documents if d["metadata"].get("namespace")}):
            self.request("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace",
                                                        "metadata": {"name": ns}})
        left = documents
        while left:
            unmade = {d["metadata"].get("uid") for d in left}
            ready = [d for d in left if not {o.get("uid") for o in d["metadata"].get("ownerReferences", [])} & unmade]
            if not ready:
                raise RuntimeError("owners that own each other")
            for document in ready:
                self.make(document)
            left = [d for d in left if d not in ready]

    def make(self, document):
        document = self.with_known_uids(json.loads(json.dumps(document, default=str)))
        old_uid = document["metadata"].pop("uid", None)
        for key in ("resourceVersion", "creationTimestamp", "generation", "managedFields"):
            document["metadata"].pop(key, None)
        status = document.pop("status", None)
        manager = MANAGERS.get(document["kind"])
        if manager:  # as the controller would have made it, so that its fields belong to it
            code, made = self.request("PATCH", self.path(document) + "?fieldManager=" + manager, document,
                                      "application/apply-patch+yaml")
        else:
            code, made = self.request("POST", self.path(document, name=False), document)
        if code != 201:
            raise RuntimeError(f"{document['kind']} {document['metadata']['name']}: {made.get('message')}")
        if old_uid:
            self.uids[old_uid] = made["metadata"]["uid"]
        if status:
            self.set_status(document, status)
        return made

    def set_status(self, document, status):
        patch = {"status": self.with_known_uids(status)}
        code, answer = self.request("PATCH", self.path(document, subresource="status"), patch,
                                    "application/merge-patch+json")
        if code != 200:
            raise RuntimeError(f"status of {document['kind']} {document['metadata']['name']}: {answer.get('message')}")
        return answer

    def get(self, document):
        code, answer = self.request("GET", self.path(document))
        return answer if code == 200 else None

    def install_crds(self, *files):
        for file in files:
            for crd in read_documents(file):
                crd.pop("status", None)
                code, answer = self.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
                if code not in (201, 409):
                    raise RuntimeError(f"{file}: {answer.get('message')}")
        self.wait_for_crds()

    def wait_for_crds(self):
        import time  # pylint: disable=import-outside-toplevel
        for _ in range(200):
            _, found = self.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
            waiting = [c for c in found["items"]
                       if not any(x["type"] == "Established" and x["status"] == "True"
                                  for x in (c.get("status", {}).get("conditions") or []))]
            served = all(self.request("GET", f"/apis/{c['spec']['group']}/{v['name']}/{c['spec']['names']['plural']}")[0]
                         == 200 for c in found["items"] for v in c["spec"]["versions"] if v["served"])
            if not waiting and served:
                return
            time.sleep(0.05)
        raise RuntimeError("the CRDs were not established")


def foreign_crds():
    """The folder with the CRDs of KServe and Gateway API."""
    folder = tempfile.mkdtemp(prefix="aim-crds-")
    got = run(["sh", os.path.join(SOURCE, "tests", "apiserver", "crds.sh"), folder], timeout=600)
    if got.returncode == 77:
        shutil.rmtree(folder)
        raise Missing(got.stderr.strip())
    if got.returncode:
        raise RuntimeError(got.stderr)
    return folder
