"""What the servers must be and hold: versions, tables, topics, attributes, accounts, clocks, certificates. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit.installation.check import Check, listed
from wording.text import Said, joined, spoken

VERSIONS_NEEDED: Final[Mapping[str, tuple[int, ...]]] = {
    # Before: no updates, by which commands are answered; no accounts made through a client; no support any more.
    "temporal": (1, 25),
    "kafka": (2, 7),
    "postgresql": (14,),
}
TITLES: Final[Mapping[str, str]] = {"temporal": "Temporal", "kafka": "Kafka", "postgresql": "PostgreSQL"}
CLOCK_TOLERANCE: Final = timedelta(seconds=1)
CERTIFICATE_NOTICE: Final = timedelta(days=30)
PREPARE: Final = Said("Run `greenlane prepare`.", "Chạy `greenlane prepare`.")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was reached and takes us."""

    name: str
    place: str
    version: tuple[int, ...]
    """Empty where it does not say."""
    account: str | None = None
    under_tls: bool = False


def server(found: Server) -> Check:
    """Its version, for one that can be used."""
    title, needed = TITLES[found.name], VERSIONS_NEEDED[found.name]
    version = ".".join(map(str, found.version))
    if found.version and found.version < needed:
        wanted = ".".join(map(str, needed))
        return Check(
            found.name,
            Said(
                f"{title} at {found.place} is version {version}, which is too old.",
                f"{title} tại {found.place} là phiên bản {version}, quá cũ.",
            ),
            Said(f"Upgrade it to {wanted} or later.", f"Nâng cấp lên {wanted} trở lên."),
        )
    account = (
        Said(f"as {found.account}", f"tài khoản {found.account}")
        if found.account
        else Said("without an account", "không có tài khoản")
    )
    tls = Said("under TLS", "có TLS") if found.under_tls else Said("without TLS", "không có TLS")
    gaps = {"title": title, "version": version or "?", "place": found.place, "account": account, "tls": tls}
    said = spoken(
        "{title} {version} at {place} takes us: {account}, {tls}.",
        "{title} {version} tại {place} dùng được: {account}, {tls}.",
        **gaps,
    )
    return Check(found.name, said)


def tables(found: str | None, known: Sequence[str]) -> Check:
    """Whether the database is at the program's own version; `known`: all revisions, the oldest first."""
    head = known[-1]
    if found == head:
        return Check("tables", Said(f"The tables are at version {head}.", f"Các bảng ở phiên bản {head}."))
    if found is None:
        said = Said("Nobody has prepared the database.", "Cơ sở dữ liệu chưa được chuẩn bị.")
        return Check("tables", said, PREPARE)
    if found in known:
        said = Said(
            f"The tables are at version {found}, {head} is needed.", f"Các bảng ở phiên bản {found}, cần {head}."
        )
        return Check("tables", said, PREPARE)
    return Check(
        "tables",
        Said(
            f"A newer program prepared the database: its tables are at version {found}, {head} is known here.",
            f"Cơ sở dữ liệu do chương trình mới hơn chuẩn bị: các bảng ở phiên bản {found}, ở đây chỉ biết {head}.",
        ),
        Said(
            "Install that newer program here, or restore the backup that was taken before it was upgraded.",
            "Cài chương trình mới hơn đó, hoặc khôi phục bản sao lưu trước khi nâng cấp.",
        ),
    )


def topics(needed: Collection[str], there: Collection[str]) -> Check:
    """Whether every topic of the catalogue's departments and systems is there."""
    missing = sorted(set(needed) - set(there))
    if not missing:
        return Check("topics", Said(f"All {len(needed)} topics are there.", f"Có đủ {len(needed)} chủ đề."))
    names = listed(missing)
    return Check(
        "topics",
        Said(
            f"Kafka lacks topics, or hides them from this account: {names}.",
            f"Kafka thiếu chủ đề, hoặc tài khoản không được thấy: {names.vi}.",
        ),
        PREPARE,
    )


def search_attributes(missing: Collection[str]) -> Check:
    """Whether Temporal has the attributes that a case sets; without them no case can start."""
    if not missing:
        return Check(
            "search_attributes",
            Said("Temporal has the search attributes.", "Temporal có đủ thuộc tính tìm kiếm."),
        )
    names = listed(sorted(missing))
    return Check(
        "search_attributes",
        Said(f"Temporal lacks the search attributes {names}.", f"Temporal thiếu các thuộc tính tìm kiếm {names.vi}."),
        Said(
            "Run `greenlane prepare` with a key that may add them, or add them as Keyword.",
            "Chạy `greenlane prepare` với khóa được phép thêm, hoặc tự thêm với kiểu Keyword.",
        ),
    )


def database_accounts(needed: Sequence[str], there: Collection[str]) -> Check:
    """Whether each process has its account at PostgreSQL; none at all is a choice."""
    missing = [name for name in needed if name not in there]
    if not missing:
        return Check(
            "database_accounts",
            Said("Each process has its account at PostgreSQL.", "Mỗi tiến trình có tài khoản PostgreSQL riêng."),
        )
    if len(missing) == len(needed):
        return Check(
            "database_accounts",
            Said(
                "PostgreSQL has no accounts of the processes: they work with rights that you gave.",
                "PostgreSQL không có tài khoản riêng của các tiến trình: chúng dùng quyền do bạn cấp.",
            ),
        )
    names = listed(missing)
    return Check(
        "database_accounts",
        Said(f"PostgreSQL lacks the accounts {names}.", f"PostgreSQL thiếu các tài khoản {names.vi}."),
        Said(
            "Make them with deploy/init-databases.sh, then run `greenlane prepare`.",
            "Tạo bằng deploy/init-databases.sh, rồi chạy `greenlane prepare`.",
        ),
    )


def kafka_accounts(needed: Collection[str], there: Collection[str] | None) -> Check:
    """Whether each department and system can sign in at Kafka; None: the accounts are not ours to look at."""
    if there is None:
        return Check(
            "kafka_accounts",
            Said(
                "The accounts of this Kafka are made by whoever runs it, and were not looked at.",
                "Tài khoản của Kafka này do người quản trị máy chủ tạo nên không được kiểm tra.",
            ),
        )
    missing = sorted(set(needed) - set(there))
    if not missing:
        return Check(
            "kafka_accounts",
            Said(
                f"All {len(needed)} departments and systems have an account at Kafka.",
                f"Cả {len(needed)} cơ quan và hệ thống đều có tài khoản Kafka.",
            ),
        )
    names = listed(missing)
    return Check(
        "kafka_accounts",
        Said(f"These have no account at Kafka: {names}.", f"Chưa có tài khoản Kafka: {names.vi}."),
        Said(
            "Start `greenlane up` anew, which makes them.",
            "Khởi động lại `greenlane up` để tạo tài khoản.",
        ),
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
        wrong.append(_apart("PostgreSQL", reading.ahead, Said("this machine's", "của máy này")))
    if stamp is not None and abs(stamp.ahead) > CLOCK_TOLERANCE:
        wrong.append(_apart("Kafka", stamp.ahead, Said("PostgreSQL's", "của PostgreSQL")))
    if wrong:
        return Check(
            "clock",
            spoken("{wrong}.", "{wrong}.", wrong=joined("; ", wrong)),
            Said(
                "Let all machines keep time by NTP (timedatectl, chronyc tracking).",
                "Đồng bộ giờ mọi máy bằng NTP (timedatectl, chronyc tracking).",
            ),
        )
    if stamp is None:
        return Check(
            "clock",
            Said(
                "The clocks of this machine and of PostgreSQL agree to a second; no event tells Kafka's yet.",
                "Đồng hồ của máy này và của PostgreSQL khớp trong một giây; chưa có sự kiện nào cho biết giờ của Kafka.",
            ),
        )
    return Check(
        "clock",
        Said(
            "The clocks of this machine, of PostgreSQL and of Kafka agree to a second.",
            "Đồng hồ của máy này, của PostgreSQL và của Kafka khớp trong một giây.",
        ),
    )


def _apart(title: str, ahead: timedelta, whose: Said) -> Said:
    seconds = f"{abs(ahead).total_seconds():.1f}"
    if ahead > timedelta(0):
        return Said(
            f"the clock of {title} is {seconds} s ahead of {whose}",
            f"đồng hồ của {title} nhanh hơn {whose.vi} {seconds} giây",
        )
    return Said(
        f"the clock of {title} is {seconds} s behind {whose}", f"đồng hồ của {title} chậm hơn {whose.vi} {seconds} giây"
    )


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that a connection of ours rests on."""

    what: str
    """A file's path, or a server and its address."""
    ends_at: datetime


def certificates(found: Iterable[Certificate], now: datetime) -> Check:
    """Whether every certificate is valid for another month."""
    looked_at = sorted(found, key=lambda each: each.ends_at)
    ending = [each for each in looked_at if each.ends_at - now < CERTIFICATE_NOTICE]
    if not looked_at:
        return Check("certificates", Said("No connection rests on a certificate.", "Không kết nối nào dùng chứng thư."))
    if not ending:
        first = looked_at[0]
        return Check(
            "certificates",
            Said(
                f"The first certificate to end is that of {first.what}, on {first.ends_at:%Y-%m-%d}.",
                f"Chứng thư hết hạn sớm nhất là của {first.what}, ngày {first.ends_at:%d/%m/%Y}.",
            ),
        )
    said = joined(
        "; ",
        [
            Said(
                f"that of {each.what} {'ended' if each.ends_at <= now else 'ends'} on {each.ends_at:%Y-%m-%d}",
                f"của {each.what} {'đã hết hạn' if each.ends_at <= now else 'hết hạn'} ngày {each.ends_at:%d/%m/%Y}",
            )
            for each in ending
        ],
    )
    return Check(
        "certificates",
        spoken("Certificates end: {said}.", "Chứng thư sắp hoặc đã hết hạn: {said}.", said=said),
        Said(
            "Renew them, and start again what reads them.",
            "Gia hạn chứng thư, rồi khởi động lại tiến trình dùng chúng.",
        ),
    )
