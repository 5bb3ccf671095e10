"""Secrets that a file holds, as container engines hand them over: GREENLANE_X_FILE in place of GREENLANE_X."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from greenlane.errors import SettingsError
from wording.libraries import os_said
from wording.text import LazyText, _

SUFFIX: Final = "_FILE"
LARGEST_SECRET_BYTES: Final = 65_536


def secrets_in_files(
    environment: Mapping[str, str], variables: Iterable[str], private: Collection[str] = ()
) -> dict[str, str]:
    """By variable, what the file holds that `<variable>_FILE` names. Raises SettingsError; what a file holds is in no error.

    `private`: the variables whose file must not be open to everybody on the machine.
    """
    set_here = {name.upper(): value for name, value in environment.items() if value}
    contents = {}
    for variable in variables:
        pointer = f"{variable}{SUFFIX}"
        if pointer not in set_here:
            continue
        if variable in set_here:
            raise SettingsError(
                _("{variable} and {pointer} are both set.", variable=variable, pointer=pointer),
                field=pointer,
                remedy=_("Unset one of them."),
            )
        contents[variable] = secret_in(pointer, Path(set_here[pointer]).expanduser(), private=variable in private)
    return contents


def set_by(environment: Mapping[str, str], variable: str) -> str:
    """What somebody set: the variable, or the one that names its file."""
    pointer = f"{variable}{SUFFIX}"
    return pointer if any(name.upper() == pointer and value for name, value in environment.items()) else variable


def secret_in(pointer: str, file: Path, *, private: bool = False) -> str:
    """The text that a file holds, `pointer` being what names the file. Raises SettingsError; what it holds is in no error.

    `private`: a file that is open to everybody on the machine is refused.
    """
    try:
        with file.open("rb") as stream:
            if private:
                _refuse_open(pointer, file, os.fstat(stream.fileno()).st_mode)
            content = stream.read(LARGEST_SECRET_BYTES + 1)
    except FileNotFoundError:
        raise _unusable(pointer, file, _("is not there")) from None
    except PermissionError:
        raise _unusable(pointer, file, _("may not be read by this account")) from None
    except OSError as error:
        reason = _("cannot be read ({why})", why=os_said(error))
        raise _unusable(pointer, file, reason) from None
    if len(content) > LARGEST_SECRET_BYTES:
        raise _unusable(pointer, file, _("is too large for a secret"))
    try:
        # Editors and `echo` end a file with a line's end, which no password means.
        secret = content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise _unusable(pointer, file, _("is not text in UTF-8")) from None
    if not secret:
        raise _unusable(pointer, file, _("is empty"))
    return secret


def _refuse_open(pointer: str, file: Path, mode: int) -> None:
    if mode & stat.S_IRWXO:
        raise SettingsError(
            _("The file {file} that {pointer} names is open to everybody on this machine.", file=file, pointer=pointer),
            field=pointer,
            remedy=_("Close it: chmod 600 {file}. If others may have read it, take a new key.", file=file),
        )


def _unusable(pointer: str, file: Path, reason: LazyText) -> SettingsError:
    gaps = {"pointer": pointer, "file": str(file), "reason": reason}
    return SettingsError(
        _("The file {file} that {pointer} names {reason}.", **gaps),
        field=pointer,
        remedy=_("Put the secret into that file, or correct {pointer}.", pointer=pointer),
    )
