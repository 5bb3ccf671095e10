"""Ports of the embedded servers: fixed ones are checked, free ones are chosen once and remembered."""

from __future__ import annotations

import secrets
import socket

import psutil

from greenlane.stack.errors import PortInUseError
from greenlane.stack.folder import StateFolder
from wording.text import _

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel gives ports to outgoing connections (32768 on Linux, 49152 on macOS): a port out
# of that range can be taken by anybody's connection just when a part is started again.
CHOICE = range(20_000, 32_000)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now; a connection of a former one that lingers does not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


class Ports:
    """The chosen ports of one stack. Two stacks never agree on one, since each checks again when it starts."""

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder
        self._file = folder.path / "ports.json"
        self._remembered = folder.read(self._file)
        self._taken: set[int] = set()

    def of(self, name: str, wanted: int) -> int:
        """The port of a part, named by its setting. Raises PortInUseError for a fixed one that is taken."""
        port = wanted or int(self._remembered.get(name, 0))
        if port and port not in self._taken and is_free(port):
            return self._take(name, port, remember=not wanted)
        if wanted:
            raise self._in_use(name, wanted)
        while True:
            port = secrets.choice(CHOICE)
            if port not in self._taken and is_free(port):
                return self._take(name, port, remember=True)

    def _take(self, name: str, port: int, *, remember: bool) -> int:
        self._taken.add(port)
        if remember and self._remembered.get(name) != port:
            self._remembered[name] = port
            self._folder.write(self._file, self._remembered)
        return port

    def _in_use(self, name: str, port: int) -> PortInUseError:
        variable = f"GREENLANE_{name.upper()}"
        owner = _("another part of this stack") if port in self._taken else listener(port)
        return PortInUseError(
            _("Port {port} is in use by {owner}.", port=port, owner=owner),
            field=variable,
            remedy=_("Stop that, or set {variable} to another port; 0 takes a free one.", variable=variable),
        )


def listener(port: int) -> str:
    """Who listens on a port, as far as this account may know."""
    try:
        for connection in psutil.net_connections("tcp"):
            if (
                connection.status == psutil.CONN_LISTEN
                and connection.laddr
                and connection.laddr.port == port
                and connection.pid
            ):
                return _("{Process} (process {pid})", Process=psutil.Process(connection.pid).name(), pid=connection.pid)
    except (psutil.Error, OSError):
        pass
    return _("another program")
