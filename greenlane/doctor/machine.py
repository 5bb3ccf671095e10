"""What this machine has: measured, judged elsewhere."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psutil

from audit.installation.machine_rules import Disk, Folder
from greenlane.settings import Settings
from greenlane.stack.errors import PlatformUnsupportedError
from greenlane.stack.folder import MEGABYTE
from wording.text import LazyText, _

CGROUP: Final = Path("/sys/fs/cgroup")
"""Where Linux says what a container may use."""


def python_version() -> tuple[int, int, int]:
    """The interpreter's."""
    return sys.version_info[:3]


def programs_of(settings: Settings) -> dict[str, bool]:
    """Of each server that the settings leave to us, whether its program is there."""
    from greenlane.stack.kafka import java_program  # loads drivers, which a probe alone needs
    from greenlane.stack.postgres import postgres_program
    from greenlane.stack.temporal import temporal_program

    programs = {}
    if settings.temporal_address is None:
        programs["Temporal"] = _is_there(temporal_program)
    if settings.kafka_bootstrap is None:
        programs["Java"] = _is_there(java_program)
    if settings.database_url is None:
        programs["PostgreSQL"] = _is_there(lambda: postgres_program("postgres"))
    return programs


def _is_there(program: Callable[[], Path]) -> bool:
    try:
        return os.access(program(), os.X_OK)
    except PlatformUnsupportedError:
        return False


def available_memory_mb() -> int:
    """What programs here may still take, by the machine and by the container's own bound."""
    available = psutil.virtual_memory().available
    bound, used = (_figure(CGROUP / name) for name in ("memory.max", "memory.current"))
    if bound is not None and used is not None:
        available = min(available, max(0, bound - used))
    return int(available // MEGABYTE)


def _figure(file: Path) -> int | None:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(text) if text.isdigit() else None


def folder_of(path: Path) -> Folder:
    """The state folder, or where it would be made. Nothing is made for the question."""
    there = _nearest(path)
    obstacle = _obstacle(path, there)
    # What an earlier run under another account left cannot be written though the folder can.
    inside = sorted(path.iterdir()) if there == path and os.access(path, os.R_OK | os.X_OK) and path.is_dir() else []
    locked = next((each for each in (there, *inside) if not _is_ours(each)), None)
    shown = path if locked in {None, there} else locked
    owner = _name((locked or there).stat().st_uid)
    return Folder(str(shown), there == path, locked is None, owner, _name(os.geteuid()), obstacle)


def _is_ours(path: Path) -> bool:
    return os.access(path, os.W_OK | os.X_OK if path.is_dir() else os.W_OK)


def _obstacle(path: Path, there: Path) -> LazyText | None:
    if "," in str(path):
        return _("has a comma in its path, which Kafka takes for two folders")
    if not there.is_dir():
        return _("is, or lies below, something that is no folder")
    return None


def disk_of(path: Path) -> Disk:
    """The disk on which the state folder is, or would be."""
    there = _nearest(path)
    statistics = os.statvfs(there)
    files = statistics.f_favail if statistics.f_files else None
    return Disk(str(path), shutil.disk_usage(there).free // MEGABYTE, files)


def _nearest(path: Path) -> Path:
    # A folder above that this account may not look into counts as not there: the one above it is told.
    return next((each for each in (path, *path.parents) if _seen(each)), Path("/"))


def _seen(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
