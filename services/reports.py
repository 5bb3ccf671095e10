"""Reports: promised against used time, breaches, escalations and duties, added up over the cases of a period."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from cases.reporting import Reckoning, Tally, reckoning_of, summed
from catalog.duties import DutyRule
from events.language.case_events import ApplicationSubmitted
from events.language.commands import Actor
from services.errors import ServiceError
from services.installation import Installation
from services.recording_reads import Reader, filter_said, record_read
from store.definitions import DefinitionArchive
from store.ledger import rows_of_streams
from store.views import CaseFilter
from wording.text import _

BATCH_CASES = 200


class PeriodReversedError(ServiceError):
    """A period ends before it begins."""

    code = "period_reversed"


@dataclass(frozen=True, slots=True)
class Period:
    """From one business instant up to another; None is open. Raises PeriodReversedError."""

    from_at: datetime | None
    until_at: datetime | None

    def __post_init__(self) -> None:
        if self.from_at is not None and self.until_at is not None and self.until_at <= self.from_at:
            raise PeriodReversedError(
                _("The period ends at {until_at}, not after its beginning.", until_at=self.until_at.isoformat()),
                field="to",
                remedy=_("Give an end after the beginning."),
            )


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a period, by department, lane or procedure."""

    by: str
    period: Period
    groups: dict[str, Tally]
    whole: Tally
    duties: tuple[DutyRule, ...]


def report_cases(
    installation: Installation,
    reader: Reader,
    by: str,
    period: Period,
    *,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Fold the period's cases and add them up by `department`, `lane` or `procedure`; `progress`: so many more are folded.

    The read is on record. Raises StoreError.
    """
    whole, reckonings = Tally(), []
    for reckoning in _reckonings(installation, period, installation.business(now), progress):
        whole.add(reckoning.whole)
        reckonings.append(reckoning)
    rules = installation.catalog.duties
    narrowed = filter_said({"by": by, "from": period.from_at, "to": period.until_at})
    record_read(installation, reader, filter=narrowed, count=whole.cases)
    return Report(by, period, summed(reckonings, by), whole, () if rules is None else rules.duties)


def count_cases(installation: Installation, actor: Actor) -> int:
    """How many cases there are, of every time. Raises StoreError."""
    return installation.views.count()


def _reckonings(
    installation: Installation, period: Period, now: datetime, progress: Callable[[int], None]
) -> Iterator[Reckoning]:
    """The reckonings of the cases opened in the period, the latest first, read in batches."""
    archive, rules = DefinitionArchive(installation.store), installation.catalog.duties
    # The list goes on after an instant and an id: from the end of the period, whatever the id.
    after = None if period.until_at is None else (period.until_at, "")
    while views := installation.views.cases(CaseFilter(), limit=BATCH_CASES, after=after):
        after = views[-1].opened_at, views[-1].case_id
        wanted = [v.case_id for v in views if period.from_at is None or v.opened_at >= period.from_at]
        with installation.store.reading() as connection:
            rows = [row.record for row in rows_of_streams(connection, wanted)]
        for _case, group in groupby(rows, key=lambda record: record.case_id):
            records = list(group)
            first = records[0].event
            if not isinstance(first, ApplicationSubmitted):
                continue
            reckoning = reckoning_of(archive.definitions(first.definitions_digest), records, rules, now)
            if reckoning is not None:
                yield reckoning
        progress(len(wanted))
        if len(wanted) < len(views):
            return
