"""Work that runs in a thread until it is told to stop, for whoever serves it from an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def serve_in_thread(run: Callable[[], None], stop: Callable[[], None]) -> None:
    """`run` in a thread, without blocking the event loop, until it returns or we are cancelled: `stop` lets it return.

    What is in hand is finished either way. Raises what `run` raises.
    """
    work = asyncio.create_task(asyncio.to_thread(run))
    try:
        await asyncio.shield(work)
    finally:
        stop()
        await work
