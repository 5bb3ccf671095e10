"""What differs between two moments, for programs: the same values that the moments themselves are told in, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from cases.model import StepState
from catalog.model import Definitions
from presentation.json_of_cases import clock_json
from presentation.json_of_dossiers import application_json, dossier_json
from services.replays.moments import CaseThen, DossierThen, Then

APART: Final = frozenset({"ok", "timeline", "texts", "blame", "slack", "applications"})
"""What is told of a dossier of which no difference is made: the events themselves, and what goes on with the time."""
UNPARTED: Final = "budget"
"""Is told as one, though it has parts."""


class Difference(NamedTuple):
    """One place that differs. `what`: the path to it, `clocks.statutory.due_at`; what was not there, or is gone, is None."""

    what: str
    before: Any
    after: Any

    @property
    def is_whole(self) -> bool:
        """Whether a clock, a step or an application came or went as a whole."""
        return (self.before is None) is not (self.after is None) and isinstance(self.after or self.before, Mapping)

    @property
    def place(self) -> str:
        """The path to what it is about: `clocks.statutory.2`. Ids may have dots of their own."""
        return self.what if self.is_whole else self.what.rpartition(".")[0]


def changes_between(before: Then | None, after: Then, *, timed: bool = False) -> tuple[Difference, ...]:
    """Every place that differs. `before` None: there was nothing. `timed`: what is left of each clock, too."""
    if isinstance(after, CaseThen):
        return tuple(_of_case(before if isinstance(before, CaseThen) else None, after, timed=timed))
    return tuple(_of_dossier(before if isinstance(before, DossierThen) else None, after))


def rules_json(definitions: Definitions) -> dict[str, Any]:
    """The rules that a case runs under: id, version and digest."""
    procedure, calendar, lanes = definitions.procedure, definitions.calendar, definitions.lanes
    return {
        "procedure": {"id": procedure.id, "version": procedure.version, "digest": procedure.digest},
        "calendar": {"id": calendar.id, "version": calendar.version, "digest": calendar.digest},
        "lanes": {"id": lanes.id, "version": lanes.version, "digest": lanes.digest},
    }


def _of_case(before: CaseThen | None, after: CaseThen, *, timed: bool) -> Iterator[Difference]:
    yield from _differences("case", _view(before), _view(after))
    yield from _of_clocks(before, after, timed=timed)
    yield from _of_steps({} if before is None else before.sheet.case.steps, after.sheet.case.steps)
    definitions = after.sheet.case.definitions
    if before is not None and before.sheet.case.definitions is not definitions:
        former, rules = rules_json(before.sheet.case.definitions), rules_json(definitions)
        yield from (
            Difference(f"rules.{name}", former[name], rules[name]) for name in rules if former[name] != rules[name]
        )


def _view(then: CaseThen | None) -> dict[str, Any] | None:
    return None if then is None else then.sheet.view.model_dump(mode="json", exclude={"sequence"})


def _of_clocks(before: CaseThen | None, after: CaseThen, *, timed: bool) -> Iterator[Difference]:
    former = {} if before is None else before.sheet.case.clocks
    clocks = after.sheet.case.clocks
    is_same_law = before is not None and before.sheet.case.definitions is after.sheet.case.definitions
    for name in {**former, **clocks}:
        # Of two hundred clocks one event changes one: the others need not be told to be compared.
        if timed or not is_same_law or former.get(name) is not clocks.get(name):
            told = (_clock(before, name, timed=timed), _clock(after, name, timed=timed))
            yield from _differences(f"clocks.{name}", *told)


def _clock(then: CaseThen | None, name: str, *, timed: bool) -> dict[str, Any] | None:
    state = None if then is None else then.sheet.case.clocks.get(name)
    if then is None or state is None:
        return None
    left = {"remaining_seconds": then.remaining_seconds(state)} if timed else {}
    return clock_json(then.sheet, state) | left


def _of_steps(former: Mapping[str, StepState], steps: Mapping[str, StepState]) -> Iterator[Difference]:
    for name in {**former, **steps}:
        before, after = former.get(name), steps.get(name)
        if before is not after:
            yield from _differences(
                f"steps.{name}",
                None if before is None else before.model_dump(mode="json"),
                None if after is None else after.model_dump(mode="json"),
            )


def _of_dossier(before: DossierThen | None, after: DossierThen) -> Iterator[Difference]:
    yield from _differences("dossier", None if before is None else _whole(before), _whole(after))
    former, parts = {} if before is None else _parts(before), _parts(after)
    for name in parts:
        yield from _differences(f"applications.{name}", former.get(name), parts[name])


def _whole(then: DossierThen) -> dict[str, Any]:
    return {name: value for name, value in dossier_json(then.sheet).items() if name not in APART}


def _parts(then: DossierThen) -> dict[str, Any]:
    return {part.name: application_json(then.sheet, part) for part in then.sheet.dossier.parts.values()}


def _differences(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)) or path.endswith(f".{UNPARTED}"):
        yield Difference(path, before, after)
        return
    for name in {**before, **after}:
        yield from _differences(f"{path}.{name}", before.get(name), after.get(name))
