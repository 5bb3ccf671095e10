"""Where log lines go: to what is standard error when they are written."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from greenlane.settings import Settings
from greenlane.telemetry import configure_logging


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The logging of whoever runs the tests."""
    root = logging.getLogger()
    handlers, level, kafka = root.handlers[:], root.level, logging.getLogger("kafka").level
    # Taken away, not only put back: a configuration closes the handlers that it replaces.
    root.handlers[:] = []
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("kafka").setLevel(kafka)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_stream_that_was_closed_is_not_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lent the program a standard error takes it away; a thread that still has something to say uses the next one."""
    lent, after = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", lent)
    configure_logging(Settings(log_format="json"), "test")
    logging.getLogger("somebody").warning("first")
    assert "first" in lent.getvalue()
    lent.close()
    monkeypatch.setattr(sys, "stderr", after)
    logging.getLogger("somebody").warning("second")
    assert "second" in after.getvalue()
    assert "Logging error" not in after.getvalue()
