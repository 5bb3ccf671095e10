"""Closed sets on the screens, by group and code: states, lanes, events. What a screen says itself stands in the screen."""

from __future__ import annotations

from typing import Final

from presentation.words.catalog_words import CATALOG_TABLE
from presentation.words.dossier_words import DOSSIER_TABLE
from presentation.words.integrity_words import INTEGRITY_TABLE
from presentation.words.law_words import LAW_TABLE
from presentation.words.letter_words import LETTER_TABLE
from presentation.words.part_words import PART_TABLE
from presentation.words.time_words import TIME_TABLE
from wording.text import LazyText, _, _p, in_language, layout

TABLE: Final[dict[str, LazyText]] = {
    "by.department": _("Department"),
    "by.lane": _("Lane"),
    "by.procedure": _("Procedure"),
    # sentences
    "promise.green": _("Green: {at}"),
    "promise.statutory": layout("{at}"),
    # names
    "role.administrator": _("administrator"),
    "role.head": _("head"),
    "role.officer": _("officer"),
    # what applications say of themselves
    "fact.field": _("field"),
    "fact.procedure": _("procedure"),
    "fact.project": _("project"),
    "fact.project_class": _("class of project"),
    "fact.sector": _p("fact", "sector"),
    # lanes, states, outcomes
    "lane.standard": _("standard"),
    "lane.green_60": _("green lane 60 %"),
    "lane.green_24h": _("green lane 24 h"),
    "status.new": _("new"),
    "status.in_progress": _("in progress"),
    "status.awaiting_supplement": _("awaiting supplement"),
    "status.awaiting_explanation": _("awaiting explanation"),
    "status.awaiting_payment": _("awaiting payment"),
    "status.suspended": _("suspended"),
    "status.stopped": _p("status", "stopped"),
    "status.closed": _("closed"),
    "outcome.issued": _("issued"),
    "outcome.refused": _p("outcome", "refused"),
    "outcome.withdrawn": _("withdrawn"),
    "outcome.returned": _("returned"),
    "step.waiting": _p("step", "waiting"),
    "step.assigned": _("assigned"),
    "step.awaiting_supplement": _("awaiting supplement"),
    "step.awaiting_explanation": _("awaiting explanation"),
    "step.done": _("done"),
    "step.cancelled": _("cancelled"),
    "clock.running": _("running"),
    "clock.past_appointment": _("past the appointment (not overdue)"),
    "clock.met": _("met"),
    "clock.breached": _("breached"),
    "clock.cancelled": _("no longer counted"),
    "clock.set_aside": _("breach set aside"),
    "green.running": _("running"),
    "green.past_appointment": _("past the appointment (promise not broken yet)"),
    "green.met": _("promise kept"),
    "green.breached": _("promise broken"),
    "green.cancelled": _("no longer counted"),
    "kind.statutory": _("statutory"),
    "kind.green": _p("kind", "green promise"),
    "kind.joint": _("joint limit"),
    "kind.step": _("step"),
    "kind.case": _("the whole case"),
    "end.statutory": _("lawful end 24:00 {day}"),
    "end.green": _("promised until 24:00 {day}"),
    "kind.consultation": _("consultation"),
    "kind.supplement": _("applicant's supplement"),
    "kind.explanation": _("applicant's explanation"),
    "holder.applicant": _p("holder", "the applicant"),
    "holder.suspension": _("suspension"),
    "holder.between_steps": _("between steps"),
    "holder.system": _("the system"),
    # who acts, and how that is known
    "actor.applicant": _("applicant"),
    "actor.department": _("department"),
    "actor.supervisor": _("supervisor"),
    "actor.administrator": _("administrator"),
    "actor.system": _("system"),
    "actor.officer": _("officer"),
    "actor.operator": _("operator"),
    "actor.auditor": _("auditor"),
    "actor.service": _("service"),
    "door.command_line": _("command line"),
    "door.portal": _("portal"),
    "door.api": _("programs"),
    "subject_kind.person": _p("subject", "person"),
    "subject_kind.enterprise": _p("subject", "enterprise"),
    "subject_kind.unnumbered": _p("subject", "without a number"),
    "assurance.token": _("signed in"),
    "assurance.topic": _("by its topic"),
    "assurance.claimed": _("claimed"),
    # what the passing of an end is called: only of the law's limit is it said that it is overdue
    "breach.statutory": _("overdue"),
    "breach.green": _("promise broken"),
    "breach.step": _("step late"),
    "breach.consultation": _("opinion late"),
    "breach.supplement": _("applicant's time has passed"),
    "breach.explanation": _p("breach", "applicant's time has passed"),
    # answers, causes, rungs
    "answer.approve": _("approve"),
    "answer.refuse": _("refuse"),
    "answer.request_supplement": _("documents asked for"),
    "answer.request_explanation": _("an explanation asked for"),
    "answer.consult": _("opinions asked for"),
    "cause.case_closed": _("the case closed"),
    "cause.closed": _("the case closed"),
    "cause.delayed_by_system": _("answered in time, delayed by the system"),
    "cause.extension": _("extension"),
    "cause.lane": _("another lane"),
    "cause.lawful_end": _("recorded before the lawful end"),
    "cause.migrated": _("migrated"),
    "cause.new_appointment": _("new appointment"),
    "cause.payment": _("payment awaited"),
    "cause.reassigned": _("reassigned"),
    "cause.received": _p("cause", "received"),
    "cause.restart": _("starts again"),
    "cause.step_cancelled": _("the step was cancelled"),
    "cause.suspended": _("a suspension noted later"),
    "cause.withdrawn": _p("cause", "withdrawn"),
    "entitlement.rule": _("by a rule"),
    "entitlement.override": _("by override"),
    "rung.warning": _("reminder"),
    "rung.past_appointment": _("past the appointment"),
    "rung.breach": _("overdue"),
    "rung.escalation": _("escalation"),
    # events
    "event.ApplicationSubmitted": _("Application submitted"),
    "event.ApplicationClassified": _("Classified"),
    "event.ApplicationAccepted": _("Accepted"),
    "event.GreenPromiseDeclined": _("No green promise"),
    "event.ClockStarted": _("Clock started"),
    "event.ClockPaused": _("Clock paused"),
    "event.ClockResumed": _("Clock resumed"),
    "event.AppointmentPassed": _("Appointment passed"),
    "event.AppointmentMoved": _("Appointment moved"),
    "event.ClockMet": _("Clock met"),
    "event.ClockBreached": _("BREACH"),
    "event.BreachConfirmed": _("Breach confirmed"),
    "event.ClockStopped": _("Clock stopped"),
    "event.ClockCancelled": _("Clock ended"),
    "event.clock_restarts": _("Clock starts again"),
    "event.BreachSetAside": _("Breach set aside"),
    "event.StepAssigned": _("Step assigned"),
    "event.StepDecided": _("Step decided"),
    "event.StepCancelled": _("Step cancelled"),
    "event.ConsultationRequested": _("Consultation requested"),
    "event.ConsultationLapsed": _("Consultation lapsed"),
    "event.SupplementRequested": _("Supplement requested"),
    "event.SupplementReceived": _("Supplement received"),
    "event.ExplanationRequested": _("Explanation requested"),
    "event.ExplanationReceived": _("Explanation received"),
    "event.CaseStopped": _("Case stopped"),
    "event.CaseReturned": _("Case returned"),
    "event.SuspensionReviewDue": _("Suspension to be reviewed"),
    "event.CalendarExhausted": _("CALENDAR EXHAUSTED"),
    "event.StepsRestarted": _("Steps restarted"),
    "event.StepReassigned": _("Step reassigned"),
    "event.RungFired": _("Alert"),
    "event.EscalationAcknowledged": _("Escalation acknowledged"),
    "event.ClockSuspended": _("Suspension noted"),
    "event.PaymentRequested": _("Payment requested"),
    "event.PaymentConfirmed": _("Payment confirmed"),
    "event.ClockExtended": _("Limit extended"),
    "event.LaneChanged": _("Lane changed"),
    "event.CalendarApplied": _("Calendar applied"),
    "event.ProcedureMigrated": _("Procedure migrated"),
    "event.ApplicationWithdrawn": _("Application withdrawn"),
    "event.CaseClosed": _("Case closed"),
    # commands
    "command.SubmitApplication": _("the application"),
    "command.DecideStep": _("the department's answer"),
    "command.ReceiveSupplement": _("the applicant's documents"),
    "command.ReceiveExplanation": _("the applicant's explanation"),
    "command.StopCase": _("the stop"),
    "command.ReturnCase": _("the return"),
    "command.WithdrawApplication": _("the withdrawal"),
    "command.PauseClock": _("the suspension"),
    "command.ResumeClock": _("the resumption"),
    "command.AcknowledgeEscalation": _("the acknowledgement"),
    "command.ReassignStep": _("the reassignment"),
    "command.RequestPayment": _("the request for payment"),
    "command.ConfirmPayment": _("the payment"),
    "command.MoveAppointment": _("the new appointment"),
    "command.ExtendLimit": _("the extension"),
    "command.ChangeLane": _("the change of lane"),
    "command.ApplyCalendar": _("the new calendar"),
    "command.MigrateProcedure": _("the migration"),
    **DOSSIER_TABLE,
    **INTEGRITY_TABLE,
    **LETTER_TABLE,
    **LAW_TABLE,
    **PART_TABLE,
    **TIME_TABLE,
    **CATALOG_TABLE,
}


class Words:
    """The texts of the screens in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, text: LazyText, /, **gaps: object) -> str:
        """The text with its gaps filled."""
        return in_language(text.filled(**gaps), self.language)

    def template(self, text: LazyText) -> str:
        """The text with its gaps, for what fills them in tones."""
        return in_language(text, self.language)

    def named(self, group: str, value: str | None, /, **gaps: object) -> str:
        """A value of a closed set, such as a lane; what no table knows is shown as it is."""
        if value is None:
            return "-"
        text = TABLE.get(f"{group}.{value}")
        return value if text is None else self(text, **gaps)

    def pattern(self, group: str, value: str) -> str:
        """A value of a closed set with its gaps, for what fills them in tones. Raises KeyError."""
        return in_language(TABLE[f"{group}.{value}"], self.language)
