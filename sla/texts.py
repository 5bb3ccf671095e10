"""What the room of time says when it refuses, in both languages."""

from __future__ import annotations

from typing import Final

from wording.text import Texts, _

ANSWER: Final = _("The answer")
NEXT_OPENING: Final = _("The next working instant")
_COVER: Final = _("Use a calendar version that covers it.")
_OFFSET: Final = _("Write the instant with its offset, as in 2026-03-02T09:00:00+07:00.")

TEXTS: Final[Texts] = {
    # key: message en, remedy en, message vi, remedy vi
    "outside": (_("{what} is outside calendar {calendar} {version}, {first} to {last}."), _COVER),
    "amount_outside": (
        _("{what} is outside calendar {calendar} {version}, {first} to {last}."),
        _("Use a calendar version that covers it, or a smaller amount."),
    ),
    "outside_all": (_("{given} is outside every calendar."), _COVER),
    "no_offset": (_("{given} has no offset from UTC."), _OFFSET),
    "not_an_instant": (_("{given} is no instant of RFC 3339."), _OFFSET),
    "impossible_instant": (_("{given} is no instant ({why})."), _OFFSET),
    "not_a_pause": (_("{given} is no pause."), _("Write FROM/TO, two instants of RFC 3339.")),
    "not_a_window": (_("{given} is not a window."), _("Write opening and closing as 07:00-11:30.")),
    "not_whole_minutes": (_("{given} is not a local time in whole minutes."), _("Write HH:MM.")),
    "window_reversed": (
        _("The window closes at {closes}, not after it opens at {opens}."),
        _("Split a window that runs past midnight between the two days."),
    ),
    "no_window": (_("No weekday has a window."), _("Give at least one weekday hours.")),
    "off_and_working": (_("{day} is both a day off and a working day."), _("Keep one of the two.")),
    "swap_not_off": (
        _("{day} is worked instead of {off}, which is no day off."),
        _("Name the day off for which it was swapped, and write that among the days off."),
    ),
    "takes_no_hours": (_("{day} takes the hours of {takes}, which has none."), _("Name a weekday with windows.")),
    "unknown_flag": (_("Calendar {calendar} has no flag {flag}."), _("Name one of the calendar's flags.")),
    "unknown_zone": (_("{zone} is not a time zone."), _("Name one of the IANA database, such as Asia/Ho_Chi_Minh.")),
    "validity_reversed": (_("It ends on {last}, before it begins on {first}."), _("Put the days in order.")),
    "validity_implausible": (_("{first} to {last} is no plausible validity."), _("Cover at most {most} years.")),
    "too_many_windows": (_("There are {count} windows in a day."), _("Give at most {most}.")),
    "windows_unsorted": (
        _("The window at {later} stands after the one at {earlier}."),
        _("Write the windows in the order of the day."),
    ),
    "windows_overlap": (
        _("The window at {later} opens before {closes}, when the earlier one closes."),
        _("Join the windows or move one."),
    ),
    "day_twice": (_("{day} is written twice."), _("Write each day once.")),
    "day_outside": (_("{day} lies outside {first} to {last}."), _("Correct the day or the validity.")),
    "unit_without_day": (_("A limit in {unit} is not counted in days."), _("Ask for its operational end.")),
    "amount_not_positive": (_("{given} is no amount of time."), _("Give a whole number from 1 on.")),
    "suspension_reversed": (
        _("The suspension ends at {until}, before it begins at {begins}."),
        _("Give an end at or after the beginning."),
    ),
    "suspension_empty": (
        _("The suspension ends at {until}, not after it begins at {begins}."),
        _("Give an end after the beginning."),
    ),
    "suspension_future": (
        _("The suspension lasts until {until}, which has not come."),
        _("Ask with what has happened, or for an application that lies in the future."),
    ),
    "not_suspended": (_("No suspension is open."), _("Suspend the clock first.")),
    "share_outside": (_("{percent} percent is no share of a clock."), _("Give 1 to 100.")),
    "delay_before_end": (_("A delay of {amount} lies before the end."), _("Use percent for a rung before the end.")),
    "rung_moment": (_("Rung {rung} needs either a percent or a delay."), _("Give exactly one of the two.")),
    "rung_before_start": (_("Rung {rung} at {percent} percent is before the clock starts."), _("Give 1 to {most}.")),
    "rung_after_end": (
        _("Rung {rung} at {percent} percent is after the end."),
        _("Use delay for a rung after the end."),
    ),
    "breach_before_end": (
        _("Rung {rung} is a breach before the end."),
        _("Put a breach at {most} percent, or call it warning or escalation."),
    ),
    "past_appointment_moment": (
        _("Rung {rung} says that the appointment has passed, but does not stand at {most} percent."),
        _("Put it at {most} percent, without a delay."),
    ),
    "from_without_delay": (
        _("Rung {rung} says what it counts from, but has no delay."),
        _("Give it a delay, or leave from out."),
    ),
    "rung_twice": (_("Two rungs are called {rung}."), _("Give each rung its own id.")),
    "rungs_unsorted": (
        _("Rung {later} stands after {earlier} but does not fire after it."),
        _("Write the rungs in the order in which they fire."),
    ),
    "no_pace": (_("{factor} is no pace."), _("Give a positive number, 1 for real time.")),
}
