"""What departments and applicants answer: decisions, opinions, requests for documents and explanations, withdrawals."""

from __future__ import annotations

from catalog.dossier import Silence
from catalog.model import ExplanationRule
from events.language.commands import (
    ActorKind,
    DecideStep,
    Outcome,
    ReceiveExplanation,
    ReceiveSupplement,
    WithdrawApplication,
)
from tests.audit.simulation.reference.closing import close, hand_over
from tests.audit.simulation.reference.hours import OffTheCalendarError
from tests.audit.simulation.reference.interruptions import NOT_NOW
from tests.audit.simulation.reference.life import CASE_KINDS, Life, RefusedError, Step, hours_of
from tests.audit.simulation.reference.limits import Limit
from tests.audit.simulation.reference.opening import (
    arm_case,
    assign,
    assign_again,
    assign_what_is_ready,
    clocks_of_departments,
)

REASONED = (Outcome.REFUSE, Outcome.REQUEST_SUPPLEMENT)
MONTHS_OF_WAITING = ("awaiting_supplement", "awaiting_explanation")


def decide(life: Life, command: DecideStep, at: int, turn: int) -> None:
    """A department's answer on its own step."""
    step = life.steps.get(command.step_id)
    if step is None:
        raise RefusedError("step_unknown")
    reasons = _not_his(life, step, command) + _not_this(life, step, command)
    if reasons:
        raise RefusedError(*reasons)
    at = max(at, step.assigned_at)
    if command.outcome is Outcome.CONSULT:
        _consult(life, step, command, at, turn)
    elif command.outcome is Outcome.REQUEST_SUPPLEMENT:
        _ask_for_documents(life, step, command, at, turn)
    elif command.outcome is Outcome.REQUEST_EXPLANATION:
        _ask_to_explain(life, step, command, at, turn)
    else:
        _finish(life, step, command, at, turn)


def _not_his(life: Life, step: Step, command: DecideStep) -> list[str]:
    reasons = []
    if step.department != command.department:
        reasons.append("wrong_department")
    if step.status == "waiting":
        reasons.append("step_not_assigned")
    elif step.status in ("done", "cancelled"):
        reasons.append("already_answered")
    elif step.status in MONTHS_OF_WAITING:
        reasons.append(step.status)
    if life.status in ("suspended", "stopped", "awaiting_payment"):
        reasons.append(NOT_NOW[life.status])
    return reasons


def _not_this(life: Life, step: Step, command: DecideStep) -> list[str]:
    """Each act has its own rule, per procedure and stage."""
    outcome, reasons = command.outcome, []
    if outcome in REASONED and not command.reason:
        reasons.append("field_missing")  # Decree 63/2010 art. 18(5)
    if step.asked_by is not None:
        return reasons if outcome in (Outcome.APPROVE, Outcome.REFUSE) else [*reasons, "opinion_only"]
    if outcome is Outcome.APPROVE and _opinions_awaited(life, step):
        reasons.append("consultation_open")
    if outcome in (Outcome.REQUEST_SUPPLEMENT, Outcome.REQUEST_EXPLANATION) and life.status in MONTHS_OF_WAITING:
        reasons.append(life.status)
    if outcome is Outcome.REQUEST_SUPPLEMENT and life.supplements >= life.procedure.supplement.rounds_max:
        reasons.append("supplement_rounds")
    if outcome is Outcome.REQUEST_EXPLANATION:
        if not command.question:
            reasons.append("field_missing")
        if life.explanations >= explanation_rule(life).rounds_max:
            reasons.append("explanation_rounds")
    if outcome is Outcome.CONSULT:
        reasons += _wrong_questions(life, command)
    return reasons


def _wrong_questions(life: Life, command: DecideStep) -> list[str]:
    reasons = [] if command.consult else ["field_missing"]
    for asked in command.consult:
        if asked.department not in life.definitions.departments:
            reasons.append("department_unknown")
        if asked.silence is not None and asked.limit is None:
            reasons.append("field_missing")
        if asked.department in life.definitions.silence_excluded and asked.silence not in (None, Silence.ESCALATE):
            reasons.append("silence_no_consent")
    return reasons


def explanation_rule(life: Life) -> ExplanationRule:
    """A question to the applicant is an act of its own (Decree 96/2026 art. 6); once, unless the procedure says more."""
    return life.procedure.explanation or ExplanationRule()


def _opinions_awaited(life: Life, step: Step) -> bool:
    opinions = [other for other in life.steps.values() if other.asked_by == step.key and other.is_open]
    return any(not opinion.lapsed or opinion.escalates for opinion in opinions)


# ---- decisions and opinions


def _finish(life: Life, step: Step, command: DecideStep, at: int, turn: int) -> None:
    clock = life.clocks.get(step.clock or "")
    ends = clock.ends() if clock is not None else None
    late = ends is not None and at > ends.end_at
    life.say("decided", step.key, command.outcome.value, at, late)
    if clock is not None:
        life.stop(clock, at)
    step.status = "done"
    if step.asked_by is not None:
        hand_over(life, at, turn)
    elif command.outcome is Outcome.REFUSE:
        close(life, "refused", at)
    elif all(other.status == "done" for other in life.steps.values() if other.asked_by is None):
        close(life, "issued", at)
    else:
        assign_what_is_ready(life, turn)
        hand_over(life, at, turn)


def _consult(life: Life, step: Step, command: DecideStep, at: int, turn: int) -> None:
    """Decree 61/2018 art. 19(5): content and time limit are stated; the time runs inside the total."""
    since = max(at, turn)
    for asked in command.consult:
        calendar = clocks_of_departments(life, asked.department)
        if asked.limit is not None:
            hours = hours_of(life.definitions.calendar_of(calendar))
            try:
                Limit(hours, asked.limit.unit, asked.limit.amount, since, False, ()).ends()
            except OffTheCalendarError:
                raise RefusedError("calendar_range", "calendar_too_short") from None
    life.say("consulted", step.key)
    for asked in command.consult:
        number = 1 + sum(other.asked_by == step.key for other in life.steps.values())
        opinion = Step(f"{step.key}?{number}", asked.department, asked_by=step.key)
        excluded = asked.department in life.definitions.silence_excluded
        opinion.escalates = asked.silence is Silence.ESCALATE or (excluded and asked.silence is None)
        life.steps[opinion.key] = opinion
        assign(life, opinion, since, asked.limit)
    hand_over(life, at, turn)


# ---- documents


def _late_notice(life: Life, limit: object, at: int) -> tuple[bool, int | None]:
    """Decree 61/2018 art. 19(4): told within its own limit from receipt, to 24:00 of the last day; else a breach of its own."""
    if limit is None:
        return False, None
    budget = limit
    ends = Limit(hours_of(life.definitions.calendar), budget.unit, budget.amount, life.received, False, ()).ends()  # type: ignore[attr-defined]
    assert ends is not None
    return at > ends.end_at, ends.end_at


def _ask_for_documents(life: Life, step: Step, command: DecideStep, at: int, turn: int) -> None:
    """RESTART by decree, PAUSE where sector law says so: either way no clock of the case runs while the applicant has it."""
    rule = life.procedure.supplement
    life.supplements += 1
    late, notice_due = _late_notice(life, rule.notice_limit, at)
    life.say("documents asked", life.supplements, late, notice_due)
    life.asking, life.asked_at = step.key, max(at, turn)  # he cannot answer before he hears
    life.asked_for, life.arrived = frozenset(command.documents), frozenset()
    life.asked_policy = life.procedure.clock_policy.value
    step.status = life.status = "awaiting_supplement"
    _applicants_turn(life, step, at, restart=life.asked_policy == "RESTART")
    if rule.applicant_limit is not None:
        life.start("supplement", None, rule.applicant_limit, max(at, turn))
    hand_over(life, at, turn)


def _applicants_turn(life: Life, step: Step, at: int, *, restart: bool) -> None:
    """The limit and the time of the step that asks begin again; whatever else runs stands still meanwhile."""
    for clock in life.live_clocks:
        if restart and (clock.kind in CASE_KINDS or clock.key == step.clock):
            life.cancel(clock, at)
    life.applicant_holds = True
    life.hold("applicant", at)


def documents_came(life: Life, command: ReceiveSupplement, at: int, turn: int) -> None:
    """What was asked for is complete, or an officer says so: else the case waits on, and no limit begins again."""
    if life.status != "awaiting_supplement":
        raise RefusedError("no_supplement_awaited", *([NOT_NOW[life.status]] if life.status in NOT_NOW else []))
    at = max(at, life.asked_at)
    given = {part.kind for part in command.documents}
    missing = life.asked_for - life.arrived - given
    declared = command.declared_complete and command.actor.kind is not ActorKind.APPLICANT
    if missing and not declared:
        if not given & (life.asked_for - life.arrived):
            raise RefusedError("supplement_incomplete")
        life.arrived = life.arrived | (given & life.asked_for)
        life.say("documents came", at, True)
        return
    life.say("documents came", at, False)
    _back_from_applicant(life, "supplement", at)
    life.received = at
    life.status = "in_progress"
    life.applicant_holds = False
    life.release("applicant", at)
    asking = life.steps[life.asking or ""]
    life.asking = None
    if life.asked_policy == "RESTART":
        _begin_again(life, asking, at, turn)
    else:
        assign_again(life, asking, max(at, turn))
    assign_what_is_ready(life, turn)
    hand_over(life, at, turn)


def _back_from_applicant(life: Life, kind: str, at: int) -> None:
    clock = life.current(kind)
    if clock is not None and not clock.stopped:
        life.stop(clock, at)


def _begin_again(life: Life, asking: Step, at: int, turn: int) -> None:
    """Decree 61/2018 art. 19(4): the limit is counted anew from the receipt of all; finished steps stay done, as a rule."""
    arm_case(life, at, heard=at)
    if not life.procedure.restart_steps:
        for step in list(life.steps.values()):
            if step is asking:
                assign(life, step, max(at, turn))
        return
    for step in list(life.steps.values()):
        if step.asked_by is not None:
            _take_back(life, step, at)
        elif step.status == "assigned":
            life.say("step cancelled", step.key)
            if step.clock is not None:
                life.cancel(life.clocks[step.clock], at)
        if step.asked_by is None:
            step.status = "waiting"


def _take_back(life: Life, opinion: Step, at: int) -> None:
    if opinion.is_open:
        opinion.status = "cancelled"
        life.say("step cancelled", opinion.key)
        if opinion.clock is not None:
            life.cancel(life.clocks[opinion.clock], at)


# ---- explanations


def _ask_to_explain(life: Life, step: Step, command: DecideStep, at: int, turn: int) -> None:
    rule = explanation_rule(life)
    life.explanations += 1
    late, notice_due = _late_notice(life, rule.notice_limit, at)
    life.say("explanation asked", life.explanations, late, notice_due)
    life.asking, life.asked_at = step.key, max(at, turn)  # he cannot answer before he hears
    step.status = life.status = "awaiting_explanation"
    if rule.clock == "PAUSE":
        life.applicant_holds = True
        life.hold("applicant", at)
    if rule.applicant_limit is not None:
        life.start("explanation", None, rule.applicant_limit, max(at, turn))
    hand_over(life, at, turn)


def explained(life: Life, command: ReceiveExplanation, at: int, turn: int) -> None:
    """The waiting was outside the limit; nothing begins again."""
    if life.status != "awaiting_explanation":
        raise RefusedError("no_explanation_awaited", *([NOT_NOW[life.status]] if life.status in NOT_NOW else []))
    at = max(at, life.asked_at)
    life.say("explanation came", at)
    _back_from_applicant(life, "explanation", at)
    life.status = "in_progress"
    life.applicant_holds = False
    life.release("applicant", at)
    assign_again(life, life.steps[life.asking or ""], max(at, turn))
    life.asking = None
    assign_what_is_ready(life, turn)
    hand_over(life, at, turn)


def withdraw(life: Life, command: WithdrawApplication, at: int, turn: int) -> None:
    """The applicant may take it back at any time; the promise never comes to a verdict."""
    close(life, "withdrawn", at)
