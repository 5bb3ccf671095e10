"""The texts of refusals about acts: explanations, stops, lanes, second persons, and what is too much."""

from __future__ import annotations

from typing import Final

from wording.text import Texts, _

ACT_TEXTS: Final[Texts] = {
    "act_not_here": (_("The procedure does not allow this at step {step}."), _("It may be done at: {steps}.")),
    "application_too_large": (
        _("What follows from this application would have {size} bytes; {most} are taken at most."),
        _("Send less of it, or hand it in as several applications."),
    ),
    "appointment_too_far": (
        _("A new appointment may lie at most {most} after the first; {by} were asked for."),
        _("Choose a nearer day, or ask for an extension of the limit where the law allows it."),
    ),
    "awaiting_explanation": (_("The case waits for the applicant's explanation."), _("Wait until it is received.")),
    "calendar_too_short": (
        _(
            "Version of calendar {calendar} from {first} to {last} does not cover clock {clock}, "
            "which would have no end."
        ),
        _("Apply a version that reaches beyond the case's limits."),
    ),
    "case_stopped": (
        _("The handling of the case is stopped: {reason}."),
        _("Resume it, or return it to the applicant."),
    ),
    "explanation_rounds": (
        _("The applicant was asked to explain {rounds} time(s) already; the procedure allows no more."),
        _("Decide on the case."),
    ),
    "fact_unknown": (
        _("There is no fact {fact}."),
        _("The nearest by name: {near}. Correct it or leave it out; without --strict it is kept with the person only."),
    ),
    "fact_value_unknown": (
        _("No list knows the value of the fact {fact}."),
        _("The nearest entry: {near}. Correct it or leave it out; without --strict it is kept with the person only."),
    ),
    "no_explanation_awaited": (
        _("The case does not wait for an explanation."),
        _("Nothing is to be done; look at the case's timeline."),
    ),
    "not_entitled": (
        _("No rule of the decision table gives procedure {procedure} the lane {lane} for this application."),
        _("Leave it in its lane, or decide an override with its own legal basis, approved by a second person."),
    ),
    "not_stopped": (_("The handling of the case is not stopped."), _("Stop it first, with reason and legal basis.")),
    "return_not_allowed": (
        _("Procedure {procedure} does not allow a stopped case to be returned."),
        _("Resume it and decide."),
    ),
    "second_person": (
        _("This needs the approval of a second person, another one than {by}."),
        _("Name the account that approved it with --approved-by (approved_by)."),
    ),
    "stop_past": (_("The end of the stop has passed already."), _("Name an instant to come, or none.")),
    "command_too_large": (
        _("The command has {size} bytes; {most} are taken at most."),
        _("Shorten it; send documents by reference."),
    ),
    "too_many_waiting": (
        _(
            "Too many of your commands wait for this case; at most {most} may, or fewer long "
            "ones. This one was not taken."
        ),
        _("Wait for the answers to those sent before, then send this one again under a new id."),
    ),
    "too_many_suspensions": (
        _("The case has stood still {most} times already; more are not taken."),
        _("Decide on the case, or return it to the applicant."),
    ),
    "too_much_written": (
        _("The reasons and questions that this case keeps have {size} bytes with this one; {most} are kept at most."),
        _("Write more briefly."),
    ),
    "too_many_opinions": (
        _("{asked} opinions were asked in this case already; at most {most} may be."),
        _("Ask fewer departments, or decide."),
    ),
    "supplement_incomplete": (
        _("None of the documents that were asked for is among these; still missing: {documents}."),
        _("Send what was asked for; an officer may declare the dossier complete."),
    ),
}
