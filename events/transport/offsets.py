"""Which offsets may be committed: only up to the lowest message that is not finished. Shared by three threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

Partition = tuple[str, int]
"""Topic and number."""


@dataclass(slots=True)
class Assignment:
    """One partition for as long as we have it. A partition that comes back gets a new one."""

    partition: Partition
    pending: deque[int] = field(default_factory=deque)
    """Offsets taken and not yet known to be behind the commit position, ascending."""
    finished: set[int] = field(default_factory=set)
    """Those of them that are finished, out of order."""
    next_offset: int | None = None
    """One more than the last offset taken; None before the first."""
    committed: int | None = None
    """The offset committed last; at first the one we began to read at."""
    busy: int = 0
    """Messages being handled this moment."""
    revoked: bool = False
    """Nothing new of it is begun any more."""

    def position(self) -> int | None:
        """The offset that may be committed: that of the lowest unfinished message."""
        while self.pending and self.pending[0] in self.finished:
            self.finished.discard(self.pending.popleft())
        return self.pending[0] if self.pending else self.next_offset


@dataclass(slots=True)
class Job:
    """One message on its way through the bridge: whose it is, and how much it weighs."""

    assignment: Assignment
    offset: int
    size_bytes: int


class OffsetBook:
    """Every message is taken once and ended once; what lies between is the backlog."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._assignments: dict[Partition, Assignment] = {}
        self._resume: dict[Partition, int] = {}
        self.backlog = 0
        self.backlog_bytes = 0

    def assign(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """These are ours from now on. Returns from which offset to read those that were ours a moment ago.

        A client that keeps a partition through a rebalance also keeps its read position, which lies beyond what we
        let go unfinished.
        """
        with self._lock:
            wanted = set(partitions)
            self._assignments = {partition: Assignment(partition) for partition in wanted}
            resume = {partition: offset for partition, offset in self._resume.items() if partition in wanted}
            self._resume = {}
            return resume

    def take(self, partition: Partition, offset: int, size_bytes: int) -> Job | None:
        """A message was read. None: the partition is not ours any more."""
        with self._lock:
            assignment = self._assignments.get(partition)
            if assignment is None or assignment.revoked:
                return None
            if assignment.next_offset is None:
                assignment.committed = offset
            assignment.pending.append(offset)
            assignment.next_offset = offset + 1
            self.backlog += 1
            self.backlog_bytes += size_bytes
            return Job(assignment, offset, size_bytes)

    def begin(self, job: Job) -> bool:
        """Whether the message may be handled now; if so, `pause` or `end` must follow."""
        with self._lock:
            if job.assignment.revoked:
                return False
            job.assignment.busy += 1
            return True

    def pause(self, job: Job) -> None:
        """The message is not being handled this moment, and will be begun again."""
        with self._lock:
            job.assignment.busy -= 1

    def end(self, job: Job) -> None:
        """The message is finished."""
        with self._lock:
            job.assignment.busy -= 1
            job.assignment.finished.add(job.offset)
            self._leave(job)

    def abandon(self, job: Job) -> None:
        """The message is left to whoever has its partition next."""
        with self._lock:
            self._leave(job)

    def _leave(self, job: Job) -> None:
        self.backlog -= 1
        self.backlog_bytes -= job.size_bytes

    def revoke(self, partitions: Iterable[Partition]) -> None:
        """Begin nothing more of these; what is being handled may end."""
        with self._lock:
            for partition in partitions:
                if partition in self._assignments:
                    self._assignments[partition].revoked = True

    def revoke_all(self) -> None:
        """Begin nothing more."""
        self.revoke(self.assigned())

    def release(self, partitions: Iterable[Partition], *, keep_position: bool) -> None:
        """These are not ours any more; `keep_position`: unless the next assignment gives them back at once."""
        with self._lock:
            for partition in partitions:
                assignment = self._assignments.pop(partition, None)
                position = assignment.position() if assignment is not None else None
                if keep_position and position is not None:
                    self._resume[partition] = position

    def busy(self, partitions: Iterable[Partition] | None = None) -> int:
        """How many messages (of these partitions) are being handled this moment."""
        with self._lock:
            wanted = self._assignments if partitions is None else partitions
            return sum(self._assignments[each].busy for each in wanted if each in self._assignments)

    def assigned(self) -> list[Partition]:
        """The partitions that are ours."""
        with self._lock:
            return list(self._assignments)

    def unfinished(self) -> dict[str, int]:
        """How many messages of each topic are taken and not finished."""
        with self._lock:
            backlogs: dict[str, int] = {}
            for (topic, _), each in self._assignments.items():
                backlogs[topic] = backlogs.get(topic, 0) + len(each.pending) - len(each.finished)
            return backlogs

    def positions(self) -> dict[Partition, int]:
        """The lowest unfinished offset of every partition of which anything was read."""
        with self._lock:
            positions = {partition: each.position() for partition, each in self._assignments.items()}
            return {partition: position for partition, position in positions.items() if position is not None}

    def committable(self, partitions: Iterable[Partition] | None = None) -> dict[Partition, int]:
        """What is to be committed: the positions that have moved since the last commit that succeeded."""
        with self._lock:
            wanted = self._assignments if partitions is None else partitions
            committable: dict[Partition, int] = {}
            for partition in wanted:
                assignment = self._assignments.get(partition)
                position = assignment.position() if assignment is not None else None
                if assignment is not None and position is not None and position != assignment.committed:
                    committable[partition] = position
            return committable

    def confirmed(self, offsets: dict[Partition, int]) -> None:
        """These were committed."""
        with self._lock:
            for partition, offset in offsets.items():
                if partition in self._assignments:
                    self._assignments[partition].committed = offset
