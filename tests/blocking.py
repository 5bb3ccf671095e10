"""What a process awaits, for tests that have no loop, or must not give up theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from activities.record import TurnRecorder
from cases.turn import Recorded, Turn
from store.inbox import Acceptance, Inbox, Submission

T = TypeVar("T")


def record_now(recorder: TurnRecorder, turn: Turn) -> Recorded:
    """Write a turn, and wait for it."""
    return _waited_for(recorder.record(turn))


def accept_now(inbox: Inbox, submission: Submission) -> Acceptance:
    """Note an application, and wait for it."""
    return _waited_for(inbox.accept_application(submission)).acceptance


def _waited_for(work: Coroutine[Any, Any, T]) -> T:
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()
