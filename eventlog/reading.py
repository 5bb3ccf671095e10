"""One pass over a log: every trace an application, every event a decision, in an index; what is unusual is counted."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from eventlog import own_logs
from eventlog.errors import LogEmptyError, TooManyDepartmentsError, TraceTooLongError
from eventlog.fields import as_json
from eventlog.identity import ImportKey, application_id_of
from eventlog.index import DecisionRow, Index, IndexWriter, Summary, TraceRow, writing
from eventlog.mapping import Naming, Step, application_facts, decision_data
from eventlog.source import LogFile, Watch
from eventlog.xes import Event, Trace, XesReader
from events.language.commands import ROUTE_MAX
from wording.text import _

DEPARTMENTS_MAX = 1000
"""Each needs topics of its own; a broker takes some thousands."""
ENVELOPE_BYTES = 8_192
"""What the headers and the event made of a submission need beside its own JSON."""


def read_log(log: LogFile, key: ImportKey, path: Path, message_max_bytes: int, watch: Watch) -> Index:
    """Read the log to its end into an index at `path`. Raises LogError, TooManyDepartmentsError; OSError, sqlite3.Error."""
    reader = XesReader(log.path, ROUTE_MAX, own_logs.is_set_aside)
    with writing(path) as writer:
        reading = _Reading(log, key, writer, message_max_bytes - ENVELOPE_BYTES)
        for trace in reader.traces(log.verified_blocks(key.log_digest, watch)):
            reading.take(trace)
        if reading.summary.traces == 0:
            raise LogEmptyError(
                log.path,
                _("the log has no trace, so there is nothing to import."),
                remedy=_("Name a log with traces."),
            )
        reading.count(reader.unusual)
        return writer.finish(reading.summary, reading.departments())


class _Reading:
    """One pass over a log."""

    def __init__(self, log: LogFile, key: ImportKey, writer: IndexWriter, submission_max_bytes: int) -> None:
        self.summary = Summary(digest=key.log_digest)
        self._log = log
        self._key = key
        self._writer = writer
        self._submission_max_bytes = submission_max_bytes
        self._naming = Naming()
        self._counted: Counter[str] = Counter()
        self._events_of: Counter[str] = Counter()

    def take(self, trace: Trace) -> None:
        """Map one trace and write it down."""
        summary = self.summary
        summary.traces += 1
        summary.events += len(trace.events)
        summary.empty_traces += not trace.events
        if trace.name is None:
            summary.traces_without_name += 1
        elif not self._writer.is_new_name(trace.name):
            summary.repeated_trace_names += 1
        self._look_at_times(trace)
        steps = own_logs.route_of(trace, self._naming) if own_logs.is_own(trace) else self._naming.steps(trace)
        self._refuse_too_many_departments(trace)
        application_id = self._application_id(trace)
        row = TraceRow(
            position=summary.traces,
            case_id=self._key.case_id(application_id),
            application_id=application_id,
            events=len(steps),
            submission=self._submission(trace, application_id, steps),
        )
        decided = enumerate(zip(trace.events, steps, strict=True), 1)
        self._writer.add(row, [self._decision(trace, *numbered) for numbered in decided])

    def _application_id(self, trace: Trace) -> str:
        """A case of our own ledger keeps the id of its application, unless another of the log has the same."""
        place = self.summary.traces
        own = own_logs.application_name(trace) if own_logs.is_own(trace) else None
        application_id = own or application_id_of(place, trace.name)
        while not self._writer.is_new_case(self._key.case_id(application_id)):
            application_id = application_id_of(place, application_id)
        return application_id

    def _submission(self, trace: Trace, application_id: str, steps: list[Step]) -> str:
        limit = self._key.limit
        facts_of = own_logs.facts_of if own_logs.is_own(trace) else application_facts
        message = {
            "application_id": application_id,
            "procedure": self._key.procedure_id,
            "applicant": {"imported": True},
            "facts": facts_of(trace, self._counted),
            "route": [step._asdict() for step in steps],
        } | ({} if limit is None else {"step_limit": limit.model_dump(mode="json")})
        body = as_json(message)
        if len(body.encode()) > self._submission_max_bytes:
            raise TraceTooLongError(
                self._log.path,
                _(
                    "the trace that begins at line {line} makes an application of {count} bytes; "
                    "{submission_max_bytes} are allowed.",
                    line=trace.line,
                    count=len(body.encode()),
                    submission_max_bytes=self._submission_max_bytes,
                ),
                remedy=_("Raise GREENLANE_MAX_MESSAGE_BYTES, or leave the trace out."),
            )
        return body

    def _decision(self, trace: Trace, number: int, mapped: tuple[Event, Step]) -> DecisionRow:
        event, step = mapped
        self._events_of[step.department] += 1
        self.summary.events_without_name += event.first("concept:name") is None
        if event.first("org:group") is None:
            self.summary.events_without_group += 1
            self.summary.events_unassigned += event.first("org:resource") is None
        place = (self.summary.traces, step.id, number, step.department)
        if not own_logs.is_own(trace):
            return DecisionRow(*place, as_json(decision_data(event, self._counted)))
        answer = own_logs.answer_of(trace, event, self._counted)
        return DecisionRow(*place, as_json(answer.data), as_json(answer.message))

    def _look_at_times(self, trace: Trace) -> None:
        before: datetime | None = None
        for event in trace.events:
            text = event.first("time:timestamp")
            if text is None:
                self.summary.timestamps_missing += 1
                continue
            at = _instant(text)
            if at is None:
                self.summary.timestamps_unreadable += 1
                continue
            if before is not None and (at.tzinfo is None) == (before.tzinfo is None):
                self.summary.timestamps_equal += at == before
                self.summary.timestamps_out_of_order += at < before
            before = at

    def _refuse_too_many_departments(self, trace: Trace) -> None:
        if len(self._naming.departments) > DEPARTMENTS_MAX:
            raise TooManyDepartmentsError(
                _(
                    "{path} at line {line}: the log names more than {departments_max} departments.",
                    path=self._log.path,
                    line=trace.line,
                    departments_max=DEPARTMENTS_MAX,
                ),
                field=str(self._log.path),
                remedy=_("Give its events an org:group, which counts before the org:resource."),
            )

    def count(self, unusual: Counter[str]) -> None:
        """Add what the reader and the mapping counted to the summary."""
        for name, number in (unusual + self._counted).items():
            setattr(self.summary, name, number)
        self.summary.activities = self._naming.activities
        self.summary.departments = len(self._naming.departments)

    def departments(self) -> list[tuple[str, str, int]]:
        """Slug, name and number of events."""
        return [(slug, name, self._events_of[slug]) for slug, name in self._naming.departments.items()]


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None
