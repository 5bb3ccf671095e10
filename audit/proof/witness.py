"""Checkpoints that left the house, against what stands in it: what no database can show of itself."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from pydantic import ValidationError

from audit.proof.checking import check_signatures, fault_of_root, of_checkpoint
from audit.proof.errors import ProofError
from audit.proof.signing import KeyRing
from audit.proof.trees import Tree
from audit.violation import Violation
from events.language.checkpoint import ALGORITHM, LOGS, VERSION, Checkpoint, canonical_checkpoint
from events.transport.ports import Incoming
from wording.json_text import read_json
from wording.libraries import os_said
from wording.regular_files import open_regular
from wording.text import LazyText, _, _n

FIELD: Final = "--checkpoints"
LINE_BEGINS: Final = b'{"algorithm":'
"""How a canonical checkpoint begins: what a power cut left of one is known by it."""

LINE_BYTES_MAX: Final = 65_536
"""A line is about a kilobyte; whatever is longer is none of ours."""
FILE_MAX_BYTES: Final = 4_000_000_000
"""Some four million checkpoints."""
STRAYS_MAX: Final = 100
"""So many are named one by one; of the rest it is told how many they are."""


class WitnessUnusable(ProofError):
    """What should hold checkpoints that left the house holds something else, or nothing."""

    code = "witness_unusable"

    def __init__(self, said: LazyText) -> None:
        super().__init__(
            said, field=FIELD, remedy=_("Name the file that GREENLANE_CHECKPOINT_FILE wrote, or `topic` for Kafka's.")
        )
        self.stray: LazyText = _("is no checkpoint")
        """What a finding says of it, where others beside it are checkpoints."""


class Outside(NamedTuple):
    """What left the house."""

    checkpoints: tuple[Checkpoint, ...]
    """Each that is different once, by number."""
    torn: bool = False
    """The last line was never written to its end, as after a power cut: that is no tampering, and nothing is lost by it."""
    strays: tuple[Violation, ...] = ()
    """What stands among them and is no checkpoint of this installation. Anybody who may write there can leave such a thing."""


def read_file(path: Path, installation: str | None) -> Outside:
    """The checkpoints of a regular file, one a line. Raises WitnessUnusable, also where none is this installation's."""
    reading, torn = _Reading(str(path), installation), False
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > FILE_MAX_BYTES:
                raise WitnessUnusable(
                    _(
                        "{name} has more than {file_max_bytes} bytes, which is the most.",
                        name=path,
                        file_max_bytes=FILE_MAX_BYTES,
                    )
                )
            for number, line in enumerate(_lines(file), 1):
                torn = not line.endswith(b"\n") and _is_torn(line)
                if not torn and line.strip():
                    reading.take(line, _("line {line} of {file}", line=number, file=path))
    except OSError as error:
        raise WitnessUnusable(_("{name} cannot be read: {reason}.", name=path, reason=os_said(error))) from None
    return reading.outside(torn=torn)


def read_messages(topic: str, messages: Iterable[Incoming], installation: str | None) -> Outside:
    """The checkpoints of a topic's messages. Raises WitnessUnusable where none is this installation's."""
    reading = _Reading(topic, installation)
    for message in messages:
        place = _(
            "partition {partition}, offset {offset} of {topic}",
            partition=message.partition,
            offset=message.offset,
            topic=topic,
        )
        reading.take(message.value or b"", place)
    return reading.outside()


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Each line with its end. Of one that is longer than any of ours only the beginning, with an end, since it was not cut."""
    while line := file.readline(LINE_BYTES_MAX):
        whole = line
        while len(line) == LINE_BYTES_MAX and not line.endswith(b"\n"):
            line = file.readline(LINE_BYTES_MAX)
        yield whole if len(whole) < LINE_BYTES_MAX else whole[:-1] + b"\n"


@dataclass(slots=True)
class _Reading:
    """What was read of one source so far."""

    source: str
    installation: str | None
    checkpoints: dict[bytes, Checkpoint] = field(default_factory=dict)
    strays: list[Violation] = field(default_factory=list)
    first_fault: WitnessUnusable | None = None
    unnamed: int = 0
    """Strays beyond those that are named."""

    def take(self, content: bytes, place: LazyText) -> None:
        """One line, or message."""
        try:
            checkpoint = _checkpoint(content, place)
            if checkpoint.installation != self.installation:
                raise self._foreign(checkpoint.installation)
        except WitnessUnusable as fault:
            self.first_fault = self.first_fault or fault
            if len(self.strays) < STRAYS_MAX:
                self.strays.append(Violation("I9", place, None, fault.stray, goes_on=True))
            else:
                self.unnamed += 1
            return
        self.checkpoints[canonical_checkpoint(checkpoint)] = checkpoint

    def outside(self, *, torn: bool = False) -> Outside:
        """What came of it all. Raises WitnessUnusable where nothing is a checkpoint of this installation."""
        if not self.checkpoints:
            raise self.first_fault or WitnessUnusable(_("{source} holds no checkpoint.", source=self.source))
        if self.unnamed:
            more = _n(
                "holds {count} more that is no checkpoint of this installation",
                "holds {count} more that are no checkpoints of this installation",
                self.unnamed,
            )
            self.strays.append(Violation("I9", self.source, None, more, goes_on=True))
        ordered = sorted(self.checkpoints.values(), key=lambda one: one.number)
        return Outside(tuple(ordered), torn, tuple(self.strays))

    def _foreign(self, other: str) -> WitnessUnusable:
        said = _(
            "{source} holds a checkpoint from another installation: {other}, and this is {own}.",
            source=self.source,
            other=other,
            own=self.installation or "?",
        )
        return _otherwise(said, _("is a checkpoint of another installation ({other})", other=other))


def _otherwise(said: LazyText, stray: LazyText) -> WitnessUnusable:
    """For a checkpoint that is one, and none that can be believed here."""
    fault = WitnessUnusable(said)
    fault.stray = stray
    return fault


def _is_torn(line: bytes) -> bool:
    """Whether it begins as a checkpoint does, and does not end as one."""
    begins = line.startswith(LINE_BEGINS) or LINE_BEGINS.startswith(line)
    return not line.strip(b"\0") or (begins and not line.rstrip().endswith(b"}"))


def _checkpoint(content: bytes, place: LazyText) -> Checkpoint:
    try:
        said = read_json(content)
        version, algorithm = said["version"], said["algorithm"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise WitnessUnusable(_("What stands at {place} is no checkpoint.", place=place)) from None
    if version != VERSION:
        raise _otherwise(
            _(
                "The checkpoint at {place} is of version {version}, which is not known here.",
                place=place,
                version=version,
            ),
            _("is a checkpoint of a version that is not known here"),
        )
    if algorithm != ALGORITHM:
        raise _otherwise(
            _(
                "The checkpoint at {place} is signed by {algorithm}, which is not known here.",
                place=place,
                algorithm=algorithm,
            ),
            _("is a checkpoint signed by an algorithm that is not known here"),
        )
    try:
        return Checkpoint.model_validate(said)
    except ValidationError:
        raise WitnessUnusable(_("What stands at {place} is no checkpoint.", place=place)) from None


def check_outside(
    outside: Outside,
    stored: Sequence[Checkpoint],
    ring: KeyRing,
    trees: Mapping[str, Tree],
    vouched: Collection[str] = (),
) -> Iterator[Violation]:
    """I9: each is signed by the trusted key or its successors, stands in the database, and today's leaves give its roots.

    `vouched`: digests of what stands and led to the trusted key.
    """
    yield from outside.strays
    by_number = {checkpoint.number: checkpoint for checkpoint in stored}
    last = max(by_number, default=0)
    for number, group in groupby(outside.checkpoints, lambda one: one.number):
        same = list(group)
        if len(same) > 1:
            yield of_checkpoint(number, _("two different ones of this number left the house: the past was forked"))
        for checkpoint in same:
            yield from check_signatures((checkpoint,), ring, vouched=vouched)
            fault = _fault_of_copy(checkpoint, by_number.get(number), last)
            if fault is not None:
                yield of_checkpoint(number, fault)
            for log in LOGS:
                broken = fault_of_root(checkpoint, log, trees[log]) if log in checkpoint.logs else None
                if broken is not None:
                    yield broken


def _fault_of_copy(left: Checkpoint, stands: Checkpoint | None, last: int) -> str | None:
    if stands is None and left.number > last:
        return _("it left the house, and the database ends with checkpoint {last}: it was rolled back", last=last)
    if stands is None:
        return _("it left the house, and is gone from the database")
    if stands.key_id != left.key_id:
        said = _("key {left} had signed it when it left the house, and {stands} did in the database")
        return said.filled(left=left.key_id, stands=stands.key_id)
    if canonical_checkpoint(stands) != canonical_checkpoint(left):
        return _("it left the house otherwise than it stands in the database")
    return None
