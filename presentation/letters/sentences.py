"""What each kind of letter says first, and under which title. `quá hạn` is the law's word: said of nothing else."""

from __future__ import annotations

from typing import Final

from cases.ticks import ALARMS
from presentation.letters.matter import Matter
from wording.text import Bilingual, LazyText, _, in_language, layout

TITLES: Final = {
    ("statutory", "warning"): _("Appointment is near"),
    ("statutory", "past_appointment"): _("Past the appointment, not overdue"),
    ("statutory", "breach"): _("OVERDUE"),
    ("statutory", "escalation"): _("ESCALATION, overdue"),
    ("green", "warning"): _("Green appointment is near"),
    ("green", "past_appointment"): _("Past the green appointment"),
    ("green", "breach"): _("GREEN PROMISE BROKEN"),
    ("green", "escalation"): _("ESCALATION, green promise broken"),
    ("step", "warning"): _("Step falls due"),
    ("step", "breach"): _("STEP LATE"),
    ("step", "escalation"): _("ESCALATION, step late"),
    ("consultation", "warning"): _("Opinion falls due"),
    ("consultation", "breach"): _("OPINION LATE"),
    ("consultation", "escalation"): _("ESCALATION, opinion late"),
    ("supplement", "warning"): _("Applicant's documents fall due"),
    ("supplement", "breach"): _("APPLICANT'S DOCUMENTS DID NOT COME"),
    ("explanation", "warning"): _("Applicant's explanation falls due"),
    ("explanation", "breach"): _("APPLICANT'S EXPLANATION DID NOT COME"),
    ("joint", "warning"): _("Joint appointment is near"),
    ("joint", "past_appointment"): _("Past the joint appointment, not overdue"),
    ("joint", "breach"): _("JOINT LIMIT OVERDUE"),
    ("joint", "escalation"): _("ESCALATION, joint limit overdue"),
    ("statutory", "before_end"): _("ESCALATION, past the appointment"),
    ("green", "before_end"): _("ESCALATION, past the green appointment"),
    ("joint", "before_end"): _("ESCALATION, past the joint appointment"),
    ("suspension", "duty"): _("Suspension to be reviewed"),
    ("stop", "duty"): _("Stop to be reviewed"),
    ("calendar", "duty"): _("Working calendar too short"),
}
"""By topic and kind; what has one end is never past an appointment, and the applicant's limits escalate to nobody."""

SETTLED: Final = _("For information, settled meanwhile")
"""Of whatever was settled before the letter was written."""

LEADS: Final = {
    ("statutory", "warning"): _("{named} {nears} its appointment to hand over the result."),
    ("statutory", "past_appointment"): _("{named} passed its appointment to hand over the result {ago}{lawful}."),
    ("statutory", "breach"): _("{named} is overdue in law {by}."),
    ("statutory", "escalation"): _("{named} is still overdue in law, {by} now, and nobody has acknowledged it."),
    ("green", "warning"): _("{named} {nears} its appointment in the green lane."),
    ("green", "past_appointment"): _("{named} passed its appointment in the green lane {ago}{promise}."),
    ("green", "breach"): _("{named} has broken its green-lane promise, late {by}{lawful}."),
    ("green", "escalation"): _(
        "{named} still breaks its green-lane promise, late {by} now{lawful}; nobody has acknowledged it."
    ),
    ("step", "warning"): _("Step “{step}” of {inner} {nears} its limit."),
    ("step", "breach"): _("Step “{step}” of {inner} is late {by}, at {department}."),
    ("step", "escalation"): _(
        "Step “{step}” of {inner} is still not done, late {by} now, at {department}; nobody has acknowledged it."
    ),
    ("consultation", "warning"): _("The opinion of {department} on {inner} {nears} its limit."),
    ("consultation", "breach"): _("{department} has given no opinion on {inner}, late {by}."),
    ("consultation", "escalation"): _(
        "{department} has still given no opinion on {inner}, late {by} now; nobody has acknowledged it."
    ),
    ("supplement", "warning"): _("The applicant of {inner} {nears} the end of the time to hand in documents."),
    ("supplement", "breach"): _("The applicant of {inner} did not hand in the documents in time."),
    ("explanation", "warning"): _("The applicant of {inner} {nears} the end of the time to explain."),
    ("explanation", "breach"): _("The applicant of {inner} did not explain in time."),
    ("joint", "warning"): _("{named} {nears} its joint appointment to hand over the results."),
    ("joint", "past_appointment"): _("{named} passed its joint appointment {ago}{lawful}."),
    ("joint", "breach"): _("{named} is over its joint limit {by}."),
    ("joint", "escalation"): _("{named} is still over its joint limit, {by} now, and nobody has acknowledged it."),
    ("statutory", "before_end"): _(
        "{named} passed its appointment to hand over the result {ago}{lawful}; nobody has acknowledged it."
    ),
    ("green", "before_end"): _(
        "{named} passed its appointment in the green lane {ago}{promise}; nobody has acknowledged it."
    ),
    ("joint", "before_end"): _("{named} passed its joint appointment {ago}{lawful}; nobody has acknowledged it."),
    ("suspension", "duty"): _("{named} has stood still for {amount}, since {until}, and nothing ends that."),
    ("stop", "duty"): _("The handling of {inner} has been stopped for {amount}, since {until}, and nothing ends that."),
    ("calendar", "duty"): _(
        "The working calendar ends on {until}, so that these limits of {inner} have no end: {extra}."
    ),
}
JUST: Final = {
    ("statutory", "past_appointment"): _("{named} has just passed its appointment to hand over the result{lawful}."),
    ("statutory", "breach"): _("{named} has just become overdue in law."),
    ("green", "past_appointment"): _("{named} has just passed its appointment in the green lane{promise}."),
    ("green", "breach"): _("{named} has just broken its green-lane promise{lawful}."),
    ("step", "breach"): _("The limit of step “{step}” of {inner} has just passed, and {department} has not answered."),
    ("consultation", "breach"): _(
        "The limit for the opinion of {department} on {inner} has just passed, and it has not answered."
    ),
    ("joint", "past_appointment"): _("{named} has just passed its joint appointment{lawful}."),
    ("joint", "breach"): _("{named} has just gone over its joint limit."),
}
"""The same where there is no time to tell yet: the letter is written at once."""
NOTHING_YET: Final = _("less than a minute")


def title_of(matter: Matter) -> LazyText:
    """What it is about in a few words: the beginning of the subject, and the heading in a digest."""
    return SETTLED if matter.resolution is not None else TITLES[_key(matter)]


def lead_of(matter: Matter) -> LazyText:
    """The first sentence, which says it all: which dossier, which step, how late in words."""
    key, amount = _key(matter), matter.amount
    text = LEADS[key] if amount is not None else JUST.get(key, LEADS[key])
    return text.filled(
        named=Bilingual(_capital(matter.named), _capital(in_language(matter.named, "vi"))),
        inner=matter.named,
        step=matter.step or _("of the work"),
        department=matter.department or _("the department"),
        nears=_nears(matter),
        ago=_("{amount} ago", amount=amount or NOTHING_YET),
        by=_("by {amount}", amount=amount or NOTHING_YET),
        amount=amount or _("some time"),
        until=matter.until or _("some time ago"),
        extra=matter.extra or _("some limits"),
        lawful=_lawful(matter),
        promise=_promise(matter),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _key(matter: Matter) -> tuple[str, str]:
    key = (matter.topic, "before_end" if matter.is_before_end else matter.kind)
    if key in LEADS:
        return key
    # What a ladder of another province may hold: a limit with one end past its appointment, an applicant's that escalates.
    return matter.topic, "breach" if matter.kind in (*ALARMS, "past_appointment") else "warning"


def _nears(matter: Matter) -> LazyText:
    if matter.is_past:
        return _("has reached")
    if matter.amount is None:
        return _("comes near to")
    return _("has {amount} left until", amount=matter.amount)


def _lawful(matter: Matter) -> LazyText:
    if matter.topic == "green":
        if matter.is_lawful_past:
            return _("; it is overdue in law as well")
        return _("; it is not overdue in law")
    if matter.is_lawful_past:
        return _(", and by now it is overdue")
    return _("; it is not overdue yet")


def _promise(matter: Matter) -> LazyText:
    if matter.until is None:
        return layout("")
    return _("; the promise holds until {until}", until=matter.until)
