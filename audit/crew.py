"""Work spread over processes: each takes one task after the other, and whoever spread them gets what comes of each.

A pipe to each process, and nothing between them: when this process dies, whatever of, each reads the end of its pipe and
ends too. What it needs to know goes through the pipe as well, so that no secret stands on a command line.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterable
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from traceback import format_exc
from typing import Any, TypeVar

from store.errors import StoreError
from wording.errors import GreenlaneError
from wording.text import _

T = TypeVar("T")
R = TypeVar("R")

Hand = Callable[[T], R]
"""What does one task."""

END_SECONDS = 10
"""How long a process that has no more to do may take to end by itself."""


class ProcessLost(GreenlaneError):
    """A process was ended in the middle of its task: by the system for its memory, perhaps."""

    code = "process_lost"

    def __init__(self, *, ended: int | None) -> None:
        super().__init__(
            _("A process of this command was ended in the middle of its work ({ended}).", ended=ended or "?"),
            remedy=_(
                "Look whether the machine ran out of memory, which the system's log tells; make room, and run the command again."
            ),
        )


class TaskFailed(Exception):
    """A defect of ours in another process; the text is its traceback there."""


def cores() -> int:
    """How many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(hire: Callable[[], Hand[T, R]], tasks: Iterable[T], processes: int) -> Generator[R]:
    """What comes of the tasks, in the order in which they are done; each process calls `hire` once.

    `hire`, tasks and results are pickled. Raises the StoreError of a task, ProcessLost, and TaskFailed.
    Closing the iterator, or an exception, ends all processes at once.
    """
    left = iter(tasks)
    first = list(islice(left, processes))
    crew = _hired(hire, len(first))
    try:
        busy: dict[Connection, BaseProcess] = {}
        for (pipe, process), task in zip(crew, first, strict=True):
            pipe.send(task)
            busy[pipe] = process
        while busy:
            ready = wait(list(busy))
            for pipe in [pipe for pipe in busy if pipe in ready]:
                answer: R = _answer(pipe, busy[pipe])
                following = next(left, None)
                if following is None:
                    del busy[pipe]
                else:
                    pipe.send(following)  # before the answer is looked at: the process need not wait for that
                yield answer
    except BaseException:
        for _pipe, process in crew:
            process.kill()
        raise
    finally:
        for pipe, process in crew:
            pipe.close()
            process.join(END_SECONDS)
            process.kill()


def _hired(hire: Callable[[], Hand[T, R]], count: int) -> list[tuple[Connection, BaseProcess]]:
    context = get_context("spawn")
    crew: list[tuple[Connection, BaseProcess]] = []
    # An interruption at the keyboard reaches the whole group: it is ours to end the others, and they say nothing of it.
    former = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        for _number in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, hire), daemon=True)
            process.start()
            theirs.close()
            crew.append((ours, process))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
    return crew


def _answer(pipe: Connection, process: BaseProcess) -> Any:
    try:
        succeeded, result = pipe.recv()
    except EOFError:
        process.join(END_SECONDS)
        raise ProcessLost(ended=process.exitcode) from None
    if not succeeded:
        raise result
    return result


def _serve(pipe: Connection, hire: Callable[[], Hand[T, R]]) -> None:
    try:
        work = hire()
        while True:
            task: T = pipe.recv()
            pipe.send((True, work(task)))
    except (EOFError, BrokenPipeError):
        return  # nothing more is to be done, or nobody is left who wants to know
    except Exception as error:
        # What callers act on travels as it is; a defect as the text of its traceback.
        pipe.send((False, error if isinstance(error, StoreError) else TaskFailed(format_exc())))
