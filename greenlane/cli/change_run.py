"""One run of a change: looked at, stored, told to the cases, and shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from rich.markup import escape
from rich.table import Table

from cases.plans import PlannedChange
from catalog.catalogue import Catalog
from catalog.errors import UnknownProcedure, close_matches
from catalog.model import ProcedureVersion
from catalog.texts import OR
from catalog.value_texts import NEAR
from events.language.commands import Actor
from greenlane.changing import Looked, Telling, Told, Unreachable, head_of, kept, tell_cases
from greenlane.cli.failure import warn
from greenlane.cli.granting import RefusedError
from greenlane.cli.output import print_json, show, table_of
from greenlane.cli.progress import counted
from greenlane.cli.session import Session, waiting
from greenlane.cli.styles import LATE, painted
from presentation.instants import day_said, instant_json
from presentation.moments import Moments
from presentation.words.time_words import TimeWords
from sla.calendar import CalendarDefinition
from store.changes import ChangePlans, Plan
from store.views import CaseFilter
from wording.errors import GreenlaneError
from wording.text import _, in_language, joined

SHOWN_MAX: Final = 50
REASON_STYLES: Final = {"earlier": LATE, "uncovered": LATE, "later": "green", "covered": "green", "waits": "dim"}


class UnknownVersionError(GreenlaneError):
    """The procedure has no such version."""

    code = "unknown_version"


def version_of(catalog: Catalog, procedure_id: str, version: str) -> ProcedureVersion:
    """The version of the catalogue. Raises UnknownProcedure, UnknownVersionError with what looks like it."""
    versions = catalog.procedures.get(procedure_id)
    if versions is None:
        raise UnknownProcedure(procedure_id, catalog.procedures)
    for found in versions:
        if found.version == version:
            return found
    names = [found.version for found in versions]
    meant = close_matches(version, names) or names
    raise UnknownVersionError(
        _("{procedure_id} has no version {version!r}.", procedure_id=procedure_id, version=version),
        field="version",
        remedy=NEAR.filled(near=joined(OR, meant)),
    )


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


class ChangeRun:
    """A change of the rules under open cases."""

    def __init__(
        self, session: Session, target: CalendarDefinition | ProcedureVersion, reason: str, actor: Actor
    ) -> None:
        self.session = session
        self.target = target
        self.moments = session.moments
        self.words = TimeWords(session.words.language)
        self.head = head_of(target, reason, actor, self.moments.now)
        self.looked = Looked()
        self.telling = Telling()

    def look(self, plan: Callable[[Told], Looked]) -> None:
        """Find what changes."""
        total = self.session.views.count(CaseFilter(open_only=True))
        with counted(self.words("looking"), total) as told:
            self.looked = plan(told)

    def refuse_vanishing(self) -> None:
        """Raises RefusedError for the first case that cannot come under the version: then nothing is done at all."""
        if self.looked.refused:
            raise RefusedError(self.looked.refused[0].refusal)

    def finish(self, *, dry_run: bool, rate: float, as_json: bool) -> int:
        """Do it, unless it is a dry run; show it. Returns the exit code."""
        plan, resumed = None, False
        if not dry_run:
            plan, resumed = self._plan()
            self._tell(plan, rate)
        if as_json:
            print_json(self._json(plan, dry_run=dry_run, resumed=resumed))
        else:
            self._show(plan)
        return 0

    def _plan(self) -> tuple[Plan | None, bool]:
        """A plan that was killed goes on first; what it left untold is among the changes of today as well."""
        plans = ChangePlans(self.session.wiring.store)
        unfinished = plans.unfinished(self.head.kind, self.head.digest)
        if unfinished is not None:
            return unfinished, True
        return (kept(self.session.wiring, self.head, self.looked.changes) if self.looked.changes else None), False

    def _tell(self, plan: Plan | None, rate: float) -> None:
        if plan is None:
            return
        wiring = self.session.wiring

        async def telling() -> Telling:
            intake = wiring.intake(await self.session.wiring.temporal())
            with counted(self.words("telling"), plan.cases - plan.sent) as told:
                return await tell_cases(wiring, intake, plan, rate, told)

        self.telling = waiting(telling)

    @property
    def _counts(self) -> dict[str, int]:
        reasons = [change.reason for change in self.looked.changes]
        return {
            "cases": len({change.case_id for change in self.looked.changes}),
            "clocks": sum(reason != "waits" for reason in reasons),
            **{reason: reasons.count(reason) for reason in REASON_STYLES},
        }

    def _json(self, plan: Plan | None, *, dry_run: bool, resumed: bool) -> dict[str, Any]:
        return {
            "ok": True,
            "kind": self.head.kind,
            "id": self.head.subject,
            "version": self.head.version,
            "digest": self.head.digest,
            "dry_run": dry_run,
            "plan": plan and plan.number,
            "resumed": resumed,
            "sent": self.telling.sent,
            **self._counts,
            "changes": [_change_json(change) for change in self.looked.changes],
            "refused": [
                {
                    "case_id": found.case_id,
                    "code": found.refusal.code,
                    "field": found.refusal.field,
                    "message": found.refusal.message(self.words.language),
                }
                for found in self.looked.refused
            ],
            "unreachable": [self._missed_json(found) for found in self.looked.unreachable],
            "untold": [self._missed_json(found) for found in self.telling.untold],
        }

    def _missed_json(self, found: Unreachable) -> dict[str, Any]:
        return {
            "case_id": found.case_id,
            "code": found.code,
            "message": in_language(found.message, self.words.language),
        }

    def _show(self, plan: Plan | None) -> None:
        counts, changes, language = self._counts, self.looked.changes, self.words.language
        show(change_table(self.words, self.moments, changes, self._called) if changes else None)
        refused = [(found.case_id, found.refusal.message(language)) for found in self.looked.refused]
        missed = [
            (f.case_id, in_language(f.message, language)) for f in (*self.looked.unreachable, *self.telling.untold)
        ]
        for case_id, why in [*refused[:SHOWN_MAX], *missed[:SHOWN_MAX]]:
            show(f"[red]✗[/red] {self._called(case_id)}: {escape(why)}")
        show(self.words("changed", **counts))
        show(self.words("dry") if plan is None and changes else None)
        show(self.words("told", plan=plan.number, sent=self.telling.sent) if plan is not None else None)
        show(self.words("unreachable", cases=len(self.looked.unreachable)) if self.looked.unreachable else None)
        show(self.words("untold", cases=len(self.telling.untold)) if self.telling.untold else None)

    def _called(self, case_id: str) -> str:
        """The dossier's code, which people know it by; its id until it has one."""
        view = self.session.views.case(case_id)
        return (view and view.dossier_code) or case_id


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


def change_table(
    words: TimeWords, moments: Moments, changes: list[PlannedChange], called: Callable[[str], str]
) -> Table:
    """The first changes; `called` gives a case's code."""
    title = words("changes", shown=min(SHOWN_MAX, len(changes)), total=len(changes))
    table = table_of(title, words("case"), words("clock"), words("former_due"), words("due"), words("reason"))
    for change in changes[:SHOWN_MAX]:
        table.add_row(
            called(change.case_id),
            escape(moments.names.clock_of(change.kind, change.step_id)),
            moments.instant(change.former_due_at),
            moments.instant(change.due_at),
            painted(words.named("change", change.reason), REASON_STYLES[change.reason]),
        )
    return table
