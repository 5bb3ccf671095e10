"""Accounts and rights on a broker of our own: made from the access list through the admin client, in a few requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialUpsertion,
)

from events.language.access import Rights, is_prefix
from events.transport.cluster import Cluster
from events.transport.errors import RequestRefusedError

MECHANISM = "SCRAM-SHA-256"
BINDINGS_A_REQUEST = 1_000
"""A controller takes ten thousand changes at once."""
ACCOUNTS_A_REQUEST = 1_000
IN_FORCE_SECONDS = 30.0
LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may connect, and what it may do then."""

    rights: Rights
    password: str | None = field(repr=False)
    """None: somebody else proves who it is, such as an issuer of tokens; it gets its rights alone."""


def ensure_accounts(cluster: Cluster, accounts: Iterable[Account], *, exact: bool = False) -> None:
    """Make accounts and rights that are missing, and wait until they are in force.

    With `exact`, these accounts lose every right that the list does not name, and get their passwords anew. `cluster` must
    be reached as one who may do this. Raises KafkaAwayError, NotPermittedError, RequestRefusedError.
    """
    accounts = tuple(accounts)
    with cluster.admin() as admin:
        bindings = _bindings(admin)  # first: who may not know them is refused at once
        known = {} if exact else admin.describe_user_scram_credentials()
        # An account may come twice, with what it may do for itself and for others.
        passwords = {each.rights.account: each.password for each in accounts if each.password is not None}
        _set_passwords(admin, {name: password for name, password in passwords.items() if name not in known})
        wanted = {binding for account in accounts for binding in bindings_of(account.rights)}
        missing = sorted(wanted - bindings, key=repr)
        for start in range(0, len(missing), BINDINGS_A_REQUEST):
            _refuse_failed(admin.create_acls(missing[start : start + BINDINGS_A_REQUEST])["failed"])
        surplus: list[ACL] = []
        if exact:
            ours = {_principal(account.rights) for account in accounts}
            surplus = [binding for binding in bindings - wanted if binding.principal in ours]
            _remove(admin, surplus)
        _await(lambda: _in_force(admin, accounts, wanted if missing else set(), surplus))


def held_rights(cluster: Cluster, account: str) -> Rights:
    """Which topics the broker lets this account read and write. Raises KafkaAwayError, NotPermittedError."""
    with cluster.admin() as admin:
        bindings = [each for each in _bindings(admin) if each.principal == f"User:{account}"]

    def topics(operation: ACLOperation) -> frozenset[str]:
        patterns = (each.resource_pattern for each in bindings if each.operation is operation)
        return frozenset(each.resource_name for each in patterns if each.resource_type is ResourceType.TOPIC)

    return Rights(account, reads=topics(ACLOperation.READ), writes=topics(ACLOperation.WRITE))


def bindings_of(rights: Rights) -> Iterator[ACL]:
    """The rights as a broker keeps them."""
    operations = ACLOperation
    for kind, operation, names in (
        (ResourceType.TOPIC, operations.READ, rights.reads),
        (ResourceType.TOPIC, operations.WRITE, rights.writes),
        (ResourceType.TOPIC, operations.CREATE, rights.makes),
        (ResourceType.TOPIC, operations.DESCRIBE, rights.sees),
        (ResourceType.GROUP, operations.READ, rights.groups),
        (ResourceType.GROUP, operations.DESCRIBE, rights.sees_groups),
        (ResourceType.TRANSACTIONAL_ID, operations.WRITE, rights.transactions),
    ):
        for name in names:
            pattern = ACLResourcePatternType.PREFIXED if is_prefix(name) else ACLResourcePatternType.LITERAL
            yield ACL(_principal(rights), "*", operation, ACLPermissionType.ALLOW, ResourcePattern(kind, name, pattern))


def _principal(rights: Rights) -> str:
    return f"User:{rights.account}"


def _set_passwords(admin: KafkaAdminClient, passwords: Mapping[str, str]) -> None:
    names = sorted(passwords)
    for start in range(0, len(names), ACCOUNTS_A_REQUEST):
        upsertions = [
            UserScramCredentialUpsertion(name, MECHANISM, passwords[name])
            for name in names[start : start + ACCOUNTS_A_REQUEST]
        ]
        for name, message in admin.alter_user_scram_credentials(upsertions).items():
            if message is not None:
                raise RequestRefusedError(what=f"account {name}", reason=str(message))


def _bindings(admin: KafkaAdminClient) -> set[ACL]:
    everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    bindings, _ = admin.describe_acls(ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, everything))
    return set(bindings)


def _remove(admin: KafkaAdminClient, surplus: Sequence[ACL]) -> None:
    if not surplus:
        return
    filters = [
        ACLFilter(
            each.principal,
            each.host,
            each.operation,
            each.permission_type,
            ResourcePatternFilter(
                each.resource_pattern.resource_type,
                each.resource_pattern.resource_name,
                each.resource_pattern.pattern_type,
            ),
        )
        for each in surplus
    ]
    _refuse_failed([error for _, _, error in admin.delete_acls(filters) if error is not kafka_errors.NoError])


def _refuse_failed(failed: Sequence[type[Exception]]) -> None:
    if failed:
        raise failed[0]("a right could not be changed")


def _in_force(admin: KafkaAdminClient, accounts: Sequence[Account], wanted: set[ACL], surplus: Sequence[ACL]) -> bool:
    """Whether the broker has heard of what its controller accepted."""
    known = admin.describe_user_scram_credentials()
    if any(account.password is not None and account.rights.account not in known for account in accounts):
        return False
    if not (wanted or surplus):
        return True
    bindings = _bindings(admin)
    return wanted <= bindings and bindings.isdisjoint(surplus)


def _await(done: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + IN_FORCE_SECONDS
    while not done():
        if time.monotonic() > ends_at:
            raise kafka_errors.KafkaTimeoutError("accounts did not come into force")
        time.sleep(LOOK_SECONDS)
