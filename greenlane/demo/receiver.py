"""A supervisor's system that takes alerts by webhook: it counts them by their idempotency key."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class AlertReceiver:
    """Listens on a free local port until closed."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.keys.add(self.headers.get("Idempotency-Key", ""))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the base class
                """What arrived is on the screen already."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, name="alert-receiver", daemon=True).start()

    @property
    def url(self) -> str:
        """Where it takes alerts."""
        return f"http://127.0.0.1:{self._server.server_port}/alerts"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
