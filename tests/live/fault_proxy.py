"""A proxy in front of an API server that breaks what it carries, by a seed: for tests of clients that must not mind.

It ends TLS with certificates of its own and speaks HTTP/1.1 to both sides, so that it knows what a request is and where it ends.
In front of that a plain relay cuts connections below TLS, in the middle of a handshake or of a record. What becomes of the
n-th request is drawn from the seed and n alone. Nothing is changed, made up or sent twice: a request is carried out once or not at
all, and an answer is the server's, a part of it, or a refusal that never says of a request that it was not carried out when it was.

Without faults it is a proxy like any other. Only the standard library, and the openssl command.
"""
import asyncio
import base64
import collections
import json
import os
import random
import ssl
import subprocess
import threading
import time

LONGEST_HEAD = 1 << 17
PIECE = 1 << 16
DAYS = 30  # how far the certificates are valid to both sides of now: a client's clock may be wrong


class Faults:
    """How often what happens: parts of all requests, from 0 to 1."""

    def __init__(self, **rates):
        self.late = 0.0        # it waits for up to 0.7 s before it is carried on
        self.unsent = 0.0      # the connection ends, and the server has seen nothing
        self.unanswered = 0.0  # the server has answered, and the connection ends without a byte of it
        self.cut = 0.0         # the answer ends after any byte of it, its head included
        self.slow = 0.0        # the answer comes in pieces of a few bytes
        self.busy = 0.0        # 429, with Retry-After and without
        self.refused = 0.0     # 500, 502, 503 or 504, and the server has seen nothing
        self.denied = 0.0      # 500, 502 or 504, although the server has carried it out
        self.below = 0.0       # of connections: cut below TLS after any byte
        for name, rate in rates.items():
            if not hasattr(self, name):
                raise AttributeError(name)
            setattr(self, name, rate)

    def draw(self, dice):
        """The fault of one request; "" is none."""
        point = dice.random()
        for name, rate in vars(self).items():
            if name == "below":
                continue
            if point < rate:
                return name
            point -= rate
        return ""


def everything(scale=1.0):
    """Every fault at once; of ten requests some five see none."""
    rates = {"late": .06, "unsent": .05, "unanswered": .06, "cut": .12, "slow": .05, "busy": .06, "refused": .06, "denied": .05,
             "below": .10}
    return Faults(**{name: rate * scale for name, rate in rates.items()})


class Request:
    """One that was read whole."""

    def __init__(self, head, body):
        self.head, self.body = head, body
        line, *fields = head.decode("latin-1").split("\r\n")
        self.method, self.target = line.split(" ")[:2]
        self.fields = {name.strip().lower(): value.strip() for name, _, value in (f.partition(":") for f in fields if f)}
        self.path = self.target.partition("?")[0]
        self.is_watch = "watch=1" in self.target
        self.writes = self.method != "GET"
        self.is_lease = "/leases" in self.path
        self.token = self.fields.get("authorization", "").removeprefix("Bearer ")


class Seen:
    """What a test may ask about a request afterwards."""

    def __init__(self, request, fault, when):
        self.method, self.path, self.is_watch, self.is_lease = request.method, request.path, request.is_watch, request.is_lease
        self.fault, self.when = fault, when
        self.status = 0         # of the answer, as far as it was given
        self.retry_after = 0    # seconds that the answer asked for
        self.answered = 0.0     # when


def certificates(folder):
    """An authority and a server's certificate for 127.0.0.1, in files of that folder."""
    def run(*command):
        subprocess.run(["openssl", *command], cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)

    def moment(days):
        return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400))
    files = {"index.txt": "", "ca.cnf": (
        "[ca]\ndefault_ca=one\n[one]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n"
        "unique_subject=no\n[any]\ncommonName=supplied\n[authority]\nbasicConstraints=critical,CA:TRUE\n"
        "keyUsage=critical,keyCertSign\n[server]\nsubjectAltName=IP:127.0.0.1\n")}
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    # x509 cannot make a certificate of the past before 3.4; ca can
    sign = ["ca", "-batch", "-config", "ca.cnf", "-keyfile", "ca.key", "-notext", "-startdate", moment(-DAYS), "-enddate",
            moment(DAYS)]
    for name, more in (("ca", ["-selfsign", "-extensions", "authority"]),
                       ("server", ["-cert", "ca.crt", "-extensions", "server"])):
        run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name + ".key")
        run("req", "-new", "-key", name + ".key", "-subj", "/CN=fault-" + name, "-out", name + ".csr")
        run(*sign, *more, "-in", name + ".csr", "-out", name + ".crt")


def status_object(code, reason, message, details=None):
    return json.dumps({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
                       "reason": reason, "code": code, **({"details": details} if details else {})}).encode()


def answer_text(code, body, content_type="application/json", **fields):
    lines = [f"HTTP/1.1 {code} Fault", "Content-Type: " + content_type, f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Broken(Exception):
    """This connection is over, on purpose or not."""


class Sink:
    """Writes to the client, as far as the fault of the request lets it."""

    def __init__(self, writer, limit=None, slow=None):
        self.writer, self.left, self.slow = writer, limit, slow

    async def write(self, data):
        if self.left is not None and len(data) >= self.left:
            self.writer.write(data[:self.left])
            await self.writer.drain()
            raise Broken("cut")
        if self.left is not None:
            self.left -= len(data)
        if self.slow:
            most = 400  # of one piece; what is longer would take for ever
            for at in range(0, min(len(data), most), 7):
                self.writer.write(data[at:min(at + 7, most)])
                await self.writer.drain()
                await asyncio.sleep(self.slow.uniform(0, .004))
            data = data[most:]
        self.writer.write(data)
        await self.writer.drain()


class FaultProxy:
    """start() has it at work on a thread; stop() ends it. `faults`, `spare` and `revoked` may be changed at any time."""

    def __init__(self, server, folder, seed=0, faults=None):
        self.server, self.folder, self.seed = server, folder, seed
        self.faults = faults or Faults()
        self.spare = lambda request: request.is_lease  # which requests see no fault
        self.storm = None       # None; or a function of a request: the 429 for it, as (retry_after, text), or None
        self.revoked = set()    # tokens that are answered 401
        self.seen, self.tally = [], collections.Counter()
        self.numbers = {"request": 0, "connection": 0}
        self.port = 0
        self.loop = self.thread = self.inner = self.failure = None
        self.watching = {}      # Seen of a watch that is open: its writer
        os.makedirs(folder, exist_ok=True)
        certificates(folder)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(os.path.join(folder, "server.crt"), os.path.join(folder, "server.key"))

    # --- for the test ---

    def start(self):
        ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(30)
        if not self.port:
            raise RuntimeError(f"the proxy did not start: {self.failure}")
        return self

    def stop(self):
        if self.loop:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(timeout=10)
        self.loop = None

    def calm(self):
        """No more faults; what is under way keeps the one that it has."""
        self.faults, self.storm = Faults(), None
        self.revoked = set()

    def cut_watches(self):
        """Every watch ends where it is."""
        def cut():
            for writer in list(self.watching.values()):
                writer.transport.abort()
        self.loop.call_soon_threadsafe(cut)

    def kubeconfig(self, name, token=None, token_file=None):
        """The path of a kubeconfig with this proxy's address and that credential."""
        with open(os.path.join(self.folder, "ca.crt"), "rb") as file:
            authority = base64.b64encode(file.read()).decode()
        user = {"tokenFile": token_file} if token_file else {"token": token}
        path = os.path.join(self.folder, name + ".kubeconfig")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "c",
                       "clusters": [{"name": "c", "cluster": {"server": f"https://127.0.0.1:{self.port}",
                                                              "certificate-authority-data": authority}}],
                       "users": [{"name": "u", "user": user}],
                       "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}, file)
        return path

    # --- connections ---

    def run(self, ready):
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        # connections that end by force are what this is for
        self.loop.set_exception_handler(lambda loop, context: None)
        try:
            inner = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=self.tls,
                                                                      limit=LONGEST_HEAD))
            outer = self.loop.run_until_complete(asyncio.start_server(self.relay, "127.0.0.1", 0))
            self.inner = inner.sockets[0].getsockname()[1]
            self.port = outer.sockets[0].getsockname()[1]
        except OSError as error:
            self.failure = error
        ready.set()
        if self.port:
            self.loop.run_forever()
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.run_until_complete(asyncio.sleep(0.05))
        self.loop.close()

    def number(self, what):
        self.numbers[what] += 1
        return random.Random(f"{self.seed} {what} {self.numbers[what]}")

    async def relay(self, reader, writer):
        """Bytes to and from the part that speaks TLS, with an end after any of them."""
        dice = self.number("connection")
        limit = None
        if dice.random() < self.faults.below:
            limit = int(10 ** dice.uniform(0, 5)) - 1
            self.tally["below TLS"] += 1
        back = None
        try:
            if limit == 0:
                raise Broken("at once")
            inner, back = await asyncio.open_connection("127.0.0.1", self.inner)

            async def pump(source, sink, most):
                while True:
                    data = await source.read(PIECE)
                    if not data:
                        return
                    if most is not None and len(data) >= most:
                        sink.write(data[:most])
                        await sink.drain()
                        return
                    most = None if most is None else most - len(data)
                    sink.write(data)
                    await sink.drain()
            tasks = [asyncio.ensure_future(pump(reader, back, None)), asyncio.ensure_future(pump(inner, writer, limit))]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        except (Broken, OSError):
            pass
        finally:
            writer.close()
            if back:
                back.close()

    async def serve(self, reader, writer):
        """The requests of one connection."""
        upstream = None
        try:
            while True:
                request = await self.read_request(reader)
                if not request:
                    return
                upstream = await self.handle(request, reader, writer, upstream)
        except (Broken, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, IndexError):
            writer.transport.abort()
        finally:
            writer.close()
            if upstream:
                upstream[1].transport.abort()

    @staticmethod
    async def read_request(reader):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        request = Request(head, b"")
        if "transfer-encoding" in request.fields:
            raise Broken("nobody here sends pieces")
        request.body = await reader.readexactly(int(request.fields.get("content-length", 0)))
        return request

    # --- one request ---

    async def handle(self, request, reader, writer, upstream):
        dice = self.number("request")
        fault = self.faults.draw(dice)
        if self.spare(request):
            fault = ""
        seen = Seen(request, fault, time.monotonic())
        self.seen.append(seen)
        if request.token in self.revoked:
            self.tally["401"] += 1
            await asyncio.sleep(.3)  # whatever else was sent with that token arrives before the first of them is answered
            return await self.refuse(seen, writer, upstream, answer_text(
                401, status_object(401, "Unauthorized", "Unauthorized")), 401)
        storm = self.storm and self.storm(request)
        if storm:
            retry_after, text = storm
            self.tally["429"] += 1
            return await self.refuse(seen, writer, upstream, text, 429, retry_after)
        if fault:
            self.tally[fault] += 1
        if fault == "late":
            await asyncio.sleep(dice.uniform(.02, .7))
        elif fault == "unsent":
            raise Broken(fault)
        elif fault == "busy":
            retry_after, text = too_many(dice)
            return await self.refuse(seen, writer, upstream, text, 429, retry_after)
        elif fault == "refused":
            code, text = refusal(dice, done=False)
            return await self.refuse(seen, writer, upstream, text, code)
        sink = Sink(writer)
        if fault in ("unanswered", "denied"):
            sink = None
        elif fault == "cut":
            sink = Sink(writer, limit=int(10 ** dice.uniform(0, 4.5 if not request.is_watch else 4)))
        elif fault == "slow":
            sink = Sink(writer, slow=dice)
        upstream = await self.carry(seen, request, reader, writer, sink, upstream)
        if fault == "unanswered":
            raise Broken(fault)
        if fault == "denied":
            code, text = refusal(dice, done=True)
            return await self.refuse(seen, writer, upstream, text, code)
        return upstream

    @staticmethod
    async def refuse(seen, writer, upstream, text, code, retry_after=0):
        seen.status, seen.retry_after = code, retry_after
        writer.write(text)
        await writer.drain()
        seen.answered = time.monotonic()
        return upstream

    async def carry(self, seen, request, reader, writer, sink, upstream):
        """To the server and back. Without a sink a watch is not begun: what is not to be heard has no end either."""
        if request.is_watch and not sink:
            raise Broken("a watch that is not answered")
        if not upstream:
            upstream = await asyncio.open_connection("127.0.0.1", self.server.port, ssl=self.server.tls, limit=LONGEST_HEAD,
                                                     server_hostname="127.0.0.1")
        up, down = upstream
        down.write(request.head + request.body)
        await down.drain()
        if request.is_watch:
            self.watching[seen] = writer
        try:
            return upstream if await self.answer(seen, up, reader, sink) else self.part(upstream)
        except BaseException:
            down.transport.abort()
            raise
        finally:
            self.watching.pop(seen, None)

    @staticmethod
    def part(upstream):
        upstream[1].transport.abort()

    async def answer(self, seen, up, reader, sink):
        """Carries one answer, framing and all; answers whether the connection may be used again."""
        async def give(data):
            if sink:
                await sink.write(data)

        async def take(wait):
            """What `wait` brings, unless the client goes away meanwhile."""
            task = asyncio.ensure_future(wait)
            while not (await asyncio.wait([task], timeout=.3))[0]:
                if reader.at_eof():
                    task.cancel()
                    raise Broken("the client is gone")
            return task.result()
        head = await take(up.readuntil(b"\r\n\r\n"))
        seen.status = int(head.split(b" ")[1])
        lines = head.decode("latin-1").split("\r\n")[1:]
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        await give(head)
        if fields.get("transfer-encoding") == "chunked":
            while True:
                size = await take(up.readuntil(b"\r\n"))
                length = int(size.split(b";")[0], 16)
                piece = await take(up.readexactly(length + 2))
                await give(size + piece)
                if not length:
                    break
        elif seen.status not in (204, 304):
            left = int(fields.get("content-length", 0))
            while left:
                data = await take(up.read(min(left, PIECE)))
                if not data:
                    raise Broken("the server ended")
                left -= len(data)
                await give(data)
        seen.answered = time.monotonic()
        return fields.get("connection", "").lower() != "close"


def too_many(dice):
    """A 429, as (seconds of Retry-After or 0, text): as the API server says it, and as something in front of it would."""
    seconds = dice.choice((0, 0, 1, 1, 2))
    fields = {"Retry_After": seconds} if seconds else {}
    if dice.random() < .5:
        return seconds, answer_text(429, b"Too many requests, please try again later.\n", "text/plain; charset=utf-8", **fields)
    details = {"retryAfterSeconds": seconds} if seconds else None
    return seconds, answer_text(429, status_object(429, "TooManyRequests", "the server is busy", details), **fields)


def refusal(dice, done):
    """A refusal as (code, text). Of a request that was carried out nothing is said that denies it."""
    choices = [(500, answer_text(500, status_object(500, "InternalError", "etcdserver: request timed out"))),
               (502, answer_text(502, b"<html><body>502 Bad Gateway</body></html>", "text/html")),
               (503, answer_text(503, b"no healthy upstream\n", "text/plain")),
               (504, answer_text(504, status_object(504, "Timeout", "request did not complete within requested timeout")))]
    if not done:
        choices += [(503, answer_text(503, status_object(503, "ServiceUnavailable", "apiserver is shutting down"), Retry_After=1)),
                    (500, answer_text(500, status_object(500, "ServerTimeout", "no leader", {"retryAfterSeconds": 1})))]
    return dice.choice(choices)
