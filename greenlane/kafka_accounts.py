"""The file of accounts that `prepare` makes at an outside Kafka: a name and its password a line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from catalog.errors import close_matches
from greenlane.errors import SettingsError
from wording.foreign import visible
from wording.text import Said, os_said, spoken

VARIABLE: Final = "GREENLANE_KAFKA_ACCOUNTS_FILE"


def passwords_in(file: Path, known: Collection[str]) -> dict[str, str | None]:
    """By account, its password; None for a line with a name alone, whose account somebody else proves. Raises SettingsError.

    `known` are the accounts of the access list: a misspelt name must not pass as one that needs no rights.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = os_said(error) if isinstance(error, OSError) else "UTF-8"
        raise _refused(
            spoken("The file {file} cannot be read ({why})", "Không đọc được tệp {file} ({why})", file=file, why=why)
        ) from None
    found: dict[str, str | None] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, separator, password = line.partition("=")
        name = name.strip()
        if name in found:
            raise _refused(_at(file, number, Said(f"{visible(name)} is there twice", f"{visible(name)} có hai lần")))
        if name not in known:
            near = ", ".join(close_matches(name, known)) or ", ".join(sorted(known))
            en, vi = f"there is no account {visible(name)}; there are", f"không có tài khoản {visible(name)}; có"
            raise _refused(_at(file, number, Said(f"{en} {near}", f"{vi} {near}")))
        if separator and not password:
            raise _refused(_at(file, number, Said("the password is empty", "mật khẩu trống")))
        found[name] = password if separator else None
    return found


def _at(file: Path, number: int, said: Said) -> Said:
    return Said(f"{file}, line {number}: {said}", f"{file}, dòng {number}: {said.vi}")


def _refused(said: Said) -> SettingsError:
    return SettingsError(
        Said(f"{said}.", f"{said.vi}."),
        field=VARIABLE,
        remedy=Said(
            "Write one account a line: a name of the access list, =, its password.",
            "Ghi mỗi tài khoản một dòng: tên có trong danh sách quyền, dấu =, mật khẩu.",
        ),
    )
