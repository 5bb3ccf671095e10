"""The accounts under which PostgreSQL is made and runs, because it refuses to run as root."""

from __future__ import annotations

import grp
import os
import pwd
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from greenlane.stack.errors import AccountUnavailableError
from wording.text import _

UNPRIVILEGED = "nobody"
# Capabilities of Linux that let another account through folders closed to it; the first only reads.
CAP_DAC_READ_SEARCH = 2
CAP_DAC_OVERRIDE = 1
CAP_SETPCAP = 8  # needed to hand one on
NUMBERS_OF_NOBODY = range(65_520, 65_534)
"""Numbers of accounts that no system gives to anybody, neither for good nor for a service's run."""
REMEDY = _("Run Greenlane as an ordinary user, or name an outside server in GREENLANE_DATABASE_URL.")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody other than root, with at most one capability of root's left."""

    uid: int
    gid: int
    capability: int | None

    def private(self) -> Account:
        """Another one, which nobody on this machine has; this one where none is left.

        Who runs as a shared account, such as `nobody`, shares its files and processes with everything else that does.
        """
        for number in reversed(NUMBERS_OF_NOBODY):
            if _is_free(number):
                return replace(self, uid=number, gid=number)
        return self


def account_for(paths: Iterable[Path]) -> Account | None:
    """The account to use when we are root, able to reach all `paths`; None when we are an ordinary user already.

    Raises AccountUnavailableError when there is no such account, or it cannot get through to a path.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise AccountUnavailableError(
            _(
                "PostgreSQL does not run as root, and this system has no account {unprivileged!r}.",
                unprivileged=UNPRIVILEGED,
            ),
            remedy=REMEDY,
        ) from None
    closed = sorted({folder for path in paths for folder in path.parents if not _open_to_others(folder)})
    if not closed:
        return Account(entry.pw_uid, entry.pw_gid, None)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if _permitted(capability) and _permitted(CAP_SETPCAP):
            return Account(entry.pw_uid, entry.pw_gid, capability)
    places = " ".join(map(str, closed))
    raise AccountUnavailableError(
        _(
            "PostgreSQL does not run as root, and the account {unprivileged!r} cannot enter {places}.",
            unprivileged=UNPRIVILEGED,
            places=places,
        ),
        field="GREENLANE_STATE_DIR",
        remedy=_(
            "Put the program and GREENLANE_STATE_DIR below folders open to all (chmod o+x {places}). {remedy}",
            places=places,
            remedy=REMEDY,
        ),
    )


def _is_free(number: int) -> bool:
    for look in (pwd.getpwuid, grp.getgrgid):
        try:
            look(number)
        except KeyError:
            continue
        return False
    return all(_is_mapped(Path("/proc/self", name), number) for name in ("uid_map", "gid_map"))


def _is_mapped(file: Path, number: int) -> bool:
    """Whether this number can be taken: a container may have few of its own."""
    try:
        ranges = [tuple(map(int, line.split())) for line in file.read_text(encoding="ascii").splitlines()]
    except OSError:  # not Linux
        return True
    return any(first <= number < first + count for first, _, count in ranges)


def _open_to_others(folder: Path) -> bool:
    try:
        return bool(folder.stat().st_mode & stat.S_IXOTH)
    except OSError:
        return False


def _permitted(capability: int) -> bool:
    """Whether this process may hand on a capability; containers often withhold some."""
    if sys.platform != "linux":
        return False
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "CapPrm":
            return bool(int(value, 16) >> capability & 1)
    return False
