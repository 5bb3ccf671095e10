"""What a failed recording means to Temporal: the one place where the store's errors become retries, or a stop."""

from __future__ import annotations

from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from events.transport.errors import Unavailable
from store.errors import StoreError

UNEXPECTED = "unexpected"


class FailureMapping(Interceptor):
    """Maps errors of every activity of a worker.

    - An error that may pass (`retryable`) is tried again for ever, quietly: one line in the log per outage and case, not
      a traceback per attempt.
    - One that cannot (the ledger lost rows; a defect of ours) is not tried again: the workflow turns it into a failing
      workflow task, see workflows/case.py. The case stays open, keeps taking signals and costs no history.
    - An unexpected one is tried again and logged in full.

    Messages of foreign exceptions stay in the log: a failure becomes part of the history, and drivers quote data.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - Temporal's name
        """What maps the errors of every activity of the worker."""
        return _Mapped(next)


class _Mapped(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - Temporal's name
        try:
            return await super().execute_activity(input)
        except ApplicationError:
            raise
        except StoreError as error:
            raise _of_store(error) from None
        except Unavailable as error:
            raise ApplicationError(str(error), type="unavailable", category=ApplicationErrorCategory.BENIGN) from None
        except Exception as error:
            activity.logger.exception("an activity failed unexpectedly")
            raise ApplicationError(f"{type(error).__name__}; the worker's log has more", type=UNEXPECTED) from None


def _of_store(error: StoreError) -> ApplicationError:
    if not error.retryable:
        activity.logger.error("a turn cannot be recorded, the case waits for help: %s", error)
        return ApplicationError(str(error), type=error.code, non_retryable=True)
    if activity.info().attempt == 1:
        activity.logger.warning("a turn is not recorded yet, and is tried again: %s", error)
    return ApplicationError(str(error), type=error.code, category=ApplicationErrorCategory.BENIGN)
