"""The file of accounts that `prepare` makes at an outside Kafka: a name and its password a line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from catalog.errors import close_matches
from greenlane.errors import SettingsError
from wording.foreign import visible
from wording.libraries import os_said
from wording.text import LazyText, _, layout

VARIABLE: Final = "GREENLANE_KAFKA_ACCOUNTS_FILE"


def passwords_in(file: Path, known: Collection[str]) -> dict[str, str | None]:
    """By account, its password; None for a line with a name alone, whose account somebody else proves. Raises SettingsError.

    `known` are the accounts of the access list: a misspelt name must not pass as one that needs no rights.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = os_said(error) if isinstance(error, OSError) else "UTF-8"
        raise _refused(_("The file {file} cannot be read ({why})", file=file, why=why)) from None
    passwords: dict[str, str | None] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, separator, password = line.partition("=")
        name = name.strip()
        if name in passwords:
            raise _refused(_at(file, number, _("{name} is there twice", name=visible(name))))
        if name not in known:
            near = ", ".join(close_matches(name, known)) or ", ".join(sorted(known))
            said = _("there is no account {name}; there are {near}", name=visible(name), near=near)
            raise _refused(_at(file, number, said))
        if separator and not password:
            raise _refused(_at(file, number, _("the password is empty")))
        passwords[name] = password if separator else None
    return passwords


def _at(file: Path, number: int, said: LazyText) -> LazyText:
    return _("{file}, line {number}: {said}", file=file, number=number, said=said)


def _refused(said: LazyText) -> SettingsError:
    return SettingsError(
        layout("{said}.", said=said),
        field=VARIABLE,
        remedy=_("Write one account a line: a name of the access list, =, its password."),
    )
