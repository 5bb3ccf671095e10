"""What several tests of the program need."""

from __future__ import annotations

import os

import pytest

from greenlane.connection_rules import PREFIX


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
