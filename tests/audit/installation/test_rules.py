"""The rules of `greenlane doctor`: from what was measured to a verdict, a sentence and a remedy, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from audit.installation import catalogue_rules, machine_rules, proof_rules, server_rules, vault_rules, work_rules
from audit.installation.check import IDS, Check, in_order, listed
from audit.installation.machine_rules import Disk, Folder
from audit.installation.proof_rules import Signing
from audit.installation.server_rules import Certificate, Reading, Server, Stamp
from audit.installation.work_rules import Owed
from catalog.catalogue import Catalog
from catalog.loader import load_catalog
from greenlane.doctor import setting_rules
from greenlane.doctor.failures import failed
from greenlane.settings import Settings
from store.errors import StoreNewer
from wording.text import Bilingual, in_language

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
PAGE = Path(__file__).parents[3] / "docs" / "operations.md"


def samples() -> Iterator[tuple[bool, Check]]:
    """Every rule on both sides of its bound, and whether it is well."""
    yield True, machine_rules.python((3, 11, 0))
    yield False, machine_rules.python((3, 10, 9))
    yield True, machine_rules.programs({"Java": True})
    yield True, machine_rules.programs({})
    yield False, machine_rules.programs({"Java": False, "Temporal": True})
    yield True, machine_rules.memory(machine_rules.MEMORY_TO_START_MB, starts=True)
    yield False, machine_rules.memory(machine_rules.MEMORY_TO_START_MB - 1, starts=True)
    yield True, machine_rules.memory(machine_rules.MEMORY_TO_GO_ON_MB, starts=False)
    yield False, machine_rules.memory(machine_rules.MEMORY_TO_GO_ON_MB - 1, starts=False)
    folder = Folder("/srv/s", exists=True, writable=True, owner="a", account="a")
    yield True, machine_rules.state_folder(folder)
    yield True, machine_rules.state_folder(replace(folder, exists=False))
    yield False, machine_rules.state_folder(replace(folder, writable=False, owner="b"))
    yield False, machine_rules.state_folder(replace(folder, obstacle=Bilingual("is no folder", "không phải thư mục")))
    yield True, machine_rules.disk(Disk("/srv/s", 300, None), 300)
    yield True, machine_rules.disk(Disk("/srv/s", 300, machine_rules.FREE_FILES_MIN), 300)
    yield False, machine_rules.disk(Disk("/srv/s", 299, None), 300)
    yield False, machine_rules.disk(Disk("/srv/s", 300, machine_rules.FREE_FILES_MIN - 1), 300)
    yield from _of_servers()
    yield from _of_work()
    yield from _of_the_past()
    yield from _of_the_vault()


def _of_the_vault() -> Iterator[tuple[bool, Check]]:
    yield True, vault_rules.no_master_key()
    yield True, vault_rules.master_key("file:2", 0, ())
    yield False, vault_rules.master_key("file:2", 1, ())
    yield False, vault_rules.master_key("file:2", 0, ("file:1",))


def _of_the_past() -> Iterator[tuple[bool, Check]]:
    new, signed = Signing(0, 0, 0.0, 0.0), Signing(7, 2_000, 1_800.0, 2_700.0)
    for in_production in (True, False):
        yield not in_production, proof_rules.checkpoints(new, 900, in_production=in_production)
        yield True, proof_rules.checkpoints(signed, 900, in_production=in_production)
        quiet = replace(signed, age_seconds=1e6, unsigned_seconds=0.0)
        yield True, proof_rules.checkpoints(quiet, 900, in_production=in_production)
        for late in (replace(new, unsigned_seconds=2_700.1), replace(signed, unsigned_seconds=2_700.1)):
            yield False, proof_rules.checkpoints(late, 900, in_production=in_production)
    yield True, proof_rules.checkpoint_file(None, 0, signed)
    yield True, proof_rules.checkpoint_file("/srv/c", 7, signed)
    yield True, proof_rules.checkpoint_file("/srv/c", 6, replace(signed, age_seconds=proof_rules.FILE_SECONDS))
    yield False, proof_rules.checkpoint_file("/srv/c", 6, signed)


def _of_servers() -> Iterator[tuple[bool, Check]]:
    yield True, server_rules.server(Server("postgresql", "h:1", (14, 0), "a", under_tls=True))
    yield True, server_rules.server(Server("temporal", "h:1", ()))
    yield False, server_rules.server(Server("postgresql", "h:1", (13, 22), "a"))
    yield False, server_rules.server(Server("kafka", "h:1", (2, 6, 2)))
    yield False, server_rules.server(Server("temporal", "h:1", (1, 24, 9)))
    known = ("0001", "0002", "0003")
    yield True, server_rules.tables("0003", known)
    yield False, server_rules.tables("0002", known)
    yield False, server_rules.tables(None, known)
    yield False, server_rules.tables("0004", known)
    yield True, server_rules.topics({"a"}, {"a", "b"})
    yield False, server_rules.topics({"a", "c"}, {"a", "b"})
    yield True, server_rules.search_attributes(())
    yield False, server_rules.search_attributes(("GreenlaneLane",))
    yield True, server_rules.database_accounts(("a", "b"), {"a", "b"})
    yield True, server_rules.database_accounts(("a", "b"), set())
    yield False, server_rules.database_accounts(("a", "b"), {"a"})
    yield True, server_rules.kafka_accounts({"a"}, {"a"})
    yield True, server_rules.kafka_accounts({"a"}, None)
    yield False, server_rules.kafka_accounts({"a", "b"}, {"a"})
    yield True, server_rules.certificates([], NOW)
    yield True, server_rules.certificates([Certificate("ca.pem", NOW + 30 * DAY)], NOW)
    yield False, server_rules.certificates([Certificate("ca.pem", NOW + 30 * DAY - SECOND)], NOW)
    yield False, server_rules.certificates([Certificate("ca.pem", NOW - SECOND)], NOW)
    stamp = Stamp(NOW + SECOND, NOW, NOW + 2 * SECOND)
    yield True, server_rules.clock(Reading("PostgreSQL", NOW, NOW, NOW), None)
    yield True, server_rules.clock(Reading("PostgreSQL", NOW, NOW, NOW), stamp)
    yield False, server_rules.clock(Reading("PostgreSQL", NOW, NOW + 2 * SECOND, NOW), stamp)
    yield False, server_rules.clock(Reading("PostgreSQL", NOW, NOW, NOW), replace(stamp, stamped_at=NOW - 2 * SECOND))


def _of_work() -> Iterator[tuple[bool, Check]]:
    for state, well in (("running", True), ("not_answering", False), ("restarting", False), ("stopped", False)):
        yield well, work_rules.process("worker", state, "/srv/s")
    yield True, work_rules.process_elsewhere("bridge", 2)
    yield False, work_rules.process_elsewhere("bridge", 0)
    yield True, work_rules.publisher_elsewhere(64, 64)
    yield False, work_rules.publisher_elsewhere(32, 64)
    yield False, work_rules.publisher_elsewhere(0, 64)
    yield True, work_rules.stack(running=True, held=True, folder="/srv/s", outside=False, left_out=[])
    yield True, work_rules.stack(running=False, held=False, folder="/srv/s", outside=True, left_out=[])
    yield False, work_rules.stack(running=False, held=False, folder="/srv/s", outside=False, left_out=["tables"])
    yield False, work_rules.stack(running=False, held=True, folder="/srv/s", outside=False, left_out=["tables"])
    yield True, work_rules.outbox(3, 30.0)
    yield False, work_rules.outbox(3, 30.1)
    yield True, work_rules.alerts([Owed("email", 2, 0, 600.0)])
    yield False, work_rules.alerts([Owed("email", 2, 1, 5.0)])
    yield False, work_rules.alerts([Owed("email", 2, 0, 600.1)])
    yield True, work_rules.dead_letters({})
    yield False, work_rules.dead_letters({"greenlane.decisions.culture.v1.dlq": 2})
    own = frozenset({"culture_day"})
    yield True, catalogue_rules.catalogue_folder(None, None, None)
    yield True, catalogue_rules.catalogue_folder("/srv/c", None, (own, own))
    yield False, catalogue_rules.catalogue_folder(None, None, (frozenset(), own))
    yield False, catalogue_rules.catalogue_folder("/srv/c", Bilingual("other content", "khác nội dung"), None)
    yield True, catalogue_rules.catalogue(load_catalog(), 3)
    yield True, catalogue_rules.catalogue(load_catalog(), None)
    yield False, failed("kafka", TimeoutError())
    yield False, failed("kafka", KeyError("x"))
    yield False, failed("tables", StoreNewer(found="9", known="6"))


@pytest.mark.parametrize(
    ("well", "check"), [pytest.param(*each, id=f"{n}-{each[1].id}") for n, each in enumerate(samples())]
)
def test_every_rule_on_both_sides_of_its_bound(well: bool, check: Check) -> None:
    assert check.ok is well, check
    assert check.id in IDS
    en, vi = check.as_json("en"), check.as_json("vi")
    assert set(en) == {"id", "ok", "message", "remedy"}
    assert (en["remedy"] is None) is well
    for name in ("message", "remedy"):
        if en[name] is not None:
            assert en[name] != vi[name]
            assert en[name].endswith(".")
            assert vi[name].endswith(".")
            assert not re.search(r"[à-ỹđ]", en[name])
            assert re.search(r"[à-ỹđ]", vi[name]), vi[name]


@pytest.mark.parametrize(("ahead", "well"), [(-1.0, True), (1.0, True), (-1.001, False), (1.001, False)])
def test_a_second_between_two_clocks_is_none(ahead: float, well: bool) -> None:
    """What the question itself took counts for neither side."""
    read_at = NOW + timedelta(seconds=ahead)
    assert server_rules.clock(Reading("PostgreSQL", NOW, read_at, NOW), None).ok is well
    slow = Reading("PostgreSQL", NOW - 5 * SECOND, NOW + 4 * SECOND, NOW + 5 * SECOND)
    assert server_rules.clock(slow, None).ok


def test_a_broker_is_told_behind_or_ahead() -> None:
    """What it stamped lies between the recording of the event and the reading of the stamp, if its clock is right."""
    reading = Reading("PostgreSQL", NOW, NOW, NOW)
    behind = server_rules.clock(reading, Stamp(NOW - 90 * SECOND, NOW, NOW + SECOND))
    ahead = server_rules.clock(reading, Stamp(NOW + 91 * SECOND, NOW, NOW + SECOND))
    assert "Kafka is 90.0 s behind PostgreSQL's" in behind.message
    assert "Kafka is 90.0 s ahead of PostgreSQL's" in ahead.message
    assert "1 giây" not in in_language(behind.message, "vi")


def test_tables_of_a_newer_program_are_not_prepared_here() -> None:
    """The remedy of an older database would be refused by a newer one."""
    assert "greenlane prepare" in server_rules.tables("0001", ("0001", "0002")).as_json("en")["remedy"]
    assert "greenlane prepare" not in server_rules.tables("0003", ("0001", "0002")).as_json("en")["remedy"]


@pytest.mark.parametrize(
    ("given", "variables"),
    [
        ({"kafka_bootstrap": "kafka:9092"}, ["GREENLANE_KAFKA_SECURITY_PROTOCOL"] * 2),
        ({"temporal_address": "temporal:7233"}, ["GREENLANE_TEMPORAL_TLS"]),
        ({"temporal_address": "temporal:7233", "temporal_tls": True}, ["GREENLANE_TEMPORAL_API_KEY"]),
        ({"temporal_address": "temporal:7233", "temporal_tls": True, "temporal_api_key": "k"}, []),
        ({"database_url": "postgresql://u:p@db/x"}, ["GREENLANE_DATABASE_SSLMODE"]),
        ({"database_url": "postgresql://u:p@db/x?sslmode=require"}, ["GREENLANE_DATABASE_SSLMODE"]),
        ({"database_url": "postgresql://u:p@db/x?sslmode=verify-full"}, []),
        ({"database_url": "postgresql://u:p@db/x", "database_sslmode": "verify-full"}, []),
        ({"database_url": "postgresql://u:p@127.0.0.1/x", "kafka_bootstrap": "localhost:1"}, []),
        ({"webhook_url": "http://alerts.example/"}, ["GREENLANE_WEBHOOK_URL"]),
        ({"webhook_url": "https://alerts.example/"}, []),
        ({"smtp_host": "mail.example"}, ["GREENLANE_SMTP_STARTTLS"]),
        ({"smtp_host": "mail.example", "smtp_starttls": True}, []),
    ],
)
def test_what_is_insecure_in_production_alone(given: dict[str, object], variables: list[str]) -> None:
    settings = Settings.load(**given)
    assert [name for name, _ in setting_rules.insecure(settings)] == variables
    assert setting_rules.settings_secure(settings).ok
    production = settings.model_copy(update={"profile": "production"})
    check = setting_rules.settings_secure(production)
    assert check.ok is not bool(variables)
    assert all(name in str(check.remedy) for name in variables)
    assert "p@db" not in check.message


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog()


def test_calendars_that_end_within_ninety_days(shipped: Catalog) -> None:
    """Of the newest version; a day more and nothing is said."""
    last = max(each.last_day for each in shipped.calendars.values())
    for days, well in ((90, True), (89, False), (0, False), (-1, False)):
        check = catalogue_rules.calendars(shipped.calendars.values(), last - timedelta(days=days))
        assert check.ok is well
        assert "vn-public" in check.message
    assert "ended on" in catalogue_rules.calendars(shipped.calendars.values(), last + DAY).message


def test_a_department_without_a_head_and_a_role_that_nobody_holds(shipped: Catalog) -> None:
    """Who is alerted is reckoned from the ladders and the steps of the procedures in force."""
    day = date(2026, 4, 1)
    assert catalogue_rules.heads(shipped).ok
    assert catalogue_rules.roles(shipped, day, {"email"}).ok
    departments = tuple(
        each.model_copy(update={"roles": tuple(role for role in each.roles if role.role != "head")})
        if each.id == "culture"
        else each
        for each in shipped.province.departments
    )
    headless = replace(shipped, province=shipped.province.model_copy(update={"departments": departments}))
    check = catalogue_rules.heads(headless)
    assert not check.ok
    assert "culture" in check.message
    assert catalogue_rules.roles(headless, day, set()).ok
    told = catalogue_rules.roles(headless, day, {"webhook"})
    assert not told.ok
    assert "head (culture)" in told.message
    assert ("chairman-office", "head") in catalogue_rules.called_roles(shipped, day)


def test_long_lists_are_cut() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert (listed(list("abcdefg")), in_language(listed(list("abcdefg")), "vi")) == (
        "a, b, c, d, e and 2 more",
        "a, b, c, d, e và 2 mục khác",
    )


def test_the_order_is_that_of_the_list() -> None:
    checks = [work_rules.outbox(0, 0), machine_rules.python((3, 11, 1))]
    assert [check.id for check in in_order(checks)] == ["python", "outbox"]


def test_every_id_stands_in_the_operators_page() -> None:
    """And no other: programs rely on them."""
    section = PAGE.read_text(encoding="utf-8").split("## What the doctor looks at")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(IDS)


def test_an_unknown_error_tells_its_kind_and_never_its_text() -> None:
    check = failed("kafka", ValueError("password=hidden"))
    assert "ValueError" in check.message
    assert "hidden" not in str(check)
