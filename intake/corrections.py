"""What is held about a person, put right: which fields, what they say instead, and where a file says it wrongly. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from catalog.document import Document, DocumentRefused, parse
from catalog.errors import CatalogInvalid, Problem, close_matches
from catalog.soundness import Path, field_name
from catalog.value_texts import NEAR
from store.vault.numbers import folded_name
from wording.names import tidied
from wording.numerals import as_typed, text_typed
from wording.text import _

NOTHING: Final = object()
EXAMPLE: Final = _("Write each field with what is right, such as phone: 0900000000.")


@dataclass(frozen=True, slots=True)
class Correction:
    """A file of fields with what is right; a field within a field is named by its path."""

    document: Document
    values: Mapping[Path, Any]


def correction_of(file: str, content: bytes) -> Correction:
    """The correction that a file (YAML or JSON) holds. Raises CatalogInvalid with every fault of the file."""
    try:
        document = parse(file, content, typed=True)
    except DocumentRefused as refused:
        raise CatalogInvalid([_of_correction(problem) for problem in refused.problems]) from None
    values = dict(_leaves((), document.value))
    problems = [_nothing(document, path) for path, value in values.items() if _says_nothing(value)]
    if not values:
        problems.append(document.problem((), _("no field is corrected"), EXAMPLE))
    if problems:
        raise CatalogInvalid(problems)
    return Correction(document, values)


def demand_known(correction: Correction, applicants: Sequence[Mapping[str, Any]]) -> None:
    """Raises CatalogInvalid for the fields that stand in nothing that is held about the person."""
    known = {path for applicant in applicants for path, _value in _leaves((), applicant)}
    unknown = [path for path in correction.values if path not in known]
    if unknown:
        raise CatalogInvalid([_unknown(correction.document, path, known) for path in unknown])


def differing(correction: Correction, applicants: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields of the correction in which these say different things, as people write them."""
    said = [dict(_leaves((), applicant)) for applicant in applicants]
    return [
        field_name(path)
        for path in correction.values
        if len({json.dumps(each[path], allow_nan=False, sort_keys=True) for each in said if path in each}) > 1
    ]


def corrected(applicant: Mapping[str, Any], correction: Correction) -> dict[str, Any]:
    """The same with the right values in those of its fields that the correction names; no field comes, none goes."""
    return {key: _corrected((key,), value, correction.values) for key, value in applicant.items()}


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The names of the fields that say something else, as people write them: `address.street`."""
    was = dict(_leaves((), before))
    yield from (field_name(path) for path, value in _leaves((), after) if was.get(path, NOTHING) != value)


def _corrected(path: Path, standing: Any, values: Mapping[Path, Any]) -> Any:
    if isinstance(standing, dict):
        return {key: _corrected((*path, key), value, values) for key, value in standing.items()}
    if path not in values:
        return standing
    # A number that stands as a text keeps every digit that was typed: 0912345678.
    given = values[path]
    return tidied(text_typed(given) if isinstance(standing, str) else as_typed(given))


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if not isinstance(value, Mapping):
        yield path, value
        return
    for key, inner in value.items():
        yield from _leaves((*path, str(key)), inner)


def _of_correction(problem: Problem) -> Problem:
    """The fault with what helps here, where what would help a definition of the catalogue does not."""
    return replace(problem, remedy=EXAMPLE) if problem.code == "yaml" else problem


def _says_nothing(value: Any) -> bool:
    """Nothing, or a text without a letter: a blank number would lead to nobody."""
    return value is None or (isinstance(value, str) and not folded_name(value)) or value == []


def _nothing(document: Document, path: Path) -> Problem:
    message = _("nothing is said to be right here")
    return document.problem(path, message, _("Write what is right; no field is taken away by a correction."))


def _unknown(document: Document, path: Path, known: set[Path]) -> Problem:
    # Named are fields, never what they say.
    near = close_matches(field_name(path), {field_name(each) for each in known})
    remedy = (
        NEAR.filled(near=", ".join(map(repr, near))) if near else _("See the fields with `greenlane subject show`.")
    )
    message = _("nothing that is held about this person has the field {field}", field=field_name(path))
    return document.problem(path, message, remedy, "field_unknown")
