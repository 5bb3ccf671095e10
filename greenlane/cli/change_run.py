"""One run of a change: looked at, stored, told to the cases, and shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from rich.markup import escape
from rich.table import Table

from cases.plans import PlannedChange
from catalog.model import ProcedureVersion
from events.language.commands import Actor
from greenlane.cli.clock import now
from greenlane.cli.failure import warn
from greenlane.cli.granting import RefusedError
from greenlane.cli.output import print_json, show, table_of
from greenlane.cli.progress import counted
from greenlane.cli.session import Session, waiting
from greenlane.cli.styles import LATE, painted
from presentation.instants import day_said, instant_json
from presentation.moments import Moments
from presentation.words.words import Words
from services.change_previews import ChangePreview, Target, Unreachable
from services.change_telling import Telling
from services.changes import kind_of, plan_change, preview_change, tell_change
from store.changes import Plan
from store.views import CaseFilter
from wording.text import _, in_language

SHOWN_MAX: Final = 50
REASON_STYLES: Final = {"earlier": LATE, "uncovered": LATE, "later": "green", "covered": "green", "waits": "dim"}


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
        print_json(_json(target, told, preview, telling, words.language))
    else:
        _show(session, plan, preview, telling, words)
    return 0


def _tell(session: Session, actor: Actor, plan: Plan, rate: float, words: Words) -> Telling:
    with counted(words(_("Telling the cases")), plan.cases - plan.sent) as progress:
        return waiting(lambda: tell_change(session.wiring, actor, plan, rate, progress))


def _counts(preview: ChangePreview) -> dict[str, int]:
    reasons = [change.reason for change in preview.changes]
    return {
        "cases": len({change.case_id for change in preview.changes}),
        "clocks": sum(reason != "waits" for reason in reasons),
        **{reason: reasons.count(reason) for reason in REASON_STYLES},
    }


def _json(
    target: Target, told: dict[str, Any], preview: ChangePreview, telling: Telling, language: str
) -> dict[str, Any]:
    return {
        "ok": True,
        "kind": kind_of(target),
        "id": target.id,
        "version": target.version,
        "digest": target.digest,
        **told,
        **_counts(preview),
        "changes": [_change_json(change) for change in preview.changes],
        "refused": [
            {
                "case_id": one.case_id,
                "code": one.refusal.code,
                "field": one.refusal.field,
                "message": one.refusal.message(language),
            }
            for one in preview.refused
        ],
        "unreachable": [_missed_json(missed, language) for missed in preview.unreachable],
        "untold": [_missed_json(missed, language) for missed in telling.untold],
    }


def _missed_json(missed: Unreachable, language: str) -> dict[str, Any]:
    return {"case_id": missed.case_id, "code": missed.code, "message": in_language(missed.message, language)}


def _show(session: Session, plan: Plan | None, preview: ChangePreview, telling: Telling, words: Words) -> None:
    def called(case_id: str) -> str:
        """The dossier's code, which people know it by; its id until it has one."""
        view = session.views.case(case_id)
        return (view and view.dossier_code) or case_id

    show(change_table(words, session.moments, preview.changes, called) if preview.changes else None)
    refused = [(one.case_id, one.refusal.message(words.language)) for one in preview.refused]
    missed = [(m.case_id, in_language(m.message, words.language)) for m in (*preview.unreachable, *telling.untold)]
    for case_id, why in [*refused[:SHOWN_MAX], *missed[:SHOWN_MAX]]:
        show(f"[red]✗[/red] {called(case_id)}: {escape(why)}")
    show(
        words(
            _("{cases} case(s) change: {earlier} clock(s) move earlier, {later} later; {waits} case(s) wait."),
            **_counts(preview),
        )
    )
    show(words(_("Nothing was done: call it without --dry-run.")) if plan is None and preview.changes else None)
    show(
        words(_("Plan {plan}: {sent} case(s) were told."), plan=plan.number, sent=telling.sent)
        if plan is not None
        else None
    )
    show(
        words(
            _("{cases} case(s) cannot be read and were stepped over: run `greenlane verify`, then this command again."),
            cases=len(preview.unreachable),
        )
        if preview.unreachable
        else None
    )
    show(
        words(_("{cases} case(s) could not be told: it is tried again by itself."), cases=len(telling.untold))
        if telling.untold
        else None
    )


def _change_json(change: PlannedChange) -> dict[str, Any]:
    return {
        "case_id": change.case_id,
        "clock": change.clock_id,
        "kind": change.kind,
        "step_id": change.step_id,
        "former_due_at": instant_json(change.former_due_at),
        "due_at": instant_json(change.due_at),
        "reason": change.reason,
    }


def change_table(words: Words, moments: Moments, changes: list[PlannedChange], called: Callable[[str], str]) -> Table:
    """The first changes; `called` gives a case's code."""
    title = words(_("Changes ({shown} of {total})"), shown=min(SHOWN_MAX, len(changes)), total=len(changes))
    table = table_of(
        title, words(_("Case")), words(_("Clock")), words(_("Former due")), words(_("Due")), words(_("Reason"))
    )
    for change in changes[:SHOWN_MAX]:
        table.add_row(
            called(change.case_id),
            escape(moments.names.clock_of(change.kind, change.step_id)),
            moments.instant(change.former_due_at),
            moments.instant(change.due_at),
            painted(words.named("change", change.reason), REASON_STYLES[change.reason]),
        )
    return table
