"""Questions over HTTP whose whole answer has one deadline and one size, however slowly or long the other side writes."""

from __future__ import annotations

import asyncio
import ssl
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx

LARGEST_ANSWER_BYTES: Final = 65_536
ATTEMPTS: Final = 2
"""A connection that was kept open may have been closed meanwhile; what is asked may be asked twice."""
_STARTING: Final = threading.Lock()


class AnswerTooLongError(Exception):
    """The other side wrote more than an answer can be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    phrase: str
    content: bytes


class Asker:
    """Asks from any thread, over connections that are kept."""

    def __init__(self, headers: Mapping[str, str], timeout_seconds: float, context: ssl.SSLContext | None) -> None:
        self._timeout_seconds = timeout_seconds
        self._loop = _loop()
        self._client = httpx.AsyncClient(
            verify=context or True,
            timeout=None,  # noqa: S113 - theirs begins anew with each byte; ours is around all of it
            headers={**headers, "Accept-Encoding": "identity"},
        )
        weakref.finalize(self, _close, self._client, self._loop).atexit = False

    def post(self, url: str, body: Mapping[str, str]) -> Answer:
        """The whole answer to a body of JSON.

        Raises TimeoutError where it is not there in time, AnswerTooLongError, httpx.HTTPError, httpx.InvalidURL.
        """
        return asyncio.run_coroutine_threadsafe(self._within_time(url, body), self._loop).result()

    async def _within_time(self, url: str, body: Mapping[str, str]) -> Answer:
        async with asyncio.timeout(self._timeout_seconds):
            for _attempt in range(1, ATTEMPTS):
                try:
                    return await self._post(url, body)
                except httpx.TransportError:
                    continue
            return await self._post(url, body)

    async def _post(self, url: str, body: Mapping[str, str]) -> Answer:
        async with self._client.stream("POST", url, json=body) as answer:
            content = bytearray()
            async for block in answer.aiter_raw():
                content += block
                if len(content) > LARGEST_ANSWER_BYTES:
                    raise AnswerTooLongError
            return Answer(answer.status_code, answer.reason_phrase, bytes(content))


def _close(client: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
    asyncio.run_coroutine_threadsafe(client.aclose(), loop)


def _loop() -> asyncio.AbstractEventLoop:
    with _STARTING:
        return _started_loop()


@cache
def _started_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="questions", daemon=True).start()
    return loop
