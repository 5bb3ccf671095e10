"""CPU seconds and memory of the stack's processes, read from the operating system."""

from __future__ import annotations

import psutil

MEGABYTE = 1024 * 1024
MARKS = (
    # First: what PostgreSQL does for an account bears that account's name.
    ("postgresql", ("postgres",)),
    ("worker", ("greenlane", "worker")),
    ("bridge", ("greenlane", "bridge")),
    ("publisher", ("greenlane", "publisher")),
    ("kafka", ("kafka.Kafka",)),
    ("temporal", ("temporal", "server")),
)
"""How a process is known by its command line: all words must occur."""


def _name_of(process: psutil.Process) -> str | None:
    words = " ".join(process.cmdline())
    return next((name for name, marks in MARKS if all(mark in words for mark in marks)), None)


def stack_processes(supervisor: psutil.Process) -> dict[str, list[psutil.Process]]:
    """The stack's processes by name; PostgreSQL's are many."""
    found: dict[str, list[psutil.Process]] = {}
    for process in supervisor.children(recursive=True):
        try:
            name = _name_of(process) or _name_of(process.parent() or process)
        except psutil.Error:
            continue
        if name is not None:
            found.setdefault(name, []).append(process)
    return found


def cpu_seconds(processes: dict[str, list[psutil.Process]]) -> dict[str, float]:
    """CPU seconds so far by name, children that ended included."""
    return {name: sum(_cpu(process) for process in group) for name, group in processes.items()}


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def rss_mb(processes: dict[str, list[psutil.Process]]) -> dict[str, float]:
    """Proportional memory by name, in MB: pages shared by several processes are shared out."""
    return {name: round(sum(_memory(process) for process in group), 1) for name, group in processes.items()}


def _memory(process: psutil.Process) -> float:
    try:
        full = process.memory_full_info()
    except psutil.Error:
        return 0.0
    return float(getattr(full, "pss", full.uss)) / MEGABYTE


def per_case_ms(before: dict[str, float], after: dict[str, float], cases: int) -> dict[str, float]:
    """CPU milliseconds a case by name."""
    return {name: round((after[name] - before.get(name, 0.0)) * 1000 / cases, 2) for name in after}
