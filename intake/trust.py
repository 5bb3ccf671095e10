"""How surely a topic tells who wrote on it: only where the broker keeps everybody else from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from events.language.commands import Assurance
from events.transport.errors import KafkaAwayError, NotPermittedError, Unavailable

log = structlog.get_logger()


class Trust:
    """Asks the broker once, with the first message: what comes from it shows that it answers. From one event loop."""

    def __init__(self, is_guarded: Callable[[], bool]) -> None:
        """`is_guarded`: whether the broker holds an access list; may raise the transport's errors."""
        self._is_guarded = is_guarded
        self._asking = asyncio.Lock()
        self._found: Assurance | None = None

    async def assurance(self) -> Assurance:
        """`topic`, or `claimed` where anybody may write on anybody's topic. Raises Unavailable."""
        if self._found is None:
            async with self._asking:
                if self._found is None:
                    self._found = await asyncio.to_thread(self._probed)
                    log.info("topics prove who wrote on them", assurance=self._found)
        return self._found

    def _probed(self) -> Assurance:
        try:
            return Assurance.TOPIC if self._is_guarded() else Assurance.CLAIMED
        except KafkaAwayError as error:
            raise Unavailable("Kafka") from error
        except NotPermittedError:
            return Assurance.CLAIMED


UNGUARDED = Trust(lambda: False)
"""Of a broker of which nothing is known."""
