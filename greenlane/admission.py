"""Letting somebody in: topics, an account and rights for those who appear while the system runs, and for all at its start."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from catalog.errors import close_matches
from catalog.systems import PORTAL
from events.language.access import AUDITOR, OWNER, Rights, access_list, party_rights
from events.language.topics import Topics
from events.transport.accounts import Account, ensure_accounts, held_rights
from events.transport.admin import TopicLayout, ensure_topics, topic_names
from events.transport.cluster import Cluster
from greenlane.connecting import GivenSettings, cluster_of, kafka_variables
from greenlane.connection_rules import PREFIX
from greenlane.kafka_accounts import passwords_in
from greenlane.settings import Settings
from greenlane.stack.credentials import Credentials
from greenlane.stack.errors import AccessRefusedError
from greenlane.stack.folder import StateFolder
from greenlane.stack.handing_out import handed_out
from wording.foreign import visible
from wording.json_text import read_json
from wording.text import _


def is_embedded(settings: Settings) -> bool:
    """Whether Kafka is the embedded one, whose accounts are ours to make. Settings must hold all addresses."""
    name, password = settings.kafka_username, settings.kafka_password
    if name is None or password is None or not name.startswith("."):
        return False
    if not StateFolder(settings.state_dir).has_secrets:
        return False
    # Only a broker of this state folder knows an account by the password that the folder's secret makes.
    return password.get_secret_value() == _credentials(settings).kafka(name)


def as_owner(settings: Settings) -> Settings:
    """The same settings as embedded Kafka's owner; an outside one is reached as the settings say."""
    if not is_embedded(settings):
        return settings
    return settings.with_kafka_account(OWNER, _credentials(settings).kafka(OWNER), "PLAIN")


def _credentials(settings: Settings) -> Credentials:
    return Credentials.of(StateFolder(settings.state_dir))


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """What somebody outside needs to talk with us over Kafka."""

    bootstrap: str
    security_protocol: str
    sasl_mechanism: str | None
    username: str | None
    password: str | None = field(repr=False)
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """At an outside broker, all that is set for Kafka: certificates, tokens."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """That of the account in the settings."""
        secret = settings.kafka_password
        return cls(
            settings.kafka_bootstrap or "",
            settings.kafka_security_protocol,
            settings.kafka_sasl_mechanism,
            settings.kafka_username,
            None if secret is None else secret.get_secret_value(),
            {} if is_embedded(settings) else kafka_variables(settings),
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `write` wrote."""
        return cls(**read_json(path.read_bytes()))

    def write(self, path: Path) -> Path:
        """Put it where only this user of the machine can read it."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), allow_nan=False), encoding="utf-8")
        return path

    def as_json(self) -> dict[str, object]:
        """What a machine is told."""
        return {name: value for name, value in asdict(self).items() if name != "variables"}

    def properties(self, rights: Rights) -> Iterator[str]:
        """The lines of a file that Kafka's own tools take as their configuration."""
        for verb, topics in (("read", rights.reads), ("write", rights.writes)):
            yield from (f"# {verb} {topic}" for topic in sorted(topics))
        yield f"bootstrap.servers={self.bootstrap}"
        yield f"security.protocol={self.security_protocol}"
        yield f"sasl.mechanism={self.sasl_mechanism}"
        module = "org.apache.kafka.common.security.scram.ScramLoginModule"
        yield f'sasl.jaas.config={module} required username="{self.username}" password="{self.password}";'

    @property
    def cluster(self) -> Cluster:
        """Kafka, as this account reaches it."""
        if self.variables:
            return cluster_of(GivenSettings.load(**self.variables))
        options: dict[str, object] = {
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }
        return Cluster(self.bootstrap, {name: value for name, value in options.items() if value is not None})


def prepare_kafka(settings: Settings, departments: Iterable[str], systems: Iterable[str], layout: TopicLayout) -> None:
    """Topics, accounts and rights of the catalogue's departments and systems, and of those who came at run time.

    On an outside broker the accounts that GREENLANE_KAFKA_ACCOUNTS_FILE names; all others are its operator's own.
    Raises SettingsError for a line of that file, the transport's errors.
    """
    settings = as_owner(settings)
    cluster, topics = cluster_of(settings), Topics(settings.topic_prefix)
    departments, systems = {*departments}, {PORTAL, *systems}
    names = [*topics.of_system(), *_topics_of(topics, departments, systems)]
    ensure_topics(cluster, names, topics, layout)
    rights = access_list(topics, *_known(cluster, topics, departments, systems))
    if is_embedded(settings):
        ensure_accounts(cluster, _accounts(settings, rights), exact=True)
    elif settings.kafka_accounts_file is not None:
        ensure_accounts(cluster, _named(settings.kafka_accounts_file, rights), exact=True)


def let_in(
    settings: Settings,
    account: str,
    *,
    departments: Iterable[str] = (),
    systems: Iterable[str] = (),
    watches: Iterable[str] = (),
    layout: TopicLayout,
) -> KafkaAccess:
    """Let an outside party in that acts for these departments and submitting systems, whether they are new or not.

    `watches`: topics of others that it may read besides.

    Topics are made; on an embedded broker the departments and systems get accounts of their own too, and the party may act
    for all of them until the stack starts anew. On an outside one it is the settings' account that must be allowed to.
    Raises the transport's errors.
    """
    departments, systems = {*departments}, {*systems}
    settings = as_owner(settings)
    cluster, topics = cluster_of(settings), Topics(settings.topic_prefix)
    ensure_topics(cluster, _topics_of(topics, departments, systems), topics, layout)
    if not is_embedded(settings):
        return KafkaAccess.of(settings)
    everybody = access_list(topics, *_known(cluster, topics, departments, systems))
    party = party_rights(topics, account, departments, systems)
    party = replace(party, reads=party.reads | frozenset(watches))
    # A submitting system that acts for departments too is on the list already, with less.
    others = (rights for rights in everybody if rights.account != account)
    ensure_accounts(cluster, _accounts(settings, (*others, party)))
    return access_of(settings, account)


def let_in_published(
    settings: Settings, departments: Iterable[str], systems: Iterable[str], layout: TopicLayout
) -> None:
    """Topics of departments and submitting systems that were published while the stack runs; on an embedded broker their
    accounts and rights too, and nobody loses any. Those that were there are left as they are. Raises the transport's errors.
    """
    departments, systems = {*departments}, {*systems}
    settings = as_owner(settings)
    cluster, topics = cluster_of(settings), Topics(settings.topic_prefix)
    there = topic_names(cluster)
    wanted = _topics_of(topics, departments, systems)
    if there.issuperset(wanted):
        return
    ensure_topics(cluster, wanted, topics, layout)
    if is_embedded(settings):
        everybody = access_list(topics, *_known(cluster, topics, departments, systems))
        ensure_accounts(cluster, _accounts(settings, everybody))


def access_of(settings: Settings, account: str) -> KafkaAccess:
    """How an account of the embedded broker connects."""
    return KafkaAccess.of(settings.with_kafka_account(account, _credentials(settings).kafka(account)))


def kafka_access(settings: Settings, name: str) -> tuple[KafkaAccess, Rights]:
    """The account of a department, a submitting system or `auditor` at the running stack's Kafka, and its rights there.

    Raises AccessRefusedError, the transport's errors.
    """
    addresses = handed_out(settings)[0]
    if addresses.kafka_username is None:
        raise AccessRefusedError(
            _("This stack works on an outside Kafka, whose accounts are not ours to hand out."),
            field=f"{PREFIX}KAFKA_BOOTSTRAP",
            remedy=_("Ask whoever runs that broker for an account (docs/operations.md)."),
        )
    settings = settings.resolved(addresses)
    cluster = cluster_of(as_owner(settings))
    departments, systems = _known(cluster, Topics(settings.topic_prefix), set(), set())
    account = AUDITOR if name == AUDITOR.removeprefix(".") else name
    if account not in {AUDITOR, *departments, *systems}:
        raise _unknown(name, {AUDITOR.removeprefix("."), *departments, *systems})
    # What the broker holds, not what the list says: who was let in at run time may act for others too.
    return access_of(settings, account), held_rights(cluster, account)


def _unknown(name: str, known: set[str]) -> AccessRefusedError:
    near = ", ".join(close_matches(name, known)) or ", ".join(sorted(known))
    return AccessRefusedError(
        _("Nobody called {name} has an account at Kafka.", name=visible(name)),
        field="name",
        remedy=_("Name a department, a submitting system, or auditor: {near}.", near=near),
    )


def _topics_of(topics: Topics, departments: Iterable[str], systems: Iterable[str]) -> list[str]:
    return [
        *(name for department in departments for name in topics.of_department(department)),
        *(name for system in systems for name in topics.of_submitter(system)),
    ]


def _known(cluster: Cluster, topics: Topics, departments: set[str], systems: set[str]) -> tuple[set[str], set[str]]:
    """These, and those whose topics are there: a log that was imported has brought departments that no catalogue names."""
    names = topic_names(cluster)
    named = {department for name in names if (department := topics.department_of(name)) is not None}
    senders = {system for name in names if (system := topics.system_of(name)) is not None}
    return departments | named, systems | senders


def _named(file: Path, rights: Iterable[Rights]) -> list[Account]:
    """The accounts at an outside broker whose passwords a file tells us."""
    by_name = {each.account: each for each in rights}
    passwords = passwords_in(file, by_name)
    return [Account(by_name[name], password) for name, password in passwords.items()]


def _accounts(settings: Settings, rights: Iterable[Rights]) -> list[Account]:
    credentials = _credentials(settings)
    return [Account(each, credentials.kafka(each.account)) for each in rights]
