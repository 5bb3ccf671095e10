"""What is wrong with Temporal. The SDK's connect says one sentence of its transport's; so a handshake of our own tells."""

from __future__ import annotations

import asyncio
import re
from functools import cache
from typing import Final

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

from greenlane.connecting import TemporalPlace, temporal_of
from greenlane.errors import ServerUnusableError
from greenlane.probing.tls import SECONDS, Target, connected, refused_later, speaks_tls
from greenlane.probing.troubles import TEMPORAL, Trouble, no_answer
from greenlane.settings import Settings
from greenlane.tls_files import context_of
from wording.foreign import visible

STATUS: Final = re.compile(r'Status \{ code: (\w+), message: "([^"]*)"')
"""How the SDK writes what the server answered while it connected."""
REFUSED: Final = frozenset({RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED})
AWAY: Final = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED})
LONGEST_REASON: Final = 200
PROBE_SECONDS: Final = 15.0

ConnectFailure = (RuntimeError, RPCError, TimeoutError)
"""What a connect of the SDK raises."""


async def probe_temporal(settings: Settings) -> None:
    """Raises a ServerUnusableError that says why Temporal cannot be used under these settings."""
    await client_of(settings)


async def client_of(settings: Settings) -> Client:
    """A connection that was tried. Raises a ServerUnusableError that says why Temporal cannot be used."""
    place = temporal_of(settings)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            client = await Client.connect(
                place.address,
                namespace=place.namespace,
                tls=place.tls,
                api_key=place.api_key,
                # Not the default one: whoever uses us may still want to make that one, with its own metrics.
                runtime=quiet_runtime(),
            )
            await look_into_namespace(client)
    except ConnectFailure as error:
        raise await explained(settings, place, error) from error
    return client


@cache
def quiet_runtime() -> Runtime:
    """The SDK's own threads, without its log: of each try that fails it would tell on the screen, in English."""
    return Runtime(telemetry=TelemetryConfig(logging=None))


async def look_into_namespace(client: Client) -> None:
    """Whether this account may work in the client's namespace. Raises RPCError."""
    await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))


async def explained(settings: Settings, place: TemporalPlace, error: Exception) -> ServerUnusableError:
    """Why Temporal could not be used, for an error of the SDK's connect or of its first calls."""
    trouble = await asyncio.to_thread(trouble_of, settings, place, error)
    return trouble.error(TEMPORAL)


def trouble_of(settings: Settings, place: TemporalPlace, error: Exception) -> Trouble:
    """The same, without its words."""
    host, _, port = place.address.rpartition(":")
    target = Target(host.strip("[]"), int(port), name=settings.temporal_server_name or "", protocols=("h2",))
    if isinstance(error, RPCError) and (trouble := _trouble_of(error, place, target)):
        return trouble
    if (beneath := _beneath(settings, target)) is not None:
        return beneath
    if isinstance(error, TimeoutError):
        return Trouble("server_away", target.place, {"reason": no_answer(SECONDS)})
    return _said_while_connecting(str(error), place, target)


def _said_while_connecting(said: str, place: TemporalPlace, target: Target) -> Trouble:
    if (status := STATUS.search(said)) is None:
        return Trouble("server_refuses", target.place, {"reason": visible(said)[:LONGEST_REASON]})
    code, message = status.group(1), visible(status.group(2))[:LONGEST_REASON] or status.group(1)
    if code in {"Unauthenticated", "PermissionDenied"}:
        return Trouble("account_refused" if place.api_key else "account_required", target.place, {"reason": message})
    return Trouble("server_away" if code == "Unavailable" else "server_refuses", target.place, {"reason": message})


def _trouble_of(error: RPCError, place: TemporalPlace, target: Target) -> Trouble | None:
    """What the server itself said no with."""
    if error.status in REFUSED:
        reason = visible(error.message)[:LONGEST_REASON]
        return Trouble("account_refused" if place.api_key else "account_required", target.place, {"reason": reason})
    if error.status is RPCStatusCode.NOT_FOUND:
        return Trouble("namespace_unknown", target.place, {"asked": place.namespace})
    if error.status in AWAY:
        return None
    reason = visible(f"{error.message} ({error.status.name})")
    return Trouble("server_refuses", target.place, {"reason": reason[:LONGEST_REASON]})


def _beneath(settings: Settings, target: Target) -> Trouble | None:
    """What is wrong below Temporal's own protocol."""
    if settings.temporal_tls:
        return refused_later(target, context_of(settings, "temporal"))
    connection = connected(target)
    if isinstance(connection, Trouble):
        return connection
    connection.close()
    return Trouble("tls_required", target.place) if speaks_tls(target) else None
