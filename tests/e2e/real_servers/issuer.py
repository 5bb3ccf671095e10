"""An issuer of tokens: gives them to who proves an account, and publishes the key that proves them."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.e2e.real_servers.pki import Signer

AUDIENCE = "kafka"


class Issuer:
    """A small HTTP server on a free port of this machine."""

    def __init__(self, signer: Signer, accounts: dict[str, str]) -> None:
        self.requests = 0
        self.claims: dict[str, Any] = {}
        """Put into every token, in place of what is right."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

            def do_GET(self) -> None:
                self._answer(200, signer.jwks)

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                issuer.requests += 1
                given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
                name, _, secret = given.partition(":")
                if accounts.get(name) != secret or form.get("grant_type") != ["client_credentials"]:
                    self._answer(401, {"error": "invalid_client"})
                    return
                claims = {"sub": name, "aud": AUDIENCE, "scope": form.get("scope", ["all"])[0]} | issuer.claims
                self._answer(200, {"access_token": signer.token(**claims), "token_type": "Bearer", "expires_in": 3600})

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where tokens are had."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/token"

    @property
    def jwks_url(self) -> str:
        """Where the keys are."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/jwks"

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()
