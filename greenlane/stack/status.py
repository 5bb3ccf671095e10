"""How the parts of a stack are: what the supervisor has started, and whether each answers in its own protocol, asked now."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from greenlane.addresses import StackAddresses
from greenlane.errors import ServerAwayError
from greenlane.settings import Settings
from greenlane.stack.child import identified
from greenlane.stack.credentials import PARTS as PROCESSES
from greenlane.stack.folder import StateFolder
from greenlane.stack.member import serves
from greenlane.stack.session import running_stack
from wording.errors import GreenlaneError

SERVERS = ("temporal", "postgresql", "kafka")
PROBE_SECONDS = 3.0
SETTINGS = b"\x04"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + SETTINGS + bytes(5)
"""How HTTP/2, and so gRPC, begins; a server answers with its own settings, whose kind is the fourth byte."""
CORRELATION = struct.pack(">i", 0x67726E)
API_VERSIONS = struct.pack(">ihh", 10, 18, 0) + CORRELATION + struct.pack(">h", -1)
"""Kafka's first question, which every broker answers before it asks for an account: with a size, and what it was asked with."""

State = Literal["running", "not_answering", "starting", "restarting", "away", "refuses", "unknown", "stopped"]
"""`restarting`: it ended and is started again. `away`: an outside server that does not answer; `refuses`: one that does, and
that cannot be used with these settings. `unknown`: a process that this folder's stack does not run, on outside servers: it may
run elsewhere."""


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part. `address` is host:port, None where nothing was started; `metrics` is of our own processes."""

    state: State
    address: str | None = None
    metrics: str | None = None
    error: GreenlaneError | None = None
    """Why an outside server cannot be used."""

    def as_json(self) -> dict[str, Any]:
        """The part for machines; without metrics there is no such key."""
        status: dict[str, Any] = {"state": self.state, "address": self.address}
        return status if self.metrics is None else status | {"metrics": self.metrics}


@dataclass(frozen=True, slots=True)
class StackStatus:
    """A stack. `running`: the one of the state folder is up, whatever its parts do now."""

    running: bool
    parts: Mapping[str, PartStatus]

    @property
    def ok(self) -> bool:
        """Whether every part runs and answers."""
        return all(part.state == "running" for part in self.parts.values())


def status_of(settings: Settings) -> StackStatus:
    """Look at the stack of the state folder, or at the outside servers that the settings name. Starts nothing."""
    folder = StateFolder(settings.state_dir)
    addresses = running_stack(settings)
    known = folder.read(folder.process_file) if folder.is_held() else {}
    alive = {name for name, entry in known.items() if identified(entry) is not None}
    started = set(folder.read(folder.stack_file).get("parts", ())) if addresses is not None else alive
    look = _Look(settings, addresses, alive, started)
    with ThreadPoolExecutor() as pool:
        names = (*SERVERS, *PROCESSES)
        return StackStatus(addresses is not None, dict(zip(names, pool.map(look.at, names), strict=True)))


@dataclass(frozen=True, slots=True)
class _Look:
    settings: Settings
    addresses: StackAddresses | None
    """None: no stack is ready here."""
    alive: set[str]
    started: set[str]
    """What the supervisor has started, whether or not it runs at this moment."""

    def at(self, name: str) -> PartStatus:
        metrics = self.addresses.metrics.get(name) if self.addresses is not None else None
        address = _place(metrics) if name in PROCESSES else self._address(name)
        if name in SERVERS and name not in self.started and address is not None:
            return self._outside(name, address)
        return PartStatus(self._state(name, address, metrics), address, metrics)

    def _outside(self, name: str, address: str) -> PartStatus:
        """A server that somebody else runs: whether it is there is the smaller part of whether it can be used."""
        settings = self.settings if self.addresses is None else self.settings.resolved(self.addresses)
        if (error := _trouble(name, settings)) is None:
            return PartStatus("running", address)
        return PartStatus("away" if error.code == ServerAwayError.code else "refuses", address, error=error)

    def _address(self, name: str) -> str | None:
        where = self.settings if self.addresses is None else self.addresses
        field = {"temporal": "temporal_address", "kafka": "kafka_bootstrap", "postgresql": "database_url"}[name]
        place: str | None = getattr(where, field)
        return _place(place) if name == "postgresql" else place

    def _state(self, name: str, address: str | None, metrics: str | None) -> State:
        if name in self.started:
            if name not in self.alive:
                return "restarting"
            if self.addresses is None:
                return "starting"
            return "running" if self._answers(name, address, metrics) else "not_answering"
        if name in SERVERS:
            return "stopped"
        outside = (self.settings.temporal_address, self.settings.kafka_bootstrap, self.settings.database_url)
        return "unknown" if self.addresses is None and all(outside) else "stopped"

    def _answers(self, name: str, address: str | None, metrics: str | None) -> bool:
        if name in PROCESSES:
            return metrics is None or serves(metrics, PROBE_SECONDS)
        if name == "postgresql":
            return _database_answers(self.settings, self.addresses)
        return self._speaks(name, address or "")

    def _speaks(self, name: str, address: str) -> bool:
        """Whether the embedded server answers as such a server does."""
        question, answer, at = (PREFACE, SETTINGS, 3) if name == "temporal" else (API_VERSIONS, CORRELATION, 4)
        return _answered(address, question, answer, at)


def _trouble(name: str, settings: Settings) -> GreenlaneError | None:
    """Why an outside server cannot be used; None: it can."""
    from greenlane.connecting import cluster_of  # a command that finds nothing must not load drivers
    from greenlane.probing.database import probe_database
    from greenlane.probing.kafka import probe_kafka
    from greenlane.probing.temporal import probe_temporal

    try:
        if name == "temporal":
            asyncio.run(probe_temporal(settings))
        elif name == "kafka":
            probe_kafka(cluster_of(settings), patience_seconds=0)
        else:
            probe_database(settings)
    except GreenlaneError as error:
        return error
    return None


def _place(url: str | None) -> str | None:
    """host:port of a URL, without account and password."""
    return None if url is None else urlsplit(url).netloc.rpartition("@")[2]


def _answered(address: str, question: bytes, answer: bytes, at: int) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=PROBE_SECONDS) as peer:
            peer.sendall(question)
            return peer.recv(at + len(answer), socket.MSG_WAITALL)[at:] == answer
    except OSError:
        return False


def _database_answers(settings: Settings, addresses: StackAddresses | None) -> bool:
    import psycopg  # a command that finds nothing must not load drivers

    from greenlane.connecting import database_of

    try:
        url = database_of(settings if addresses is None else settings.resolved(addresses)).replace("+psycopg", "", 1)
        with psycopg.connect(url, connect_timeout=int(PROBE_SECONDS), autocommit=True) as connection:
            connection.execute("SET statement_timeout = '3s'")
            return connection.execute("SELECT 1").fetchone() == (1,)
    except (psycopg.Error, GreenlaneError, ValueError):
        return False
