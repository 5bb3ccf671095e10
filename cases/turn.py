"""What one turn of a case hands to the recorder, and what it gets back. Values only; the rules are elsewhere in this room."""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime

from cases.lateness import Lateness
from cases.promised import Promises
from catalog.model import Definitions
from events.language.case_events import ApplicationAccepted, CaseClosed, CaseEvent, EventRecord, StepAssigned
from events.language.commands import Message
from events.language.identity import result_code_of
from events.language.refusals import Refusal


class CommandOutcome(Message):
    """How one command ended. `refusal` None: accepted."""

    command_id: str
    refusal: Refusal | None = None
    digest: str | None = None
    """Of the command's content (events/language/sameness.py): the same id with other content is another command. None: of
    outcomes that were settled before digests were kept."""

    @property
    def accepted(self) -> bool:
        """Whether the command took effect."""
        return self.refusal is None


class Notice(Message):
    """A refusal on its way to whoever sent the command, a department or a submitting system; not a ledger event."""

    command_id: str
    """As the sender's message has it."""
    settled_as: str | None = None
    """The id under which it was settled, where another command had its own."""
    department: str | None = None
    system: str | None = None
    step_id: str | None = None
    named: str | None = None
    """As what the answer speaks of the case, where its sender may not learn which one that is; None: by its id."""
    refusal: Refusal


class CaseView(Message):
    """One row of the cases read model: a fold of the ledger, nothing else. Instants in UTC."""

    case_id: str
    sequence: int
    dossier_code: str | None
    source: str
    application_id: str
    procedure: str
    procedure_version: str
    agency: str
    status: str
    outcome: str | None
    lane: str
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    holder: str | None
    """Who has the case now: a department, `applicant`, `suspension`; None when closed."""
    statutory_due_at: AwareDatetime | None
    statutory_lawful_day: date | None
    statutory_state: str | None
    green_due_at: AwareDatetime | None
    green_lawful_day: date | None
    green_state: str | None
    promises: Promises
    """Both promises with both ends, as machines read them."""
    next_due_at: AwareDatetime | None
    result_code: str | None
    breaches: int
    """Breaches on record, those set aside not counted."""
    escalations_open: int


class DossierView(Message):
    """One row of the dossiers read model: a fold of the dossier's stream, nothing else. Instants in UTC."""

    case_id: str
    """The dossier's stream in the ledger."""
    sequence: int
    source: str
    dossier_id: str
    """As its source numbers it."""
    template: str | None
    lead: str
    status: str
    outcome: str | None
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    holder: str | None
    """The agency that everything waits for; None when closed."""
    joint_due_at: AwareDatetime | None
    """The appointment of the joint promise."""
    joint_lawful_day: date | None
    joint_state: str
    """running, past_appointment, met, breached, cancelled; of the first end, where a revoked result re-opened the dossier."""
    promised_at: AwareDatetime | None
    """Where the remaining graph ends, as it looks now."""
    applications: int
    released: int
    """Open cases."""
    granted: int
    blocked: int
    next_due_at: AwareDatetime | None


class WorkItem(Message):
    """One row of the worklist: a step that waits for its department."""

    case_id: str
    step_id: str
    department: str
    kind: str
    round: int
    name_vi: str
    name_en: str
    lane: str
    procedure: str
    dossier_code: str | None
    assigned_at: AwareDatetime
    due_at: AwareDatetime | None
    overdue: bool
    """The breach of its clock is on record."""
    level: int
    """The highest escalation level fired, 0 for none."""
    officer: str | None
    asked_by: str | None = None
    """Of a consultation: the step that asks, its department, and the question."""
    asked_by_department: str | None = None
    question: str | None = None
    late: Lateness | None = None
    """How late it is; None: no breach of its clock is on record that counts."""


class EscalationItem(Message):
    """One row of the escalations: a rung after a breach that may be acknowledged, or was. Instants in UTC."""

    case_id: str
    """The stream: a case, or a linked dossier."""
    escalation_id: str
    linked: bool
    """It is of a linked dossier's joint clock."""
    dossier_code: str | None
    dossier_id: str | None
    """Of a linked dossier: as its source numbers it."""
    procedure: str | None
    """Of a linked dossier: its template."""
    agency: str
    """In charge of the whole."""
    clock_id: str
    clock_kind: str
    step_id: str | None
    name_vi: str | None
    """The step's name."""
    name_en: str | None
    department: str
    """Whose step it is; of a clock without a step, the agency in charge, and of a joint one whoever everything waits for."""
    holder: str | None
    """Whose turn it is: a department, `applicant`, `suspension`; None: the escalation is not open."""
    audience: str
    audience_department: str | None
    """None: definitions of an early version do not say which departments there are."""
    kind: str
    level: int
    fired_at: AwareDatetime
    is_open: bool
    """Its clock is neither over nor acknowledged: somebody shall act."""
    acknowledged: bool
    limit_at: AwareDatetime | None
    """The limit that passed; None: no breach is on record that counts."""
    late: Lateness | None


class Turn(Message):
    """All that one turn wants written, in one transaction."""

    case_id: str
    expected_sequence: int
    """The sequence of the first proposed record: one more than the last one the case knows."""
    records: tuple[EventRecord, ...]
    outcomes: tuple[CommandOutcome, ...]
    notices: tuple[Notice, ...] = ()
    view: CaseView | DossierView | None
    """None: the turn has no events (refusals only)."""
    work: tuple[WorkItem, ...] = ()
    """The case's whole worklist after the turn."""
    escalations: tuple[EscalationItem, ...] | None = None
    """All escalations after the turn; None: they are as they were. When one fired that was there before, the store knows."""
    opening: Definitions | None = None
    """With the first turn: what the case is decided under, kept once per digest for the auditor's replay."""


class Recorded(Message):
    """What stands in the ledger from the expected sequence on, and the outcomes of the turn's commands that are known.

    After a crash the ledger may hold another turn than the one proposed: then nothing was written, the records are those
    that stand, and `outcomes` holds only the commands that were settled with them.
    """

    records: tuple[EventRecord, ...]
    outcomes: tuple[CommandOutcome, ...]


def acceptance_of(turn: Turn) -> ApplicationAccepted | None:
    """The acceptance among the turn's events that still waits for its dossier code."""
    for record in turn.records:
        if isinstance(record.event, ApplicationAccepted) and record.event.dossier_code is None:
            return record.event
    return None


def with_dossier_code(turn: Turn, code: str) -> Turn:
    """The turn with the code that the recording transaction gave, in every place that shows it."""
    return turn.model_copy(
        update={
            "records": tuple(r.model_copy(update={"event": _coded(r.event, code)}) for r in turn.records),
            "view": _coded_view(turn.view, code) if isinstance(turn.view, CaseView) else turn.view,
            "work": tuple(item.model_copy(update={"dossier_code": code}) for item in turn.work),
            "escalations": turn.escalations
            and tuple(item.model_copy(update={"dossier_code": code}) for item in turn.escalations),
        }
    )


def _coded_view(view: CaseView, code: str) -> CaseView:
    result_code = result_code_of(code) if view.outcome == "issued" else None
    return view.model_copy(update={"dossier_code": code, "result_code": result_code})


def _coded(event: CaseEvent, code: str) -> CaseEvent:
    if isinstance(event, ApplicationAccepted | StepAssigned):
        return event.model_copy(update={"dossier_code": code})
    if isinstance(event, CaseClosed) and event.outcome == "issued":
        return event.model_copy(update={"result_code": result_code_of(code)})
    return event
