"""Checkpoints that left the house, against what stands in it: what no database can show of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import ValidationError

from audit.proof.checking import LOGS, check_signatures, fault_of_root, of_checkpoint
from audit.proof.errors import ProofError
from audit.proof.signing import KeyRing
from audit.proof.trees import Tree
from audit.violation import Violation
from events.language.checkpoint import ALGORITHM, VERSION, Checkpoint, canonical_checkpoint
from wording.json_text import read_json
from wording.libraries import os_said
from wording.text import LazyText, _

FIELD: Final = "--checkpoints"
LINE_BEGINS: Final = b'{"algorithm":'
"""How a canonical checkpoint begins: what a power cut left of one is known by it."""

LINE_BYTES_MAX: Final = 65_536
"""A line is about a kilobyte; whatever is longer is none of ours."""


class WitnessUnusable(ProofError):
    """What should hold checkpoints that left the house holds something else, or nothing."""

    code = "witness_unusable"

    def __init__(self, said: LazyText) -> None:
        super().__init__(
            said, field=FIELD, remedy=_("Name the file that GREENLANE_CHECKPOINT_FILE wrote, or `topic` for Kafka's.")
        )


class Outside(NamedTuple):
    """What left the house."""

    checkpoints: tuple[Checkpoint, ...]
    """Each that is different once, by number."""
    torn: bool = False
    """The last line was never written to its end, as after a power cut: that is no tampering, and nothing is lost by it."""


def read_file(path: Path, installation: str | None) -> Outside:
    """The checkpoints of a file, one a line. Raises WitnessUnusable."""
    read, torn = list[Checkpoint](), False
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(LINE_BYTES_MAX), b""), 1):
                torn = not line.endswith(b"\n") and _is_torn(line)
                if not torn and line.strip():
                    read.append(_checkpoint(line, _("line {line} of {file}", line=number, file=path)))
    except OSError as error:
        raise WitnessUnusable(_("{name} cannot be read: {reason}.", name=path, reason=os_said(error))) from None
    return _gathered(read, torn, installation, str(path))


def read_messages(topic: str, contents: Iterable[bytes | None], installation: str | None) -> Outside:
    """The checkpoints of a topic's messages. Raises WitnessUnusable."""
    read = [
        _checkpoint(content or b"", _("message {number} of {topic}", number=number, topic=topic))
        for number, content in enumerate(contents, 1)
    ]
    return _gathered(read, False, installation, topic)


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
        raise WitnessUnusable(
            _(
                "The checkpoint at {place} is of version {version}, which is not known here.",
                place=place,
                version=version,
            )
        )
    if algorithm != ALGORITHM:
        raise WitnessUnusable(
            _(
                "The checkpoint at {place} is signed by {algorithm}, which is not known here.",
                place=place,
                algorithm=algorithm,
            )
        )
    try:
        return Checkpoint.model_validate(said)
    except ValidationError:
        raise WitnessUnusable(_("What stands at {place} is no checkpoint.", place=place)) from None


def _gathered(read: Sequence[Checkpoint], torn: bool, installation: str | None, source: str) -> Outside:
    if not read:
        raise WitnessUnusable(_("{source} holds no checkpoint.", source=source))
    for checkpoint in read:
        if checkpoint.installation != installation:
            raise WitnessUnusable(
                _(
                    "{source} holds a checkpoint from another installation: {other}, and this is {own}.",
                    source=source,
                    other=checkpoint.installation,
                    own=installation or "?",
                )
            )
    different = {canonical_checkpoint(checkpoint): checkpoint for checkpoint in read}
    return Outside(tuple(sorted(different.values(), key=lambda one: one.number)), torn)


def check_outside(
    outside: Outside, stored: Sequence[Checkpoint], ring: KeyRing, trees: Mapping[str, Tree]
) -> Iterator[Violation]:
    """I9: each is signed by the trusted key or its successors, stands in the database, and today's leaves give its roots."""
    by_number = {checkpoint.number: checkpoint for checkpoint in stored}
    last = max(by_number, default=0)
    for number, group in groupby(outside.checkpoints, lambda one: one.number):
        same = list(group)
        if len(same) > 1:
            yield of_checkpoint(number, _("two different ones of this number left the house: the past was forked"))
        for checkpoint in same:
            yield from check_signatures((checkpoint,), ring)
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
