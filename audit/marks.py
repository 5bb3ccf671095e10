"""A small number for each of many messages: a byte apiece, where their numbers lie close together as those of the outbox do."""

from __future__ import annotations

from collections.abc import Iterator

PAGE_BITS = 12
PAGE = 1 << PAGE_BITS


class Marks:
    """What was noted of each message, 0 to 255; 0 of one of which nothing was noted."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def __getitem__(self, number: int) -> int:
        page = self._pages.get(number >> PAGE_BITS)
        return 0 if page is None else page[number & (PAGE - 1)]

    def __setitem__(self, number: int, mark: int) -> None:
        page = self._pages.setdefault(number >> PAGE_BITS, bytearray())
        if not page:
            page.extend(bytes(PAGE))
        page[number & (PAGE - 1)] = mark

    def __iter__(self) -> Iterator[int]:
        """The numbers of which something was noted, rising."""
        for place in sorted(self._pages):
            for offset, mark in enumerate(self._pages[place]):
                if mark:
                    yield (place << PAGE_BITS) + offset
