"""One thing that was looked at: whether it is well, what was found, and what mends it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from wording.text import LazyText, _, in_language, layout, sentences

IDS: Final = (
    # in the order in which they are told: first what the others stand on
    "settings",
    "settings_secure",
    "python",
    "programs",
    "memory",
    "state_folder",
    "disk",
    "stack",
    "temporal",
    "kafka",
    "postgresql",
    "tables",
    "topics",
    "search_attributes",
    "database_accounts",
    "kafka_accounts",
    "worker",
    "bridge",
    "publisher",
    "clock",
    "business_time",
    "certificates",
    "catalogue",
    "catalogue_folder",
    "calendars",
    "heads",
    "roles",
    "outbox",
    "alerts",
    "dead_letters",
    "checkpoints",
    "checkpoint_file",
    "master_key",
)
"""Every check that there is, by its stable id; docs/operations.md says what each looks at."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    id: str
    message: LazyText
    """What was found, in a sentence."""
    remedy: LazyText | None = None
    """What mends it; None: it is well."""

    @property
    def ok(self) -> bool:
        """Whether it is well."""
        return self.remedy is None

    def as_json(self, language: str) -> dict[str, Any]:
        """The check for machines."""
        remedy = None if self.remedy is None else in_language(sentences(self.remedy), language)
        return {
            "id": self.id,
            "ok": self.ok,
            "message": in_language(sentences(self.message), language),
            "remedy": remedy,
        }


def in_order(checks: list[Check]) -> list[Check]:
    """The checks as they are told."""
    return sorted(checks, key=lambda check: IDS.index(check.id))


LISTED_MAX: Final = 5


def listed(names: list[str], most: int = LISTED_MAX) -> LazyText:
    """Some names, and how many there are beside them."""
    shown, more = ", ".join(names[:most]), len(names) - most
    return layout("{shown}", shown=shown) if more <= 0 else _("{shown} and {more} more", shown=shown, more=more)
