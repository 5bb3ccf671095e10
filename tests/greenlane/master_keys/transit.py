"""A transit engine on this machine that answers as the documentation of OpenBao and HashiCorp Vault says."""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.of-the-bridge"
DRIP_SECONDS = 0.02


@dataclass
class Transit:
    """One engine with one key."""

    name: str = "greenlane"
    versions: list[bytes] = field(default_factory=lambda: [AESGCM.generate_key(256)])
    asked: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, object]] = field(default_factory=list)
    """What is answered next, whatever is asked: a fault."""
    hangs: threading.Event | None = None
    drips: str | None = None
    """What comes byte by byte, each in time: `head` or `body`."""
    closed: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def rotate(self) -> None:
        """As an operator does there: the newest version wraps, the older ones unwrap."""
        self.versions.append(AESGCM.generate_key(256))

    def answer(self, path: str, token: str | None, body: dict[str, str]) -> tuple[int, object]:
        """The answer to one request."""
        self.asked.append(body)
        if self.hangs is not None:
            self.hangs.wait()
        if self.answers:
            return self.answers.pop(0)
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        match path.split("/"):
            case ["", "v1", "transit", "encrypt" | "decrypt", name] if name != self.name:
                return 400, {"errors": ["encryption key not found"]}
            case ["", "v1", "transit", "encrypt", _]:
                return self._encrypt(body)
            case ["", "v1", "transit", "decrypt", _]:
                return self._decrypt(body)
        return 404, {"errors": [f"no handler for route {path!r}"]}

    def _encrypt(self, body: dict[str, str]) -> tuple[int, object]:
        nonce = b"n" * 11 + bytes([len(self.asked) % 256])
        sealed = AESGCM(self.versions[-1]).encrypt(nonce, base64.b64decode(body["plaintext"]), _associated(body))
        ciphertext = f"vault:v{len(self.versions)}:{base64.b64encode(nonce + sealed).decode()}"
        return 200, {"data": {"ciphertext": ciphertext, "key_version": len(self.versions)}}

    def _decrypt(self, body: dict[str, str]) -> tuple[int, object]:
        if not body["ciphertext"].startswith("vault:v"):
            return 400, {"errors": ["invalid ciphertext: no prefix"]}
        version, content = body["ciphertext"].removeprefix("vault:v").split(":", 1)
        if int(version) > len(self.versions):
            return 400, {"errors": ["invalid ciphertext: version is too new"]}
        try:
            raw = base64.b64decode(content)
        except binascii.Error:
            return 400, {"errors": ["invalid ciphertext: could not decode base64"]}
        try:
            plain = AESGCM(self.versions[int(version) - 1]).decrypt(raw[:12], raw[12:], _associated(body))
        except InvalidTag:
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}


def _associated(body: dict[str, str]) -> bytes:
    return base64.b64decode(body.get("associated_data", ""))


@contextmanager
def a_transit() -> Iterator[Transit]:
    """An engine that listens on a port of its own; its `url` is what the settings name."""
    transit = Transit()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = transit.answer(self.path, self.headers.get("X-Vault-Token"), body)
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            head = f"HTTP/1.1 {status} {responses.get(status, '')}\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            with suppress(ConnectionError):  # whoever asked has given up
                for part, whole in (("head", head), ("body", content)):
                    self._write(whole, drips=transit.drips == part)

        def _write(self, content: bytes, *, drips: bool) -> None:
            step = 1 if drips else len(content) + 1
            for place in range(0, len(content), step):
                self.wfile.write(content[place : place + step])
                if drips:
                    transit.closed.wait(DRIP_SECONDS)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    transit.url = f"http://127.0.0.1:{server.server_port}/v1/transit"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield transit
    finally:
        if transit.hangs is not None:
            transit.hangs.set()
        transit.closed.set()
        server.shutdown()
        server.server_close()
        thread.join()
