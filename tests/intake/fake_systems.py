"""Submitting systems for tests of the reception that are about something else: every name is registered, every source its own."""

from __future__ import annotations

from typing import Self


class AnySystem:
    """Knows all systems, and is each of them."""

    sources = ("/",)

    def known_id(self, _: str) -> Self:
        return self

    def owns(self, _: str) -> bool:
        return True
