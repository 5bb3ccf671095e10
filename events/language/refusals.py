"""Refusals: a business no is a value with a code, the field it is about, and what to do; never an exception."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict

from events.language.act_refusals import ACT_TEXTS
from events.language.person_refusals import PERSON_TEXTS, PERSON_VARIANTS
from events.language.replay_refusals import REPLAY_TEXTS
from wording.foreign import visible
from wording.text import LazyText, Texts, _, in_language, message_and_remedy

TEXTS: Texts = {
    **ACT_TEXTS,
    **PERSON_TEXTS,
    **REPLAY_TEXTS,
    # code: (message, remedy); {names} come from the refusal's details, never personal data
    "already_acknowledged": (_("Escalation {escalation} was acknowledged before."), _("Nothing is to be done.")),
    "already_answered": (
        _("Step {step} is {status} already."),
        _("Nothing is to be done; look at the case's timeline."),
    ),
    "application_conflict": (
        _("Application {application} was submitted before with other content."),
        _("Send changed content under a new application_id, or send the first content again."),
    ),
    "awaiting_supplement": (_("The case waits for the applicant's documents."), _("Wait until they are received.")),
    "appointment_late": (
        _("The appointment is at {due}; a new one needs an apology at least {notice} before."),
        _("It is too late for a new appointment: decide, or report the breach."),
    ),
    "appointment_moved": (
        _("The appointment was moved {times} time(s) already; the law allows no more."),
        _("Decide on the case."),
    ),
    "awaiting_payment": (_("The case waits for the applicant's payment."), _("Wait until the payment is confirmed.")),
    "command_conflict": (
        _("This id was used before for another command; nothing was done."),
        _("Give each command an id of its own."),
    ),
    "calendar_other": (
        _("The case runs on calendar {calendar}, not on {given}."),
        _("Apply a version of that very calendar."),
    ),
    "clock_would_vanish": (
        _("Under {procedure} {version} the clock {clock} would vanish."),
        _("Migrate when it is over, or to a version that keeps it."),
    ),
    "extension_refused": (
        _("The procedure allows no extension by {by}; the most is {most}."),
        _("Ask for less, or decide in time."),
    ),
    "ledger_broken": (
        _("The ledger is not what was written: first at {place}. Nothing was replaced."),
        _("See `greenlane verify`, and restore the database from a backup: the read models show what stood there."),
    ),
    "no_clock": (_("The case has no running {clock} clock."), _("Nothing can be moved.")),
    "no_payment_awaited": (_("The case does not wait for a payment."), _("Nothing is to be done.")),
    "nothing_changes": (_("That is so already."), _("Nothing is to be done.")),
    "procedure_other": (
        _("The case runs under {procedure}, not under {given}."),
        _("Migrate to a version of the case's own procedure."),
    ),
    "suspension_backdated": (_("A suspension may begin {most} back at the most."), _("Begin it later.")),
    "suspension_future": (_("A suspension cannot begin or end in the future."), _("Enter it when it happens.")),
    "suspension_reversed": (_("The suspension ends before it begins."), _("Give an end after the beginning.")),
    "unit_other": (_("The limit is counted in {unit}, not in {given}."), _("Give the amount in {unit}.")),
    "calendar_range": (
        _("Calendar {calendar} does not cover the days {first} to {last} plus the time this needs."),
        _("Publish a version of the calendar that covers the needed year."),
    ),
    "cascade_nothing": (_("Nothing depends on {application}, or it has not ended."), _("Nothing is to be done.")),
    "dossier_application_unknown": (
        _("The dossier has no application {application}."),
        _("Use a name of the dossier: {names}."),
    ),
    "dossier_closed": (_("The dossier is closed ({outcome})."), _("A closed dossier takes no more commands.")),
    "dossier_cycle": (_("These applications need each other in a circle: {cycle}."), _("Take one of the needs out.")),
    "dossier_exists": (_("The dossier is open already."), _("Nothing is to be done.")),
    "dossier_too_large": (
        _("The dossier has {size} bytes; {most} are taken at most."),
        _("Hand it in as several dossiers, or take out needs that follow from others."),
    ),
    "dossier_unknown": (_("There is no such dossier."), _("Check the dossier's id.")),
    "name_repeated": (_("Two applications are called {name}."), _("Give each a name of its own.")),
    "reference_unknown": (
        _("Application {application} needs {reference}, which the dossier does not have."),
        _("The nearest by name: {near}. Name an application of the dossier, or give a result."),
    ),
    "result_invalid": (
        _(
            "Result {number}, which {application} needs, is not valid on {day}: it counts from "
            "{issued_on} to {valid_until}."
        ),
        _("Give a result that is valid, or apply for one in the dossier."),
    ),
    "result_not_granted": (
        _("Application {application} has no result to revoke: it is {status}."),
        _("Name an application whose result was granted."),
    ),
    "result_not_held": (
        _("Application {application} stands on no result {number} from elsewhere, or it is lost already."),
        _("Name the number of a result that stands among its needs."),
    ),
    "result_not_needed": (
        _("Nothing waits for a result of {application}."),
        _("Name an application that ended without a result."),
    ),
    "template_unknown": (
        _("There is no template {template}."),
        _("The nearest by name: {near}. List all of them with `greenlane dossier templates`."),
    ),
    "case_closed": (
        _("The case is closed ({outcome})."),
        _("A closed case takes no more commands; submit a new application if needed."),
    ),
    "case_exists": (_("The case is open already."), _("Nothing is to be done.")),
    "case_suspended": (_("The case is suspended ({reason})."), _("Resume the case first.")),
    "case_unknown": (_("There is no such case."), _("Check the case id or dossier code.")),
    "consultation_open": (
        _("Step {step} waits for the opinion of {departments}."),
        _("Wait for the opinion, or until its time limit has passed."),
    ),
    "department_unknown": (
        _("There is no department {department}."),
        _("Use the id of a department of the catalogue."),
    ),
    "documents_missing": (_("The dossier lacks: {documents}."), _("Add these documents and submit again.")),
    "escalation_unknown": (
        _("There is no escalation {escalation} in this case."),
        _("Use an escalation id of the case's timeline."),
    ),
    "field_missing": (_("The field {name} is needed."), _("Give {name}.")),
    "not_suspended": (_("The case is not suspended."), _("Nothing is to be done.")),
    "not_in_force": (
        _("No version of {what} is in force on {day}."),
        _("Look at the days of its versions with `greenlane procedures`, or publish a version that covers the day."),
    ),
    "no_supplement_awaited": (
        _("The case does not wait for documents."),
        _("Send documents only after a request for supplements."),
    ),
    "opinion_only": (
        _("Step {step} asks for an opinion."),
        _("Answer approve (no objection) or refuse (objection, with a reason)."),
    ),
    "procedure_unknown": (
        _("There is no procedure {procedure}."),
        _("The nearest by name: {near}. List all of them with `greenlane procedures`."),
    ),
    "route_not_declarable": (_("The procedure {procedure} has steps of its own."), _("Leave `route` out.")),
    "route_repeats": (_("The route names a step twice: {step}."), _("Give every step an id of its own.")),
    "silence_no_consent": (
        _("The silence of {department} may never mean consent here: {silence} is not allowed."),
        _("Ask with `escalate`, or leave `silence` out."),
    ),
    "step_not_assigned": (_("Step {step} is not assigned yet."), _("Wait until the steps before it are done.")),
    "step_unknown": (_("There is no step {step} in this case."), _("Use a step id of the case: {steps}.")),
    "supplement_rounds": (
        _("Supplements were asked for {rounds} time(s) already; the procedure allows no more."),
        _("Decide on what is there: approve or refuse with a reason."),
    ),
    "wrong_department": (
        _("Step {step} belongs to {owner}, not to {department}."),
        _("Let the owning department answer on its own topic."),
    ),
}


QUOTES: Final[dict[str, tuple[str, ...]]] = {
    "application_conflict": ("application",),
    "procedure_unknown": ("procedure",),
    "route_repeats": ("step",),
}
"""The details of refused submissions that are the sender's own words."""


class Refusal(BaseModel):
    """Why a command was not taken. `details` fill the texts and hold no personal data."""

    model_config = ConfigDict(frozen=True)

    code: str
    field: str | None = None
    details: dict[str, str] = {}

    @property
    def without_quotes(self) -> Refusal:
        """The same without what a sender wrote and we do not know: for answers that are kept, on a topic or in a table."""
        quoted = QUOTES.get(self.code, ())
        return self.model_copy(
            update={"details": self.details | {name: "…" for name in quoted if name in self.details}}
        )

    @property
    def retryable(self) -> bool:
        """Whether the same command may succeed later without being changed."""
        return self.code in {"step_not_assigned", "case_suspended", "consultation_open", "calendar_range"}

    @property
    def texts(self) -> tuple[LazyText, LazyText]:
        """Why, and what to do. A detail may be a name that somebody else wrote."""
        variant = f"{self.code}.{self.details.get('variant', '')}"
        texts, key = (PERSON_VARIANTS, variant) if variant in PERSON_VARIANTS else (TEXTS, self.code)
        return message_and_remedy(texts, key, {name: visible(detail) for name, detail in self.details.items()})

    def message(self, language: str = "en") -> str:
        """One sentence that says why."""
        return in_language(self.texts[0], language)

    def remedy(self, language: str = "en") -> str:
        """One sentence that says what to do."""
        return in_language(self.texts[1], language)


def refuse(code: str, field: str | None = None, **details: str) -> Refusal:
    """A refusal whose code is known to the texts."""
    if code not in TEXTS:
        raise KeyError(f"no text for the refusal {code!r}")
    return Refusal(code=code, field=field, details=details)
