"""What must hold of every linked dossier, told from its stream alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.violation import Violation
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import Dossier, PartStatus, blank_dossier
from catalog.dossier import DossierDefinitions
from events.language.case_events import EventRecord
from events.language.dossier_events import ApplicationReleased, DossierClosed, DossierOpened, DossierReopened

SHARES_TOLERANCE_SECONDS = 1e-3


def check_dossier(definitions: DossierDefinitions, records: Sequence[EventRecord]) -> list[Violation]:
    """Every finding about one dossier's stream; an empty list is a sound one."""
    dossier = blank_dossier(records[0].case_id if records else "", definitions)
    violations: list[Violation] = []
    for expected, record in enumerate(records, start=1):
        if record.sequence != expected or record.case_id != dossier.dossier_id:
            violations.append(Violation("I2", dossier.dossier_id, record.sequence, f"stands where {expected} should"))
        violations += [
            Violation(rule, dossier.dossier_id, record.sequence, text) for rule, text in _unlawful(dossier, record)
        ]
        try:
            dossier = evolve_dossier(dossier, record)
        except Exception as error:
            text = f"{record.event.type} cannot follow: {error!r}"
            return [*violations, Violation("I2", dossier.dossier_id, record.sequence, text)]
    return violations


def released_early(definitions: DossierDefinitions, records: Sequence[EventRecord]) -> int:
    """How many applications were released before their hard prerequisites were granted."""
    return sum("prerequisite" in violation.message for violation in check_dossier(definitions, records))


def _unlawful(dossier: Dossier, record: EventRecord) -> Iterator[tuple[str, str]]:
    event = record.event
    if dossier.is_closed and not isinstance(event, DossierReopened):
        yield "I2", f"{event.type} after the end"
    elif isinstance(event, ApplicationReleased):
        yield from _unlawful_release(dossier, event)
    elif isinstance(event, DossierClosed):
        yield from _unlawful_end(dossier, event)
    elif isinstance(event, DossierOpened) != (record.sequence == 1):
        yield "I2", f"{event.type} at place {record.sequence}"


def _unlawful_release(dossier: Dossier, event: ApplicationReleased) -> Iterator[tuple[str, str]]:
    part = dossier.parts[event.name]
    for name in dossier.graph.hard[event.name]:
        needed = dossier.parts[name]
        if not needed.has_result:
            yield "I2", f"{event.name} was released, and its prerequisite {name} is {needed.status}"
        elif needed.ended_at is not None and needed.ended_at > event.released_at:
            yield "I2", f"{event.name} was released before its prerequisite {name} had ended"
    if part.status not in (PartStatus.WAITING, PartStatus.BLOCKED) or event.round != part.round + 1:
        yield "I2", f"{event.name} was released as {part.status} in round {event.round}"


def _unlawful_end(dossier: Dossier, event: DossierClosed) -> Iterator[tuple[str, str]]:
    left = [part.name for part in dossier.parts.values() if not part.is_over]
    if left:
        yield "I2", f"closed while {', '.join(left)} was not over"
    total = sum(share.seconds for share in event.time_shares)
    elapsed = 0.0 if dossier.opened_at is None else (event.closed_at - dossier.opened_at).total_seconds()
    if abs(total - elapsed) > SHARES_TOLERANCE_SECONDS:
        yield "I7", f"shares of {total} s in {elapsed} s"
