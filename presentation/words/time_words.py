"""What the screens about time say, in Vietnamese and English: the calculator's rules, the calendar, changes, reports."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _

TIME_TABLE: Final[dict[str, LazyText]] = {
    # sentences
    "change.earlier": _("earlier"),
    "change.later": _("later"),
    "change.covered": _("has a due instant now"),
    "change.uncovered": _("beyond the calendar"),
    "change.waits": _("waits"),
    "report.cases": _("Cases"),
    "report.closed": _("Closed"),
    "report.met": _("Met"),
    "report.breached": _("Breached"),
    "report.past_appointment": _("Past now"),
    "report.appointments_missed": _("Missed"),
    "report.new_appointments": _("New"),
    "report.set_aside": _("Set aside"),
    "report.escalations": _("Escalated"),
    "report.promised": _("Promised (h)"),
    "report.used": _("Used (h)"),
    "report.share": _("Share"),
    "report.held": _("Held (h)"),
    # marks of the drawings
    "mark.received": _("received"),
    "mark.rung": _("rung"),
    "mark.green": _("green promise"),
    "mark.statutory": _("statutory appointment"),
    "mark.lawful": _("lawful end"),
    "mark.pause": _("suspended"),
    "day.weekend": _("weekend"),
    "day.holiday": _("holiday"),
    "day.swap": _("swapped day off"),
    "day.made_up": _("make-up working day"),
    "day.flagged": _("announced, not confirmed"),
    # rules of the calculator
    "rule.statutory_limit": _("{procedure} (version {version}): the limit is {budget}{unverified}."),
    "rule.counted_hours": _("A limit in hours runs by the clock from the very instant of receipt."),
    "rule.counted_working_hours": _("Working hours run only while the calendar's offices are open."),
    "rule.counted_working_days": _(
        "The day of receipt is not counted; the limit ends at 24:00 of working day {amount}, {day}."
    ),
    "rule.counted_days": _(
        "The day of receipt is not counted; {amount} calendar days, the limit ends at 24:00 of {day}."
    ),
    "rule.counted_months": _("A limit in months ends on the corresponding day, or the month's last: 24:00 of {day}."),
    "rule.day_off_moves_on": _("The last day, {counted}, is off: the limit moves on to {day}."),
    "rule.after_hours_receipt": _(
        "Received outside opening hours: the appointment counts from {opening}, the lawful end "
        "from the day of receipt, {day}."
    ),
    "rule.after_hours_opening": _("Received outside opening hours: counted from the next opening, {opening}."),
    "rule.boundary": _("A sum that falls on a boundary of the opening hours is the end of the earlier session: {at}."),
    "rule.lane_standard": _("The standard lane promises nothing beside the statutory limit."),
    "rule.lane_budget": _("{lane}: {budget} are promised for the whole application{unverified}."),
    "rule.lane_budget_steps": _(
        "{lane}: each step has its own limit; along the longest path they come to {budget}{unverified}."
    ),
    "rule.lane_reduction": _(
        "{lane}: {percent} % less than {limit}, rounded up and never below the floor: {budget}{unverified}."
    ),
    "rule.lane_not_promised": _("The table of lanes in force on {day} promises nothing for {lane}."),
    "rule.lane_without_budget": _("{lane}: there is no statutory limit to reduce."),
    "rule.longer_than_statute": _("No promise is given: {green} would end after the statutory {statutory}."),
    "rule.minimum_cut": _("No promise is given: {green} would cut the steps' mandatory minimum of {least}."),
    "rule.lane_not_open": _("No rule opens the {lane} to the procedure {procedure}: this is what it would promise."),
    "rule.entitlement": _(
        "The lane is taken as given; whether an application may take {lane}, `greenlane classify` tells."
    ),
    "rule.pause": _("Suspended from {from} until {until}: that time does not count."),
    "rule.pause_before": _("Suspended from {from} until {until}, before the receipt: without effect."),
    "rule.pauses_once": _("Suspensions that overlap or touch count once."),
    "rule.calendar": _("By the {calendar}, version {version} ({digest}){unverified}."),
    "rule.department_calendar": _("Steps of {department} run on the {calendar}, version {version}."),
    "rule.days_off_crossed": _("Days off within: {days}."),
    "rule.made_up_day": _("{day} is a make-up working day."),
    "rule.flag_not_set": _("{day} counts as a working day: it is not confirmed as a day off (flag {flag})."),
    "rule.ladder": _("The rungs are reckoned on: {clock}."),
}
