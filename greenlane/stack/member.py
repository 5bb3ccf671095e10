"""What the supervisor starts and watches: three servers and our own processes, all seen the same way."""

from __future__ import annotations

import socket
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from greenlane.connection_rules import PREFIX
from greenlane.settings import Settings
from greenlane.stack.child import Command, python_command
from greenlane.stack.folder import StateFolder

PROBE_SECONDS = 2.0


class Member(ABC):
    """One thing that is started, answers, and is started again when it dies."""

    name: str
    title: str

    def prepare(self, tell: Callable[[str], None]) -> None:
        """Make everything ready to start; may take long, runs in a thread of its own while others prepare."""
        del tell

    @abstractmethod
    def command(self) -> Command:
        """How to start it, now."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it does its work, asked in its own protocol; quick, never raises."""

    def settle(self) -> None:
        """What is to be done once, right after it answered for the first time in this run."""
        return


def accepts(host: str, port: int, seconds: float = PROBE_SECONDS) -> bool:
    """Whether somebody listens; asked before a real probe, which would log each refusal."""
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except OSError:
        return False


def serves(url: str, seconds: float) -> bool:
    """Whether our own server of metrics answers there."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310 - our own URL
            return bool(answer.status == HTTPStatus.OK)
    except (OSError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One of our processes: `python -m greenlane NAME`, or another module for tests.

    It serves Prometheus metrics on GREENLANE_METRICS_HOST and GREENLANE_METRICS_PORT once it works; that is how the
    supervisor knows. Without `has_metrics` it counts as working when it has not ended within a second.
    """

    name: str
    arguments: tuple[str, ...] = ()
    has_metrics: bool = True

    @property
    def command_line(self) -> tuple[str, ...]:
        """The arguments of Python."""
        return self.arguments or ("-m", "greenlane", self.name)


class OwnProcess(Member):
    """A process of Greenlane, given its settings in the environment."""

    def __init__(self, spec: ProcessSpec, settings: Settings, folder: StateFolder, metrics_port: int) -> None:
        self.name = self.title = spec.name
        self._spec = spec
        self._settings = settings
        self._folder = folder
        self._metrics_port = metrics_port

    @property
    def metrics_url(self) -> str:
        """Where its metrics are served."""
        return f"http://{self._settings.metrics_host}:{self._metrics_port}/metrics"

    @property
    def has_probe(self) -> bool:
        """Whether `answers` knows more than that it is alive."""
        return self._spec.has_metrics

    def command(self) -> Command:
        """Python with the settings in its environment."""
        # Whose settings hold which key is decided where they are made (accounts.py).
        settings = self._settings.environment_of_child(with_keys=True)
        environment = settings | {f"{PREFIX}METRICS_PORT": str(self._metrics_port)}
        return Command(
            name=self.name,
            argv=python_command(self._spec.command_line),
            log=self._folder.logs / f"{self.name}.log",
            environment=environment,
            stop_seconds=self._settings.graceful_shutdown_seconds + 5,
        )

    def answers(self) -> bool:
        """Whether its metrics are served."""
        if not self._spec.has_metrics:
            return True
        return serves(self.metrics_url, PROBE_SECONDS)
