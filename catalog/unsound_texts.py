"""How a definition may contradict itself, in both languages."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _

ANSWER_LIMIT: Final = _("an answer needs its limit, and no other duty has one here")
TRANSFER_CUT_OFF: Final = _("a transfer needs its cut-off, and no other duty has one")
ONE_RETENTION: Final = _("either years or permanent is needed, and not both")
ROUTE_LIMIT: Final = _("a procedure with a defined route needs its statutory limit")
ROUTE_STEPS: Final = _("a procedure with a defined route needs steps")
ONE_COMPARISON: Final = _("exactly one of in_list, equals and at_least is needed")
ONE_PROMISE: Final = _("exactly one of budget and reduction is needed")
ONE_NEED: Final = _("exactly one of name and result is needed")
FLOOR: Final = _("a floor belongs to a reduction")
AMONG_ENTRIES: Final = _("stands among the entries too")
OWN_FACT: Final = _("comes from the procedure itself, never from an application")
STEPS_OF_NONE: Final = _("steps are those of one procedure: name it")
NO_APPLICATION: Final = _("no application: name at least one, or a template")


def no_promise(lane: str) -> LazyText:
    """A rule gives a lane that promises nothing."""
    return _("no promise is stated for lane {lane}", lane=lane)


def unknown_list(name: str) -> LazyText:
    """A condition names a list that is not there."""
    return _("unknown list {name!r}", name=name)


def unknown_fact(name: str) -> LazyText:
    """A condition asks for a fact that the table does not name."""
    return _("{name!r} is not among the facts", name=name)


def unknown_application(name: str) -> LazyText:
    """Something names an application that is not there."""
    return _("unknown application {name!r}", name=name)


def shared_code(code: str) -> LazyText:
    """Two departments with one code."""
    return _("{code} is another department's code", code=code)
