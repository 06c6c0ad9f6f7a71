#!/usr/bin/env python3
"""An HTTPS server that misbehaves on demand, for the tests of libaim-curl. The path says how.

    server.py FOLDER

FOLDER holds the certificates that certificates.sh made. For every kind of listener the server writes its port to
FOLDER/port.KIND, then the file FOLDER/ready. It ends when its standard input does.
"""
import gzip
import json
import os
import select
import socket
import ssl
import struct
import sys
import threading
import time

FOLDER = sys.argv[1]
LOCK = threading.Lock()
COUNTS = {"connections": 0}


def count(name):
    with LOCK:
        COUNTS[name] = COUNTS.get(name, 0) + 1
        return COUNTS[name]


class Request:
    def __init__(self, method, target, headers, body, connection):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.connection = connection
        self.path = target.split("?", 1)[0]


class Gone(Exception):
    """The connection is to be closed."""


class Connection:
    def __init__(self, sock, number):
        self.sock, self.number, self.buffer, self.secret_count = sock, number, b"", 0

    def line(self):
        while b"\n" not in self.buffer:
            piece = self.sock.recv(65536)
            if not piece:
                raise Gone
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("latin-1")

    def take(self, size):
        while len(self.buffer) < size:
            piece = self.sock.recv(65536)
            if not piece:
                raise Gone
            self.buffer += piece
        out, self.buffer = self.buffer[:size], self.buffer[size:]
        return out

    def request(self):
        method, target, _ = self.line().split(" ", 2)
        headers = []
        while True:
            line = self.line()
            if not line:
                break
            name, value = line.split(":", 1)
            headers.append([name.lower(), value.strip()])
        size = int(dict(headers).get("content-length", "0"))
        return Request(method, target, headers, self.take(size), self.number)

    def send(self, data):
        self.sock.sendall(data)

    def answer(self, status, body=b"{}", headers=(), kind="application/json"):
        head = "HTTP/1.1 %d Whatever\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (status, kind, len(body))
        self.send((head + "".join("%s: %s\r\n" % h for h in headers) + "\r\n").encode("latin-1") + body)

    def chunked_head(self, headers=""):
        self.send(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%sTransfer-Encoding: chunked\r\n\r\n"
                   % headers).encode())

    def chunk(self, data):
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def cut(self):
        """Closes without a word: no close_notify, and a reset where the kernel allows it."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw = socket.socket(fileno=os.dup(self.sock.fileno()))
        raw.close()
        raise Gone


def hang(connection):
    """Says nothing until the other side goes away."""
    while True:
        ready, _, _ = select.select([connection.sock], [], [], 30)
        if ready and not connection.sock.recv(65536):
            raise Gone


def serve_echo(c, r):
    c.answer(200, json.dumps({"method": r.method, "target": r.target, "headers": r.headers,
                              "body": r.body.decode("latin-1"), "connection": r.connection}).encode())


def serve_status(c, r):
    c.answer(int(r.path.rsplit("/", 1)[1]), b'{"kind":"Status"}')


def serve_tiny_chunks(c, r):
    c.chunked_head()
    for byte in b'{"kind":"PodList","items":[1,2,3]}':
        c.chunk(bytes([byte]))
    c.send(b"0\r\n\r\n")


def serve_cut_length(c, r):
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"half\":")
    time.sleep(0.05)
    c.cut()


def serve_cut_chunked(c, r):
    c.chunked_head()
    c.chunk(b'{"half":')
    time.sleep(0.05)
    c.cut()


def serve_cut_head(c, r):
    count("cut-head " + r.method)
    c.send(b"HTTP/1.1 200 O")
    time.sleep(0.05)
    c.cut()


def serve_cut_close(c, r):
    c.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"half\":")
    raise Gone


def serve_cut_at(c, r):
    """The whole answer, cut after so many bytes."""
    at = int(r.path.rsplit("/", 1)[1])
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    c.send(whole[:at])
    raise Gone


def serve_silence(c, r):
    hang(c)


def serve_half_silence(c, r):
    c.chunked_head()
    c.chunk(b'{"half":')
    hang(c)


def serve_loris(c, r):
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}":
        c.send(bytes([byte]))
        time.sleep(0.02)


def serve_header_bomb(c, r):
    c.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        c.send(b"X-Bomb: " + b"b" * 1000 + b"\r\n")


def serve_long_header(c, r):
    c.send(b"HTTP/1.1 200 OK\r\nX-Long: " + b"b" * 80000 + b"\r\nContent-Length: 2\r\n\r\n{}")


def serve_endless(c, r):
    c.chunked_head()
    while True:
        c.chunk(b" " * 16384)


def serve_stream(c, r):
    c.chunked_head()
    number = 0
    while True:
        number += 1
        c.chunk(b'{"type":"BOOKMARK","n":%d}\n' % number)
        time.sleep(0.03)


def serve_bytes(c, r):
    c.answer(200, b" " * int(r.path.rsplit("/", 1)[1]))


def serve_gzip(c, r):
    text = b'{"packed":true}'
    if "gzip" in dict(r.headers).get("accept-encoding", ""):
        c.answer(200, gzip.compress(text), [("Content-Encoding", "gzip")])
    else:
        c.answer(200, text)


def serve_gzip_unasked(c, r):
    c.answer(200, gzip.compress(b"{}"), [("Content-Encoding", "gzip")])


def serve_gzip_bomb(c, r):
    c.answer(200, gzip.compress(b" " * (64 << 20), 9), [("Content-Encoding", "gzip")])


def serve_gzip_members(c, r):
    c.answer(200, gzip.compress(b'{"a":') + gzip.compress(b"1}"), [("Content-Encoding", "gzip")])


def serve_gzip_broken(c, r):
    c.answer(200, gzip.compress(b'{"a":1}' * 100)[:30] + b"garbage garbage", [("Content-Encoding", "gzip")])


def serve_redirect(c, r):
    c.answer(302, b"", [("Location", "https://localhost:%d/elsewhere" % PORTS["good"])])


def serve_elsewhere(c, r):
    count("elsewhere")
    c.answer(200)


def serve_informational(c, r):
    c.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nWarning: 299 - early\r\n\r\n")
    c.answer(200)


def serve_warnings(c, r):
    c.answer(429, b"{}", [("Warning", '299 - "first"'), ("Retry-After", "7"), ("warning", '299 - "second"'),
                          ("Date", "Thu, 01 Jan 2026 00:00:00 GMT")])


def serve_old_http(c, r):
    c.send(b"{}")
    raise Gone


def serve_guarded(c, r):
    with open(os.path.join(FOLDER, "accepted")) as file:
        accepted = file.read()
    good = dict(r.headers).get("authorization") == accepted
    c.answer(200 if good else 401, b'{"kind":"Status"}')


def serve_counts(c, r):
    with LOCK:
        c.answer(200, json.dumps(COUNTS).encode())


def serve_die_next(c, r):
    """A good answer, and the next request on this connection gets none."""
    c.answer(200)
    next_one = c.request()
    count("died " + next_one.method)
    raise Gone


def serve_peer(c, r):
    certificate = c.sock.getpeercert() if hasattr(c.sock, "getpeercert") else None
    subject = dict(x[0] for x in certificate["subject"]) if certificate else {}
    c.answer(200, json.dumps({"user": subject.get("commonName", ""), "tls": c.sock.version(),
                              "connection": c.number}).encode())


PATHS = {name[6:].replace("_", "-"): value for name, value in list(globals().items()) if name.startswith("serve_")}


def talk(sock, number):
    connection = Connection(sock, number)
    try:
        while True:
            request = connection.request()
            PATHS.get(request.path.split("/")[1], serve_echo)(connection, request)
    except (Gone, OSError, ValueError):
        pass
    finally:
        try:
            sock.close()
        except OSError:
            pass


def context(name, **more):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(os.path.join(FOLDER, name + ".crt"), os.path.join(FOLDER, name + ".key"))
    made.set_alpn_protocols(["http/1.1"])
    if more.get("client"):
        made.verify_mode = ssl.CERT_REQUIRED if more["client"] == "must" else ssl.CERT_OPTIONAL
        made.load_verify_locations(os.path.join(FOLDER, "ca.crt"))
    if more.get("old"):
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = ssl.TLSVersion.TLSv1_1
    if more.get("tls12"):
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    return made


def listen(kind, handle):
    family = socket.AF_INET6 if kind == "ipv6" else socket.AF_INET
    server = socket.socket(family)
    try:
        server.bind(("::1" if kind == "ipv6" else "127.0.0.1", 0))
    except OSError:
        return None  # no IPv6 here
    server.listen(64)

    def accept():
        while True:
            sock, _ = server.accept()
            threading.Thread(target=handle, args=(sock, count("connections")), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    return server.getsockname()[1]


def over_tls(tls):
    def handle(sock, number):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wrapped = tls.wrap_socket(sock, server_side=True, suppress_ragged_eofs=True, do_handshake_on_connect=False)
        try:
            wrapped.do_handshake()
        except OSError:
            # Closing with something unread would reset the connection, and our alert would be lost.
            raw = socket.socket(fileno=wrapped.detach())
            raw.settimeout(1)
            try:
                raw.shutdown(socket.SHUT_WR)
                while raw.recv(65536):
                    pass
            except OSError:
                pass
            raw.close()
            return
        talk(wrapped, number)
    return handle


def tunnel(sock, number):
    """A proxy that knows CONNECT only."""
    connection = Connection(sock, number)
    try:
        request = connection.request()
        count("tunnels")
        names = " ".join(name for name, _ in request.headers)
        with LOCK:
            COUNTS["secrets at the proxy"] = COUNTS.get("secrets at the proxy", 0) + ("authorization" in names.split())
        if request.method != "CONNECT":
            connection.answer(405)
            return
        host, port = request.target.rsplit(":", 1)
        if host == "refused.example":
            connection.answer(403, b"no", kind="text/plain")
            return
        out = socket.create_connection(("127.0.0.1", int(port)))
        connection.send(b"HTTP/1.1 200 Go\r\n\r\n")
        while True:
            ready, _, _ = select.select([sock, out], [], [], 30)
            for one in ready:
                data = one.recv(65536)
                if not data:
                    return
                (out if one is sock else sock).sendall(data)
    except (Gone, OSError, ValueError):
        pass
    finally:
        sock.close()


def close_at_once(sock, number):
    sock.close()


def never_speak(sock, number):
    time.sleep(60)
    sock.close()


PORTS = {}
LISTENERS = {
    "good": over_tls(context("server")), "ipv6": over_tls(context("server")),
    "tls12": over_tls(context("server", tls12=True)),
    "other": over_tls(context("other-server")), "expired": over_tls(context("expired")),
    "named": over_tls(context("named")), "old": over_tls(context("server", old=True)),
    "client": over_tls(context("server", client="must")), "optional": over_tls(context("server", client="may")),
    "plain": talk, "proxy": tunnel, "closing": close_at_once, "mute": never_speak,
}
for KIND, HANDLE in LISTENERS.items():
    PORTS[KIND] = listen(KIND, HANDLE)
    with open(os.path.join(FOLDER, "port." + KIND), "w") as out_file:
        out_file.write(str(PORTS[KIND] or ""))
with open(os.path.join(FOLDER, "ready"), "w") as out_file:
    out_file.write("ready\n")
sys.stdin.read()
os._exit(0)
