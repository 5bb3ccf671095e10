"""Legal bases with their validity, and the acts that a procedure allows, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from catalog.model import (
    AppointmentRule,
    ExplanationRule,
    LegalBasis,
    ProcedureVersion,
    RefusalRule,
    StopRule,
    SupplementRule,
    SuspensionRule,
    explanation_rule,
    refusal_rule,
    stop_rule,
)
from presentation.blocks import Line, Table, Tone, table_of, toned
from presentation.moments import Moments
from sla.units import Budget
from wording.text import LazyText, _, _n

ONE_DAY = timedelta(days=1)


def basis_text(basis: LegalBasis, day: date, moments: Moments) -> str:
    """Document and article, and what is to be known of them on the day: superseded, amended, not verified."""
    words = moments.words
    article = words(_("art. {article}"), article=basis.article) if basis.article else ""
    cited = f"{basis.document} {article}".rstrip()
    known = "; ".join(_known(basis, day, moments))
    return f"{cited} ({known})" if known else cited


def basis_line(basis: LegalBasis, day: date, moments: Moments) -> Line:
    """The same: what is no longer in force stands back, what was not verified stands out."""
    unverified = Tone.NEAR if basis.verified is False else None
    return toned(unverified if basis.in_force_on(day) else Tone.DIM, basis_text(basis, day, moments))


def basis_json(basis: LegalBasis, day: date) -> dict[str, Any]:
    """One entry of `bases`."""
    return {**basis.model_dump(mode="json"), "in_force": basis.in_force_on(day)}


def act_table(version: ProcedureVersion, day: date, moments: Moments) -> Table:
    """One line an act: what holds for it, and by which text."""
    words = moments.words
    table = table_of(words(_("What may be done to a case")), *map(words, (_("Act"), _("What holds"), _("Legal basis"))))
    for name, rule in acts_of(version).items():
        basis = getattr(rule, "legal_basis", None)
        shown = "-" if basis is None else basis_line(basis, day, moments)
        table.add(words.named("act", name), "; ".join(_said(rule, version, moments)), shown)
    return table


def acts_json(version: ProcedureVersion) -> dict[str, Any]:
    """The rule of each act, defaults and all."""
    return {name: rule.model_dump(mode="json") for name, rule in acts_of(version).items()}


Act = SupplementRule | ExplanationRule | RefusalRule | StopRule | SuspensionRule | AppointmentRule


def acts_of(version: ProcedureVersion) -> dict[str, Act]:
    """The rule of each act by its name; where the version says nothing, what then holds."""
    return {
        "supplement": version.supplement,
        "explanation": explanation_rule(version),
        "refusal": refusal_rule(version),
        "stop": stop_rule(version),
        "suspension": version.suspension,
        "appointment": version.appointment,
    }


def _known(basis: LegalBasis, day: date, moments: Moments) -> Iterator[str]:
    words = moments.words
    if basis.valid_until is not None and basis.valid_until < day:
        ended = moments.day(basis.valid_until + ONE_DAY)
        key = _("superseded since {day} by {document}") if basis.superseded_by else _("no longer in force since {day}")
        yield words(key, day=ended, document=basis.superseded_by)
    elif basis.superseded_by is not None:
        yield words(_("amended or replaced by {document}"), document=basis.superseded_by)
    if basis.valid_from is not None and day < basis.valid_from:
        yield words(_("in force from {day}"), day=moments.day(basis.valid_from))
    if basis.verified is False:
        yield words(_("not verified"))


def _said(rule: Act, version: ProcedureVersion, moments: Moments) -> Iterator[str]:
    words = moments.words
    match rule:
        case SupplementRule():
            yield from _asked(rule, moments)
            yield words.named("act.clock", version.clock_policy)
        case ExplanationRule():
            yield from _asked(rule, moments)
            yield words.named("act.clock", rule.clock)
            yield from _stages(rule.steps, version, moments)
        case RefusalRule():
            yield words(_("in writing, with the reason"))
            yield from _stages(rule.steps, version, moments)
        case StopRule():
            yield words(_("approved by a second person"))
            yield from _budgets(
                ((_("at most {budget}"), rule.cap), (_("looked at again every {budget}"), rule.review_after)), moments
            )
            if rule.return_allowed:
                yield words(_("the dossier may be returned"))
        case SuspensionRule():
            times = (
                (_("entered at most {budget} later"), rule.backdate_max),
                (_("at most {budget}"), rule.cap),
                (_("looked at again every {budget}"), rule.review_after),
            )
            yield from _budgets(times, moments)
        case AppointmentRule():
            yield words(_n("at most once", "at most {count} times", rule.reappointments_max))
            # Without a bound of its own a new appointment lies at most the procedure's limit behind the former one.
            moved = rule.move_max or version.limit
            times = (
                (_("with an apology at least {budget} before"), rule.notice),
                (_("moved by at most {budget}"), moved),
                (_("extended by at most {budget}"), rule.extension_max),
            )
            yield from _budgets(times, moments)


def _asked(rule: SupplementRule | ExplanationRule, moments: Moments) -> Iterator[str]:
    yield moments.words(_n("at most once", "at most {count} times", rule.rounds_max))
    yield from _budgets(
        ((_("asked for within {budget}"), rule.notice_limit), (_("answered within {budget}"), rule.applicant_limit)),
        moments,
    )
    if rule.applicant_limit is not None:
        yield moments.words.named("act.expiry", rule.on_expiry)


def _stages(steps: tuple[str, ...], version: ProcedureVersion, moments: Moments) -> Iterator[str]:
    if steps:
        names = moments.names.of_procedure(version)
        yield moments.words(_("at the steps: {steps}"), steps=", ".join(map(names.step, steps)))


def _budgets(named: Iterable[tuple[LazyText, Budget | None]], moments: Moments) -> Iterator[str]:
    return (moments.words(key, budget=moments.budget(budget)) for key, budget in named if budget is not None)
