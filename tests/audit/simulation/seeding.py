"""How a mistake is put into the core: one rule each, wherever the core knows it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from cases import evolve
from cases.model import Case
from cases.stream import StreamRules

Mistake = Callable[[pytest.MonkeyPatch], None]
MISTAKES: list[Mistake] = []


def mistake(put: Mistake) -> Mistake:
    """One of the seeded mistakes."""
    MISTAKES.append(put)
    return put


def everywhere(patch: pytest.MonkeyPatch, right: Any, wrong: Any) -> None:
    """Put one function in the place of another wherever the core knows it by name, in its tables too."""
    for name, module in list(sys.modules.items()):
        if not name.startswith(("cases.", "sla.")):
            continue
        for known, value in list(vars(module).items()):
            if value is right:
                patch.setattr(module, known, wrong)
            elif isinstance(value, dict | StreamRules):
                table = value if isinstance(value, dict) else vars(value)
                for key in [key for key, entry in table.items() if entry is right]:
                    patch.setitem(table, key, wrong)


def folds(patch: pytest.MonkeyPatch, event: type, change: Callable[[Case, Any, datetime, Any], Any]) -> None:
    """Let an event mean something else for the case; the right meaning is handed over."""
    right = evolve._CHANGES[event]
    patch.setitem(evolve._CHANGES, event, lambda case, told, at: change(case, told, at, right))
