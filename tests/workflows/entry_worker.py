"""A worker process that can be killed between the ledger's commit and the completion of its workflow task.

`python -m tests.workflows.entry_worker TEMPORAL TASK_QUEUE DATABASE_URL [COMMAND_ID FILE]`: having committed a turn that
settles the command, it writes the file, and answers no more.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from activities.record import TurnRecorder
from cases.turn import Recorded, Turn
from events.language.topics import Topics
from store.database import Store
from store.recorder import Recorder
from workflows.converter import DATA_CONVERTER
from workflows.worker import case_worker


@dataclass
class SilentRecorder:
    """Commits, and then does not say so."""

    recorder: TurnRecorder
    command_id: str
    file: Path

    async def record(self, turn: Turn) -> Recorded:
        """As the recorder does; after the turn with the command it hangs."""
        recorded = await self.recorder.record(turn)
        if any(outcome.command_id == self.command_id for outcome in turn.outcomes):
            self.file.touch()
            await asyncio.Event().wait()
        return recorded


async def work(address: str, task_queue: str, database_url: str, *silence: str) -> None:
    """Run the worker until it is killed."""
    client = await Client.connect(address, data_converter=DATA_CONVERTER)
    recorder: TurnRecorder = Recorder(Store.connect(database_url), Topics("greenlane"))
    if silence:
        recorder = SilentRecorder(recorder, silence[0], Path(silence[1]))
    await case_worker(client, recorder, task_queue=task_queue).run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
