"""How workflows record and ask: local activities that are tried as long as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=20)
)
"""For ever: nothing that was accepted is dropped."""
ATTEMPT = timedelta(seconds=30)
PATIENCE = timedelta(minutes=5)
"""After that it is asked anew, with what has come meanwhile, and a history that grew long can be left behind."""
TIMER_FROM = timedelta(seconds=2)
"""A longer pause between attempts is a timer of the server's: it holds none of the worker's few workflow tasks."""

T = TypeVar("T")


class StuckError(Exception):
    """Something, a turn above all, that cannot be done, and that no retry helps. It fails the workflow task, never the workflow.

    So the case stays open and keeps what it is sent; Temporal shows it as failing, tries again more and more slowly
    without adding to the history, and goes on when the ledger is restored or the defect is mended.
    """


async def run_local(name: str, arguments: Sequence[Any], answer: type[T], summary: str) -> T | None:
    """The answer of a local activity; None: nobody could be reached for long. Raises StuckError where no retry helps."""
    try:
        result: T = await workflow.execute_local_activity(
            name,
            args=arguments,
            result_type=answer,
            start_to_close_timeout=ATTEMPT,
            schedule_to_close_timeout=PATIENCE,
            local_retry_threshold=TIMER_FROM,
            retry_policy=RETRY,
            summary=summary[:180],
        )
    except FailureError as error:
        # A local activity's failure comes bare, a regular one's inside an ActivityError.
        cause = error.cause if isinstance(error, ActivityError) else error
        if is_cancelled_exception(error):
            raise
        if isinstance(cause, ApplicationError) and cause.non_retryable:
            raise StuckError(cause.message) from None
        return None
    return result
