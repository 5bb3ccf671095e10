"""I13: every workflow history that is stored replays on today's code: on all cores, a few at a time, beside this process."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Final, NamedTuple

from google.protobuf.message import DecodeError
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Replayer

from audit.crew import cores, spread
from audit.verification_report import ReplayTally
from audit.violation import Violation
from store.database import Store
from store.histories import Histories, Run, StoredHistory
from store.seals import workflow_seal
from wording.text import _
from workflows.case import CaseWorkflow
from workflows.converter import DATA_CONVERTER, SEAL, Seal, sealed
from workflows.dossier import DossierWorkflow
from workflows.worker import runner

BATCH: Final = 50
UNPACKED_MAX_BYTES: Final = 64 * 1024 * 1024
"""Temporal itself ends a run at 50 MB."""
WORDS_MAX: Final = 200
MESSAGE: Final = re.compile(r'message: "((?:[^"\\]|\\.)*)"')
"""In what the SDK says of a task that failed: the reason itself, before all that it says about it."""


class AskedHistories(NamedTuple):
    """Which histories are replayed, and how."""

    sample: int | None = None
    """So many: half of them the newest, the others drawn by the seed; None: all."""
    seed: str = ""
    sandbox: bool = False
    """Whether workflow code runs in Temporal's sandbox, as it does in the worker."""


class Failed(NamedTuple):
    """A history that does not replay, and why."""

    run: Run
    why: str


def check_histories(
    store: Store, asked: AskedHistories, tally: ReplayTally, watch: Callable[[int], None] | None = None
) -> Iterator[Violation]:
    """Those that do not replay. `watch` is called with how many more were replayed. Raises StoreError, ProcessLost."""
    histories, seal = Histories(store), workflow_seal(store)
    stored, tally.left_out = histories.count()
    tally.seed = None if asked.sample is None else asked.seed
    chosen = histories.all() if asked.sample is None else histories.sample(asked.sample, asked.seed)
    number = stored if asked.sample is None else min(stored, asked.sample)
    processes = min(cores(), -(-number // BATCH))
    hire = partial(_hired, None if seal is None else seal[0], asked.sandbox)
    with closing(spread(hire, _batches(chosen), processes)) as answers:
        for replayed, failed in answers:
            tally.replayed += replayed
            if watch is not None:
                watch(replayed)
            for run, why in failed:
                said = _("run {run} does not replay: {why}", run=run.run_id, why=why)
                yield Violation("I13", run.workflow_id, None, said)


def _hired(seal: bytes | None, sandbox: bool) -> Replaying:
    # What does not replay is a finding, and is told as one: not by the SDK on the screen.
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)
    return Replaying(seal, sandbox)


def _batches(histories: Iterator[StoredHistory]) -> Iterator[list[StoredHistory]]:
    batch: list[StoredHistory] = []
    for history in histories:
        batch.append(history)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class Replaying:
    """Replays histories in this process: without a server, by the code that the worker runs."""

    def __init__(self, seal: bytes | None, sandbox: bool) -> None:
        """`seal`: the installation's key for its payloads; None: it has none."""
        self._runtime = Runtime(telemetry=TelemetryConfig(logging=None))
        self._seal, self._sandbox = seal, sandbox

    def __call__(self, histories: Sequence[StoredHistory]) -> tuple[int, list[Failed]]:
        """How many were looked at, and those that do not replay."""
        return len(histories), asyncio.run(self._failed(histories))

    async def _failed(self, histories: Sequence[StoredHistory]) -> list[Failed]:
        failed: list[Failed] = []
        by_seal: dict[bool, list[tuple[Run, WorkflowHistory]]] = {True: [], False: []}
        for stored in histories:
            try:
                history = _read(stored)
            except ValueError as error:
                failed.append(Failed(stored.run, f"it cannot be read ({_short(error)})"))
            else:
                by_seal[_is_sealed(history)].append((stored.run, history))
        for is_sealed, some in by_seal.items():
            failed += await self._not_replayed(some, is_sealed)
        return failed

    async def _not_replayed(self, histories: Sequence[tuple[Run, WorkflowHistory]], is_sealed: bool) -> list[Failed]:
        if not histories:
            return []
        # A history does not know its run: one that was reset bears the id of the first.
        runs = {id(history): run for run, history in histories}
        failed: list[Failed] = []
        async with self._replayer(is_sealed).workflow_replay_iterator(_each(histories)) as results:
            async for result in results:
                if result.replay_failure is not None:
                    failed.append(Failed(runs[id(result.history)], _short(result.replay_failure)))
        return failed

    def _replayer(self, is_sealed: bool) -> Replayer:
        # A run that was begun before there were seals was also sent what bears none, and the worker believed it.
        seal = None if self._seal is None else Seal(self._seal, open_to_older=not is_sealed)
        return Replayer(
            workflows=[CaseWorkflow, DossierWorkflow],
            data_converter=DATA_CONVERTER if seal is None else sealed(seal),
            workflow_runner=runner(self._sandbox),
            runtime=self._runtime,
            # On a busy machine a task may take longer than the two seconds after which the SDK calls it stuck.
            debug_mode=True,
        )


async def _each(histories: Sequence[tuple[Run, WorkflowHistory]]) -> AsyncIterator[WorkflowHistory]:
    for _run, history in histories:
        yield history


def _read(stored: StoredHistory) -> WorkflowHistory:
    """Raises ValueError."""
    try:
        history = History.FromString(stored.unpacked(UNPACKED_MAX_BYTES))
    except DecodeError as error:
        raise ValueError("no history of Temporal's") from error
    if not history.events or not history.events[0].HasField("workflow_execution_started_event_attributes"):
        raise ValueError("it does not begin with a start")
    return WorkflowHistory(stored.run.workflow_id, list(history.events))


def _is_sealed(history: WorkflowHistory) -> bool:
    payloads = history.events[0].workflow_execution_started_event_attributes.input.payloads
    return any(SEAL in payload.metadata for payload in payloads)


def _short(error: Exception) -> str:
    """What is said first of a failure, on one line; never a payload."""
    said = MESSAGE.search(str(error))
    words = str(error) if said is None else said[1]
    return words.replace("\\n", "\n").partition("\n")[0][:WORDS_MAX]
