"""One run of a change: looked at, stored, told to the cases, and shown."""

from __future__ import annotations

from functools import partial

from catalog.model import ProcedureVersion
from events.language.commands import Actor
from greenlane.cli.clock import now
from greenlane.cli.failure import warn
from greenlane.cli.granting import RefusedError
from greenlane.cli.output import print_json, show
from greenlane.cli.progress import counted
from greenlane.cli.session import Session, waiting
from greenlane.wiring import Wiring
from presentation.catalogue.changes import change_screen
from presentation.instants import day_said
from presentation.json_of_changes import change_run_json
from presentation.moments import Moments
from presentation.words.words import Words
from services.change_previews import Target
from services.change_telling import Telling
from services.changes import plan_change, preview_change, tell_change
from sla.calendar import CalendarDefinition
from store.changes import Plan
from store.views import CaseFilter
from wording.text import _


def warn_of_what_begins_later(version: ProcedureVersion, moments: Moments) -> None:
    """Say on standard error where open cases would come under a version that new ones do not get yet."""
    begins = version.valid_from
    if begins is None or begins <= moments.now.astimezone(moments.zone).date():
        return
    told = _(
        "{procedure} {version} begins on {day} only; open cases come under it at once, before new ones do.",
        procedure=version.id,
        version=version.version,
        day=day_said(begins),
    )
    remedy = _("Where the new text does not say so, wait for that day.")
    warn(told, remedy, moments.words.language)


def warn_of_new_cases(target: CalendarDefinition, wiring: Wiring) -> None:
    """Say on standard error where new cases would be received under another version than the open ones get."""
    current = wiring.catalog.calendars.get(target.id)
    if current is not None and current.digest == target.digest:
        return
    named = {"calendar": target.id, "version": target.version, "current": "" if current is None else current.version}
    if current is None:
        told = _("Calendar {calendar} {version} is not in the catalogue: no new case will be under it.", **named)
    else:
        told = _(
            "Calendar {calendar} {version} is not what the catalogue holds: new cases go on under version {current}.",
            **named,
        )
    remedy = _(
        "Put the file into calendars/ of a catalogue folder (`greenlane catalog export "
        "DIR`), and publish that (`greenlane catalog publish DIR`)."
    )
    warn(told, remedy, wiring.settings.language)


def run_change(
    session: Session,
    target: Target,
    reason: str,
    actor: Actor,
    *,
    dry_run: bool,
    rate: float,
    as_json: bool,
    skip_refused: bool = True,
) -> int:
    """Look what changes, and do it, unless it is a dry run; show it. Returns the exit code.

    Raises RefusedError for the first case that cannot come under the version, unless those are skipped: nothing is done then.
    """
    words = Words(session.words.language)
    with counted(words(_("Looking at the open cases")), session.views.count(CaseFilter(open_only=True))) as progress:
        preview = preview_change(session.wiring, actor, target, reason, progress, now=now())
    if preview.refused and not (dry_run or skip_refused):
        raise RefusedError(preview.refused[0].refusal)
    plan, is_resumed = None, False
    if not dry_run:
        plan, is_resumed = plan_change(session.wiring, actor, target, reason, preview, now=now())
    telling = Telling() if plan is None else _tell(session, actor, plan, rate, words)
    if as_json:
        told = {"dry_run": dry_run, "plan": plan and plan.number, "resumed": is_resumed, "sent": telling.sent}
        print_json(change_run_json(target, told, preview, telling, words.language))
    else:
        show(
            *change_screen(
                None if plan is None else plan.number, preview, telling, session.moments, partial(_code, session)
            )
        )
    return 0


def _tell(session: Session, actor: Actor, plan: Plan, rate: float, words: Words) -> Telling:
    with counted(words(_("Telling the cases")), plan.cases - plan.sent) as progress:
        return waiting(lambda: tell_change(session.wiring, actor, plan, rate, progress))


def _code(session: Session, case_id: str) -> str:
    view = session.views.case(case_id)
    return (view and view.dossier_code) or case_id
