"""Whether events stand in the form in which they are written: the same content in other bytes has another hash. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import JsonValue
from pydantic_core import from_json, to_json

from audit.violation import Violation
from events.language.case_events import EventRecord, canonical_json
from wording.text import _


def check_form(bodies: Iterable[str], records: Sequence[EventRecord]) -> Iterator[Violation]:
    """I2: the first event of a stream whose body is not the canonical JSON of its record. `bodies`: beside the records."""
    for body, record in zip(bodies, records, strict=True):
        canonical = canonical_json(record)
        if body != canonical and not _is_older(body, canonical):
            said = _("its content is not in the form in which events are written")
            yield Violation("I2", record.case_id, record.sequence, said, altered=True)
            return


def _is_older(body: str, canonical: str) -> bool:
    # An older program knew fewer fields; what it did write, it wrote as today's does.
    said = from_json(body)
    return to_json(said).decode() == body and is_part(said, from_json(canonical))


def is_part(said: JsonValue, whole: JsonValue) -> bool:
    """Whether all that one value says the other says too, in the same order; it may say more."""
    if isinstance(said, dict) and isinstance(whole, dict):
        in_order = [name for name in whole if name in said] == list(said)
        return in_order and all(is_part(value, whole[name]) for name, value in said.items())
    if isinstance(said, list) and isinstance(whole, list):
        return len(said) == len(whole) and all(map(is_part, said, whole))
    return type(said) is type(whole) and said == whole
