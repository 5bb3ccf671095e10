"""What a catalogue holds on a day, said and drawn: procedures, departments, lanes, and how a case would be classified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from catalog.catalogue import Catalog
from catalog.model import PROCEDURE_FACTS, Condition, LaneTable, ProcedureVersion, Promise
from catalog.province import Department
from presentation.blocks import Block, Table, dim, facts, filled, line, stacked, table_of
from presentation.cases.event_lines import near_miss_table
from presentation.catalogue.acts import act_table, acts_json, basis_json, basis_line
from presentation.moments import Moments
from presentation.names import Names, beside
from presentation.sources import source_text
from presentation.tones import lane_line, yes_line
from presentation.words.words import Words
from services.catalogue_lookup import ListedProcedure
from services.classifying import Judged
from wording.text import _, _p


@dataclass(frozen=True)
class Handbook:
    """A local day of a catalogue in a language; the catalogue says what the ids are called."""

    catalog: Catalog
    day: date
    words: Words

    def procedure_json(self, listed: ListedProcedure) -> dict[str, Any]:
        """One entry of `procedures --json`."""
        version, window = listed.version, listed.window
        limit = version.limit
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

    def procedure_table(self, procedures: Iterable[ListedProcedure]) -> Table:
        """One line a procedure."""
        words, moments = self.words, self._moments
        headings = map(words, (_("Procedure"), _("Agency"), _("Limit"), _("Verified")))
        table = table_of(words(_("Procedures in force on {day}"), day=moments.day(self.day)), *headings, copied=False)
        for version in (listed.version for listed in procedures):
            table.add(
                beside(version.name.in_language(words.language), version.id),
                self.names.department(version.agency),
                moments.budget(version.limit),
                yes_line(words, is_so=version.verified),
            )
        return table

    def procedure_screen(self, version: ProcedureVersion) -> Iterator[Block]:
        """One procedure with documents, steps, and what may be done to its cases."""
        words, moments = self.words, self._moments
        known = {
            _("Procedure"): beside(version.name.in_language(words.language), version.id),
            _("Version"): version.version,
            _("Agency"): self.names.department(version.agency),
            _("Limit"): moments.budget(version.limit),
            _("Legal basis"): stacked(*(basis_line(basis, self.day, moments) for basis in version.legal_basis)),
            _("Verified"): yes_line(words, is_so=version.verified),
        }
        yield facts((words(key), text) for key, text in known.items())
        yield self._document_table(version)
        yield self._step_table(version)
        yield act_table(version, self.day, moments)

    def _document_table(self, version: ProcedureVersion) -> Table:
        words = self.words
        table = table_of(words(_("Documents")), words(_("Document")), words(_("Required")), copied=False)
        for document in version.documents:
            is_needed = document.required and not document.held_by_state
            named = beside(document.name.in_language(words.language), document.kind)
            table.add(named, words(_("yes") if is_needed else _("no")))
        return table

    def _step_table(self, version: ProcedureVersion) -> Table:
        words, names = self.words, self.names.of_procedure(version)
        table = table_of(
            words(_("Steps")), *map(words, (_("Step"), _("Department"), _p("needs", "After"))), copied=False
        )
        for step in version.steps:
            department = beside(names.department(step.department), step.department)
            table.add(beside(names.step(step), step.id), department, "\n".join(map(names.step, step.needs)))
        return table

    def department_table(self, departments: Iterable[Department]) -> Table:
        """One line a department."""
        words, language = self.words, self.words.language
        title = words(_("Departments of {province}"), province=self.catalog.province.name.in_language(language))
        table = table_of(title, *map(words, (_("Department"), _p("code", "Code"), _("Role"))), copied=False)
        for department in departments:
            roles = (f"{words.named('role', holder.role)}: {holder.email or '-'}" for holder in department.roles)
            named = beside(department.name.in_language(language), department.id)
            table.add(named, department.code or "-", "\n".join(roles))
        return table

    def lane_screen(self, table: LaneTable) -> Iterator[Block]:
        """The rules in their order, the first that matches wins, and the promises."""
        words = self.words
        headings = map(words, (_("Lane"), _("Conditions"), _("Promise")))
        rules = table_of(words(_("Lanes by the table of lanes {version}"), version=table.version), *headings)
        for rule in table.rules:
            promise = self._promise(table.promise_by_lane[rule.lane])
            rules.add(lane_line(words, rule.lane), "\n".join(map(self._condition, rule.when)), promise)
        yield rules
        lists = table_of(None, words(_("List")), words(_("Entries")))
        for each in table.lists:
            # What a list names is typed as a fact; where it names procedures, they have names.
            lists.add(each.id, "; ".join(map(self.names.procedure, each.entries)))
        yield lists
        yield dim(source_text(table.source, words.language))

    def _condition(self, condition: Condition) -> str:
        words, fact = self.words, condition.fact
        named = words.named("fact", fact)
        # The fact's own name is typed where an application is classified; those of the procedure are not.
        shown = named if fact in PROCEDURE_FACTS or named == fact else f"{named} ({fact})"
        if condition.in_list is not None:
            return words(_("{fact} is on the list {list}"), fact=shown, list=condition.in_list)
        if condition.at_least is not None:
            return f"{shown} ≥ {condition.at_least}"
        value = self.names.procedure(str(condition.equals)) if fact == "procedure" else condition.equals
        return f"{shown} = {value}"

    def classification_json(self, judged: Judged) -> dict[str, Any]:
        """The answer of `classify --json`."""
        return {
            "on": self.day.isoformat(),
            "procedure": judged.procedure.id,
            "lane": judged.classification.lane,
            "rule": judged.classification.rule,
            "near_misses": [miss.model_dump(mode="json") for miss in judged.classification.near_misses],
            "ignored_facts": list(judged.ignored),
        }

    def classification_screen(self, judged: Judged, facts: Sequence[str]) -> Iterator[Block | None]:
        """The lane, and what each other lane lacks; `facts`: what the lanes ask for."""
        words, classification = self.words, judged.classification
        name, lane = judged.procedure.name.in_language(words.language), lane_line(words, classification.lane)
        yield filled(words.template(_("Procedure {procedure} would take the lane: {lane}")), procedure=name, lane=lane)
        yield near_miss_table(classification.near_misses, words)
        if judged.ignored:
            yield line(
                words(
                    _("No lane asks for: {facts}. What is asked: {asked}."),
                    facts=", ".join(judged.ignored),
                    asked=", ".join(facts),
                )
            )

    def _promise(self, promise: Promise) -> str:
        if promise.budget is not None:
            return self._moments.budget(promise.budget)
        return self.words(_("{percent} % less time"), percent=f"{(promise.reduction or 0) * 100:.0f}")

    @property
    def names(self) -> Names:
        """What the ids of the catalogue are called."""
        return Names(self.words, self.catalog)

    @property
    def _moments(self) -> Moments:
        return Moments.on_day(self.words, self.catalog.zone, self.day, self.names)
