"""What a process tells about itself: structured logs with the case id, and one page of metrics."""

from __future__ import annotations

import logging
import math
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, MutableMapping
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from greenlane.settings import Settings
from wording.errors import GreenlaneError
from wording.foreign import visible
from wording.libraries import os_said
from wording.text import _

SDK_TIMEOUT_SECONDS = 1.0


class MetricsPortError(GreenlaneError):
    """The port for metrics is taken."""

    code = "port_in_use"


class StandardErrorHandler(logging.Handler):
    """Writes each line to what is standard error then: a stream kept from the start may be closed by whoever lent it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def _safe(_: object, __: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Every text of a line made visible; only a trace of calls, which is ours, keeps its line ends."""
    return {name: _visible(value, lines=name in ("exception", "stack")) for name, value in event.items()}


def _visible(value: object, *, lines: bool) -> object:
    match value:
        case str():
            return visible(value, lines=lines)
        case dict():
            return {_visible(key, lines=False): _visible(inner, lines=False) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_visible(inner, lines=False) for inner in value]
        case float() if not math.isfinite(value):
            return str(value)
        case bool() | int() | float() | None:
            return value
        case _:
            return visible(str(value))


def configure_logging(settings: Settings, process: str) -> None:
    """Log to standard error: lines for people on a console, JSON for machines. No personal data are ever logged."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = structlog.processors.JSONRenderer()
    if settings.log_format == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        cache_logger_on_first_use=True,
    )
    handler = StandardErrorHandler()
    final = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _safe,
        renderer,
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    # The Kafka client tells every reconnect attempt; what matters of it we say ourselves.
    logging.getLogger("kafka").setLevel(logging.ERROR)
    structlog.contextvars.bind_contextvars(process=process)


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the base class
        """Scrapes are no news."""


def serve_metrics(settings: Settings, sdk_address: str | None = None) -> None:
    """Serve our metrics, and the Temporal SDK's beside them, on one page. Raises MetricsPortError."""

    def page(
        _environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]
    ) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
        return [generate_latest(REGISTRY), _sdk_page(sdk_address)]

    try:
        server = make_server(
            settings.metrics_host, settings.metrics_port, page, WSGIServer, handler_class=_QuietHandler
        )
    except OSError as error:
        raise MetricsPortError(
            _(
                "Port {metrics_port} for metrics cannot be used: {reason}.",
                metrics_port=settings.metrics_port,
                reason=os_said(error),
            ),
            field="GREENLANE_METRICS_PORT",
            remedy=_("Name a free one, or 0."),
        ) from error
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def _sdk_page(address: str | None) -> bytes:
    if address is None:
        return b""
    try:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=SDK_TIMEOUT_SECONDS) as answer:
            return bytes(answer.read())
    except (OSError, urllib.error.URLError):
        return b""


def free_address(host: str) -> str:
    """A host and port that nobody uses now, for the SDK's own metrics page."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return f"{host}:{probe.getsockname()[1]}"
