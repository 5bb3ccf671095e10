"""What the servers must be and hold: versions, tables, topics, attributes, accounts, clocks, certificates. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit.installation.check import Check, listed
from wording.text import LazyText, _, joined, layout

VERSIONS_NEEDED: Final[Mapping[str, tuple[int, ...]]] = {
    # Before: no updates, by which commands are answered; no accounts made through a client; no support any more.
    "temporal": (1, 25),
    "kafka": (2, 7),
    "postgresql": (14,),
}
TITLES: Final[Mapping[str, str]] = {"temporal": "Temporal", "kafka": "Kafka", "postgresql": "PostgreSQL"}
CLOCK_TOLERANCE: Final = timedelta(seconds=1)
CERTIFICATE_NOTICE: Final = timedelta(days=30)
ENDED: Final = _("that of {what} ended on {day:%Y-%m-%d}")
ENDS: Final = _("that of {what} ends on {day:%Y-%m-%d}")
PREPARE: Final = _("Run `greenlane prepare`.")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was reached and takes us."""

    name: str
    place: str
    version: tuple[int, ...]
    """Empty where it does not say."""
    account: str | None = None
    under_tls: bool = False


def server(reached: Server) -> Check:
    """Its version, for one that can be used."""
    title, needed = TITLES[reached.name], VERSIONS_NEEDED[reached.name]
    version = ".".join(map(str, reached.version))
    if reached.version and reached.version < needed:
        wanted = ".".join(map(str, needed))
        return Check(
            reached.name,
            _(
                "{title} at {place} is version {version}, which is too old.",
                title=title,
                place=reached.place,
                version=version,
            ),
            _("Upgrade it to {wanted} or later.", wanted=wanted),
        )
    account = _("as {account}", account=reached.account) if reached.account else _("without an account")
    tls = _("under TLS") if reached.under_tls else _("without TLS")
    gaps = {"title": title, "version": version or "?", "place": reached.place, "account": account, "tls": tls}
    said = _("{title} {version} at {place} takes us: {account}, {tls}.", **gaps)
    return Check(reached.name, said)


def tables(found: str | None, known: Sequence[str]) -> Check:
    """Whether the database is at the program's own version; `known`: all revisions, the oldest first."""
    head = known[-1]
    if found == head:
        return Check("tables", _("The tables are at version {head}.", head=head))
    if found is None:
        said = _("Nobody has prepared the database.")
        return Check("tables", said, PREPARE)
    if found in known:
        said = _("The tables are at version {found}, {head} is needed.", found=found, head=head)
        return Check("tables", said, PREPARE)
    return Check(
        "tables",
        _(
            "A newer program prepared the database: its tables are at version {found}, {head} is known here.",
            found=found,
            head=head,
        ),
        _("Install that newer program here, or restore the backup that was taken before it was upgraded."),
    )


def topics(needed: Collection[str], there: Collection[str]) -> Check:
    """Whether every topic of the catalogue's departments and systems is there."""
    missing = sorted(set(needed) - set(there))
    if not missing:
        return Check("topics", _("All {count} topics are there.", count=len(needed)))
    names = listed(missing)
    return Check(
        "topics",
        _("Kafka lacks topics, or hides them from this account: {names}.", names=names),
        PREPARE,
    )


def search_attributes(missing: Collection[str]) -> Check:
    """Whether Temporal has the attributes that a case sets; without them no case can start."""
    if not missing:
        return Check(
            "search_attributes",
            _("Temporal has the search attributes."),
        )
    names = listed(sorted(missing))
    return Check(
        "search_attributes",
        _("Temporal lacks the search attributes {names}.", names=names),
        _("Run `greenlane prepare` with a key that may add them, or add them as Keyword."),
    )


def database_accounts(needed: Sequence[str], there: Collection[str]) -> Check:
    """Whether each process has its account at PostgreSQL; none at all is a choice."""
    missing = [name for name in needed if name not in there]
    if not missing:
        return Check(
            "database_accounts",
            _("Each process has its account at PostgreSQL."),
        )
    if len(missing) == len(needed):
        return Check(
            "database_accounts",
            _("PostgreSQL has no accounts of the processes: they work with rights that you gave."),
        )
    names = listed(missing)
    return Check(
        "database_accounts",
        _("PostgreSQL lacks the accounts {names}.", names=names),
        _("Make them with deploy/init-databases.sh, then run `greenlane prepare`."),
    )


def kafka_accounts(needed: Collection[str], there: Collection[str] | None) -> Check:
    """Whether each department and system can sign in at Kafka; None: the accounts are not ours to look at."""
    if there is None:
        return Check(
            "kafka_accounts",
            _("The accounts of this Kafka are made by whoever runs it, and were not looked at."),
        )
    missing = sorted(set(needed) - set(there))
    if not missing:
        return Check(
            "kafka_accounts",
            _("All {count} departments and systems have an account at Kafka.", count=len(needed)),
        )
    names = listed(missing)
    return Check(
        "kafka_accounts",
        _("These have no account at Kafka: {names}.", names=names),
        _("Start `greenlane up` anew, which makes them."),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """A server's clock, read between two instants of ours."""

    title: str
    before: datetime
    read_at: datetime
    after: datetime

    @property
    def ahead(self) -> timedelta:
        """By how much it is surely ahead of ours; below zero: behind."""
        if self.read_at > self.after:
            return self.read_at - self.after
        return min(timedelta(0), self.read_at - self.before)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a broker wrote on a record, beside what PostgreSQL's clock bounds it with."""

    stamped_at: datetime
    recorded_at: datetime
    """When PostgreSQL recorded the event, which was sent after that."""
    read_at: datetime
    """PostgreSQL's clock when the record was read, which was after it was stamped."""

    @property
    def ahead(self) -> timedelta:
        """By how much the broker's clock surely was ahead of PostgreSQL's; below zero: behind."""
        if self.stamped_at > self.read_at:
            return self.stamped_at - self.read_at
        return min(timedelta(0), self.stamped_at - self.recorded_at)


def clock(reading: Reading, stamp: Stamp | None) -> Check:
    """Whether the clocks of this machine, of PostgreSQL and of Kafka agree; they decide when something was received."""
    wrong = []
    if abs(reading.ahead) > CLOCK_TOLERANCE:
        wrong.append(_apart("PostgreSQL", reading.ahead, _("this machine's")))
    if stamp is not None and abs(stamp.ahead) > CLOCK_TOLERANCE:
        wrong.append(_apart("Kafka", stamp.ahead, _("PostgreSQL's")))
    if wrong:
        return Check(
            "clock",
            layout("{wrong}.", wrong=joined("; ", wrong)),
            _("Let all machines keep time by NTP (timedatectl, chronyc tracking)."),
        )
    if stamp is None:
        return Check(
            "clock",
            _("The clocks of this machine and of PostgreSQL agree to a second; no event tells Kafka's yet."),
        )
    return Check(
        "clock",
        _("The clocks of this machine, of PostgreSQL and of Kafka agree to a second."),
    )


def _apart(title: str, ahead: timedelta, whose: LazyText) -> LazyText:
    seconds = f"{abs(ahead).total_seconds():.1f}"
    if ahead > timedelta(0):
        return _("the clock of {title} is {seconds} s ahead of {whose}", title=title, seconds=seconds, whose=whose)
    return _("the clock of {title} is {seconds} s behind {whose}", title=title, seconds=seconds, whose=whose)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that a connection of ours rests on."""

    what: str
    """A file's path, or a server and its address."""
    ends_at: datetime


def certificates(all_of_them: Iterable[Certificate], now: datetime) -> Check:
    """Whether every certificate is valid for another month."""
    looked_at = sorted(all_of_them, key=lambda each: each.ends_at)
    ending = [each for each in looked_at if each.ends_at - now < CERTIFICATE_NOTICE]
    if not looked_at:
        return Check("certificates", _("No connection rests on a certificate."))
    if not ending:
        first = looked_at[0]
        return Check(
            "certificates",
            _(
                "The first certificate to end is that of {what}, on {ends_at:%Y-%m-%d}.",
                what=first.what,
                ends_at=first.ends_at,
            ),
        )
    said = joined(
        "; ",
        [(ENDED if each.ends_at <= now else ENDS).filled(what=each.what, day=each.ends_at) for each in ending],
    )
    return Check(
        "certificates",
        _("Certificates end: {said}.", said=said),
        _("Renew them, and start again what reads them."),
    )
