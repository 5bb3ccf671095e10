"""The catalogue to look things up in: procedures, departments, lanes, and what a case would be classified as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from cases.classification import Classification, classify
from catalog.catalogue import Catalog
from catalog.model import PROCEDURE_FACTS, Condition, Fact, LaneTable, ProcedureVersion, Promise
from greenlane.cli.catalogue_in_use import catalogue_in_use
from greenlane.cli.clock import now
from greenlane.cli.event_lines import near_miss_table
from greenlane.cli.law_sheet import act_table, acts_json, basis_json, basis_markup
from greenlane.cli.names import beside
from greenlane.cli.output import table_of
from greenlane.cli.styles import lane_markup
from greenlane.settings import Settings
from presentation.moments import Moments
from presentation.names import Names
from presentation.sources import source_text
from presentation.words.words import Words
from sla.business_time import BusinessTime


@dataclass(frozen=True)
class Judged:
    """How an application would be classified."""

    procedure: ProcedureVersion
    facts: Mapping[str, Fact]
    ignored: tuple[str, ...]
    """Facts that no lane asks for."""
    found: Classification

    def as_json(self) -> dict[str, Any]:
        """The answer of `classify --json`."""
        return {
            "procedure": self.procedure.id,
            "lane": self.found.lane,
            "rule": self.found.rule,
            "near_misses": [miss.model_dump(mode="json") for miss in self.found.near_misses],
            "ignored_facts": list(self.ignored),
        }


@dataclass(frozen=True)
class Handbook:
    """The catalogue as of a local day, in a language. Raises CatalogError where something is not there."""

    catalog: Catalog
    day: date
    words: Words

    @property
    def procedures(self) -> Sequence[ProcedureVersion]:
        """All procedures in force."""
        return self.catalog.procedures_on(self.day)

    def procedure(self, procedure_id: str) -> ProcedureVersion:
        """One procedure in force."""
        return self.catalog.procedure(procedure_id, self.day)

    @cached_property
    def lane_table(self) -> LaneTable:
        """The decision table in force."""
        return self.catalog.lane_table(self.day)

    def classified(self, procedure_id: str, facts: Mapping[str, Fact]) -> Judged:
        """How an application with these facts would be classified."""
        table, version = self.lane_table, self.procedure(procedure_id)
        known = {name: value for name, value in facts.items() if name in table.facts}
        ignored = tuple(name for name in facts if name not in table.facts)
        return Judged(version, known, ignored, classify(table, version, known))

    def procedure_json(self, version: ProcedureVersion) -> dict[str, Any]:
        """One entry of `procedures --json`."""
        limit, window = version.limit, self.catalog.window_of(version)
        return {
            "id": version.id,
            "version": version.version,
            "name": version.name.in_language(self.words.language),
            "name_vi": version.name.vi,
            "name_en": version.name.en,
            "sector": version.sector,
            "agency": version.agency,
            "limit": limit and limit.amount,
            "unit": limit and limit.unit,
            "documents": [document.model_dump(mode="json") for document in version.documents],
            "steps": [{"id": s.id, "department": s.department, "needs": list(s.needs)} for s in version.steps],
            "legal_basis": [str(basis) for basis in version.legal_basis],
            "bases": [basis_json(basis, self.day) for basis in version.legal_basis],
            "acts": acts_json(version),
            "verified": version.verified,
            "valid_from": window.first_day and window.first_day.isoformat(),
            "valid_until": window.last_day and window.last_day.isoformat(),
        }

    def procedure_table(self, found: Iterable[ProcedureVersion]) -> Table:
        """One line a procedure."""
        words = self.words
        title = words("procedures", day=self._moments.day(self.day))
        table = table_of(title, *map(words, ("procedure", "agency", "budget", "verified")))
        for version in found:
            table.add_row(
                beside(version.name.in_language(words.language), version.id),
                escape(self.names.department(version.agency)),
                self._moments.budget(version.limit),
                self._yes(version.verified),
            )
        table.columns[0].no_wrap = False
        return table

    def procedure_screen(self, version: ProcedureVersion) -> Iterator[RenderableType]:
        """One procedure with documents, steps, and what may be done to its cases."""
        words, language = self.words, self.words.language
        grid = Table.grid(padding=(0, 2))
        bases = "\n".join(basis_markup(basis, self.day, self._moments) for basis in version.legal_basis)
        for key, text in (
            ("procedure", beside(version.name.in_language(language), version.id)),
            ("version", version.version),
            ("agency", escape(self.names.department(version.agency))),
            ("budget", self._moments.budget(version.limit)),
            ("legal_basis", bases),
            ("verified", self._yes(version.verified)),
        ):
            grid.add_row(f"[bold]{words(key)}[/bold]", text)
        yield grid
        documents = table_of(words("documents"), words("document"), words("required"))
        for document in version.documents:
            needed = document.required and not document.held_by_state
            documents.add_row(
                beside(document.name.in_language(language), document.kind), words("yes" if needed else "no")
            )
        documents.columns[0].no_wrap = False
        yield documents
        yield self._step_table(version)
        yield act_table(version, self.day, self._moments)

    def _step_table(self, version: ProcedureVersion) -> Table:
        words, names = self.words, self.names.of_procedure(version)
        table = table_of(words("steps"), words("step"), words("department"), words("needs"))
        for step in version.steps:
            needs = "\n".join(names.step(need) for need in step.needs)
            department = beside(names.department(step.department), step.department)
            table.add_row(beside(names.step(step), step.id), department, escape(needs))
        table.columns[0].no_wrap = False
        return table

    def department_table(self) -> Table:
        """One line a department."""
        words, language = self.words, self.words.language
        title = words("departments", province=self.catalog.province.name.in_language(language))
        table = table_of(title, words("department"), words("code"), words("role"))
        for department in self.catalog.departments.values():
            roles = "\n".join(
                f"{escape(words.named('role', holder.role))}: {escape(holder.email or '-')}"
                for holder in department.roles
            )
            named = beside(department.name.in_language(language), department.id)
            table.add_row(named, department.code or "-", roles)
        table.columns[0].no_wrap = False
        return table

    def lane_screen(self) -> Iterator[RenderableType]:
        """The rules in their order, the first that matches wins, and the promises."""
        words, table = self.words, self.lane_table
        rules = table_of(words("lanes", version=table.version), words("lane"), words("conditions"), words("promise"))
        for rule in table.rules:
            conditions = "\n".join(self._condition(condition) for condition in rule.when)
            promise = self._promise(table.promise_by_lane[rule.lane])
            rules.add_row(lane_markup(words, rule.lane), escape(conditions), promise)
        yield rules
        lists = table_of(None, words("list"), words("entries"))
        for each in table.lists:
            # What a list names is typed as a fact; where it names procedures, they have names.
            entries = (entry if (name := self.names.procedure(entry)) == entry else name for entry in each.entries)
            lists.add_row(each.id, escape("; ".join(entries)))
        yield lists
        yield f"[dim]{escape(source_text(table.source, words.language))}[/dim]"

    def _condition(self, condition: Condition) -> str:
        words, fact = self.words, condition.fact
        named = words.named("fact", fact)
        # The fact's own name is typed where an application is classified; those of the procedure are not.
        asked = named if fact in PROCEDURE_FACTS or named == fact else f"{named} ({fact})"
        if condition.in_list is not None:
            return words("in_list", fact=asked, list=condition.in_list)
        if condition.at_least is not None:
            return f"{asked} ≥ {condition.at_least}"
        value = self.names.procedure(str(condition.equals)) if fact == "procedure" else condition.equals
        return f"{asked} = {value}"

    def classification_screen(self, judged: Judged) -> Iterator[RenderableType | None]:
        """The lane, and what each other lane lacks."""
        words, found = self.words, judged.found
        lane = lane_markup(words, found.lane)
        name = escape(judged.procedure.name.in_language(words.language))
        yield words("would_be", procedure=name, lane=lane)
        yield near_miss_table(found.near_misses, words)
        if judged.ignored:
            yield words("ignored", facts=escape(", ".join(judged.ignored)), asked=", ".join(self.lane_table.facts))

    def _promise(self, promise: Promise) -> str:
        if promise.budget is not None:
            return self._moments.budget(promise.budget)
        return self.words("reduced", percent=f"{(promise.reduction or 0) * 100:.0f}")

    def _yes(self, value: bool) -> str:
        return self.words("yes") if value else f"[yellow]{self.words('no')}[/yellow]"

    @property
    def names(self) -> Names:
        """What the ids of the catalogue are called."""
        return Names(self.words, self.catalog)

    @property
    def _moments(self) -> Moments:
        return Moments(self.words, self.catalog.zone, BusinessTime.real_time(), now(), known=self.names)


def opened(language: str | None, on: datetime | None, state_dir: Path | None = None) -> Handbook:
    """The handbook under the settings; `on` None: today in the province, by the installation's time where one runs.

    Raises SettingsError, CatalogError.
    """
    settings = Settings.load(language=language, state_dir=state_dir)
    found = catalogue_in_use(settings)
    day = found.time.to_business(now()).astimezone(found.catalog.zone).date() if on is None else on.date()
    return Handbook(found.catalog, day, Words(settings.language))
