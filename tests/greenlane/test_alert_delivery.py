"""Alerts reach real receivers: once in effect, tried again after failures, and nobody waits for one."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from cases.dossier.decide import DOSSIERS
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import blank_dossier
from catalog.catalogue import Catalog
from events.language.case_events import ClockBreached
from events.language.topics import Topics
from events.transport.backoff import Backoff
from greenlane.alerts import AlertSender
from greenlane.settings import Settings
from store.database import Store
from store.dossiers import Dossiers
from store.recorder import Recorder
from tests.blocking import record_now
from tests.builders import MONDAY
from tests.cases.dossier.openings import DOSSIER_ID, a_submission, an_application, days, definitions
from tests.greenlane.receivers import Mailbox, MailServer, WebReceiver
from tests.presentation.letters.recorded import RecordedCase
from tests.presentation.letters.situations import the_catalog
from tests.settled_catalogue import SettledCatalogue
from tests.store.turn_builder import exhausted, review, rung

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CHANNELS = ("webhook", "email")
PATIENCE_SECONDS = 90.0


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A migrated and empty database."""
    opened = Store.connect(database_url, pool_size=4)
    yield opened
    opened.close()


@pytest.fixture
def fire(store: Store) -> Iterator[Callable[..., str]]:
    """Records a case in which a rung fires; the event's id."""
    recorder = Recorder(store, Topics("greenlane"), CHANNELS)

    def fired(number: int = 1, **change: Any) -> str:
        case = RecordedCase(recorder, number)
        case.open()
        breached = ClockBreached(clock_id="step:intake", due_at=MONDAY)
        _, record = case.tell(breached, rung("step:intake/breach").model_copy(update=change))
        return f"{case.case_id}.{record.sequence}"

    yield fired
    recorder.close()


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, int]]:
    """A mail server that is up."""
    mailbox = Mailbox()
    server = MailServer(mailbox)
    server.start()
    yield mailbox, server.port
    server.stop()


@asynccontextmanager
async def sending(store: Store, catalog: Catalog | None = None, **settings: Any) -> AsyncIterator[None]:
    """A sender at work."""
    sender = AlertSender(store, Settings(**settings), ZONE, SettledCatalogue(catalog or the_catalog()), lambda: MONDAY)
    task = asyncio.create_task(sender.serve(CHANNELS))
    try:
        yield
        assert not task.done(), task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fails after a while."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - it happens in a server, which tells no event
            await asyncio.sleep(0.02)


def owed(store: Store) -> list[tuple[str, int, str | None]]:
    """(channel, attempts, last error) of what is not delivered."""
    query = "SELECT channel, attempts, last_error FROM alerts WHERE delivered_at IS NULL ORDER BY channel"
    with store.reading() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(text(query))]


async def test_a_rung_reaches_web_and_mail_once(
    store: Store, fire: Callable[..., str], mail: tuple[Mailbox, int]
) -> None:
    """One request and one letter for each rung; the head of the step's department and the substitute are told."""
    mailbox, port = mail
    event_id = fire()
    with WebReceiver() as web:
        async with sending(store, webhook_url=web.url, smtp_host="127.0.0.1", smtp_port=port, language="en"):
            await until(lambda: not owed(store))
            # Another alert, delivered by a later look: what was delivered before is not sent again by it.
            later_id = fire(2)
            await until(lambda: not owed(store))
    assert [(post.key, post.body["id"]) for post in web.posts] == [(event_id, event_id), (later_id, later_id)]
    assert web.posts[0].body["audience"] == {"department": "one-stop", "role": "head", "held": True}
    (receivers, letter), (_, later) = mailbox.letters
    assert receivers == ("head@one-stop.bac-ninh.example", "deputy@one-stop.bac-ninh.example")
    assert later["Message-ID"] == f"<{later_id}@localhost>"
    assert letter["Message-ID"] == f"<{event_id}@localhost>"
    assert "H05.8-260302-0001" in letter["Subject"]
    assert "2026-03-09 09:00" in letter.get_content(), "times are the province's"


async def test_a_rung_of_a_joint_clock_is_told_too(store: Store, mail: tuple[Mailbox, int]) -> None:
    """A linked dossier's warnings and escalations go the same ways, to who holds the role where everything waits."""
    mailbox, port = mail
    recorder = Recorder(store, Topics("greenlane"), CHANNELS)
    known = definitions({"a": days(2)})
    Dossiers(store).keep(known)
    dossier = blank_dossier(DOSSIER_ID, known)
    command = a_submission([an_application("a")])
    for commands, at in (([command], command.received_at), ([], command.received_at + timedelta(days=30))):
        turn = DOSSIERS.take_turn(dossier, commands, at)
        assert turn is not None
        record_now(recorder, turn)
        for record in turn.records:
            dossier = evolve_dossier(dossier, record)
    recorder.close()
    fired = {f"{r.case_id}.{r.sequence}": r.event for r in turn.records if r.event.type == "DossierRungFired"}
    assert fired
    with WebReceiver() as web:
        settings = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_to": ("duty@example.org",), "language": "en"}
        async with sending(store, webhook_url=web.url, **settings):
            await until(lambda: not owed(store))
    assert {post.key for post in web.posts} == fired.keys()
    for post in web.posts:
        assert post.body["rung"]["rung"] == fired[post.key].rung
        assert post.body["dossier"] == DOSSIER_ID
        # The ladder of the test knows an `office` that no department has.
        assert post.body["audience"]["held"] is (post.body["audience"]["role"] != "office")
    told = "\n".join(letter.get_content() for _, letter in mailbox.letters)
    numbers = {key.rpartition(".")[2] for key, event in fired.items() if event.kind in ("breach", "escalation")}
    assert set(re.findall(r"greenlane dossier acknowledge D-1 (\S+)\s", told)) == numbers
    assert "Linked dossier D-1" in told


async def test_after_a_failure_the_same_is_sent_again(
    store: Store, fire: Callable[..., str], mail: tuple[Mailbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every attempt carries the same key, so that a receiver that took the first drops the second."""
    mailbox, port = mail
    mailbox.refusals = 1
    monkeypatch.setattr("store.alerts.REDELIVERY", Backoff(first_seconds=0.05, most_seconds=1.0))
    event_id = fire()
    with WebReceiver(503, 500) as web:
        async with sending(store, webhook_url=web.url, smtp_host="127.0.0.1", smtp_port=port):
            await until(lambda: not owed(store))
    assert [post.status for post in web.posts] == [503, 500, 204]
    assert {post.key for post in web.posts} == {event_id}
    assert len(mailbox.attempts) == 2
    assert {letter["Message-ID"] for letter in mailbox.attempts} == {f"<{event_id}@localhost>"}
    assert len(mailbox.letters) == 1


async def test_a_receiver_that_is_away_holds_up_no_other(
    store: Store, fire: Callable[..., str], mail: tuple[Mailbox, int]
) -> None:
    """The webhook's server is gone: mails go out, and the webhook's alerts are owed with the reason."""
    mailbox, port = mail
    for number in (1, 2, 3):
        fire(number)
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))  # and does not listen: nobody else can, either
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/alerts"
        async with sending(store, webhook_url=url, smtp_host="127.0.0.1", smtp_port=port):
            await until(lambda: len(mailbox.letters) == 3)
            await until(lambda: [error for _, _, error in owed(store)] == ["ConnectError"] * 3)
    assert {channel for channel, _, _ in owed(store)} == {"webhook"}


async def test_many_letters_at_once_are_one_that_lists_them_all(
    store: Store, fire: Callable[..., str], mail: tuple[Mailbox, int]
) -> None:
    """One mail to the same people; every alert is counted and named in it. The webhook still gets each by itself."""
    mailbox, port = mail
    ids = [fire(number) for number in range(1, 7)]
    fire(7, audience="officer")
    before = REGISTRY.get_sample_value("greenlane_alerts_delivered_total", {"channel": "email"}) or 0
    with WebReceiver() as web:
        async with sending(store, webhook_url=web.url, smtp_host="127.0.0.1", smtp_port=port, language="en"):
            await until(lambda: not owed(store))
    assert {post.key for post in web.posts} >= set(ids)
    assert len(web.posts) == 7
    digest = next(letter for _, letter in mailbox.letters if "6 alerts" in letter["Subject"])
    assert "6 × STEP LATE" in digest["Subject"]
    said = digest.get_content()
    assert all(f"H05.8-260302-{number:04}" in said for number in range(1, 7))
    assert len(mailbox.letters) == 2, "the officer's own letter beside it"
    assert REGISTRY.get_sample_value("greenlane_alerts_delivered_total", {"channel": "email"}) == before + 7


async def test_what_cannot_be_sent_at_all_stops_nothing(
    store: Store, fire: Callable[..., str], mail: tuple[Mailbox, int]
) -> None:
    """An address that is none is a failed attempt, never the end of the sender; line breaks in a step's id are harmless."""
    mailbox, port = mail
    fire(1, step_id="first\nBcc: everybody@example.org")
    async with sending(store, webhook_url="http://host/\x00", smtp_host="127.0.0.1", smtp_port=port):
        await until(lambda: len(mailbox.letters) == 1)
        await until(lambda: [(channel, error) for channel, _, error in owed(store)] == [("webhook", "InvalidURL")])
    ((receivers, letter),) = mailbox.letters
    assert letter["Bcc"] is None
    assert "everybody@example.org" not in receivers


async def test_a_role_that_nobody_holds_is_an_alert_of_its_own(
    store: Store, fire: Callable[..., str], mail: tuple[Mailbox, int]
) -> None:
    """The letter goes to the installation's own address and says so; the metric counts it."""
    mailbox, port = mail
    fire(1, audience="night-watch")
    labels = {"department": "one-stop", "role": "night-watch"}
    before = REGISTRY.get_sample_value("greenlane_audience_unresolved_total", labels) or 0
    with WebReceiver() as web:
        settings = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_to": ("duty@example.org",)}
        async with sending(store, webhook_url=web.url, **settings):
            await until(lambda: not owed(store))
    ((receivers, letter),) = mailbox.letters
    assert receivers == ("duty@example.org",)
    assert "nobody who holds that role" in " ".join(letter.get_content().split())
    assert web.posts[0].body["audience"]["held"] is False
    assert REGISTRY.get_sample_value("greenlane_audience_unresolved_total", labels) == before + 2


async def test_with_nobody_to_tell_the_letter_stays_owed(
    store: Store, fire: Callable[..., str], mail: tuple[Mailbox, int]
) -> None:
    """No holder and no address of the installation: nothing is lost, somebody can still name an address."""
    mailbox, port = mail
    fire(1, audience="night-watch")
    with WebReceiver() as web:
        async with sending(store, webhook_url=web.url, smtp_host="127.0.0.1", smtp_port=port):
            await until(lambda: [(c, e) for c, _, e in owed(store)] == [("email", "OSError")])
    assert not mailbox.letters


async def test_an_alert_names_the_department_whose_role_it_is(store: Store, fire: Callable[..., str]) -> None:
    """A step of the culture department that is told to the chairman's office is for that office, not for the department."""
    fire(1, audience="chairman-office", department="culture", kind="escalation", level=3)
    fire(2, audience="lead-head", department="police", kind="escalation", level=2)
    fire(3, audience="head", department="culture")
    with WebReceiver() as web:
        async with sending(store, webhook_url=web.url):
            await until(lambda: len(web.posts) == 3)
    told = {(post.body["audience"]["department"], post.body["audience"]["role"]) for post in web.posts}
    assert told == {("chairman-office", "chairman-office"), ("culture", "lead-head"), ("culture", "head")}
    assert {post.body["rung"]["department"] for post in web.posts} == {"culture", "police"}, "whose step it is"


async def test_duties_that_no_clock_tells_of_are_delivered(
    store: Store, fire: Callable[..., str], mail: tuple[Mailbox, int]
) -> None:
    """A suspension to be reviewed goes to the head of its department, a calendar's end to the one-stop centre's."""
    mailbox, port = mail
    recorder = Recorder(store, Topics("greenlane"), CHANNELS)
    case = RecordedCase(recorder)
    case.open()
    keys = [f"{case.case_id}.{record.sequence}" for record in case.tell(review("health"), exhausted())]
    recorder.close()
    with WebReceiver() as web:
        async with sending(store, webhook_url=web.url, smtp_host="127.0.0.1", smtp_port=port, language="en"):
            await until(lambda: not owed(store))
    told = {post.body["type"]: (post.key, post.body["audience"]["department"]) for post in web.posts}
    assert told == {
        "vn.greenlane.SuspensionReviewDue": (keys[0], "health"),
        "vn.greenlane.CalendarExhausted": (keys[1], "one-stop"),
    }
    letters = {receivers[0]: letter.get_content() for receivers, letter in mailbox.letters}
    assert "To: the head, Department of Health" in letters["head@health.bac-ninh.example"]
    assert "calendar applied that reaches further" in letters["head@one-stop.bac-ninh.example"]


def having_language(department_id: str, language: str) -> Catalog:
    """The catalogue in which the holders of that department read one language."""
    catalog = the_catalog()
    departments = tuple(
        department.model_copy(
            update={"roles": tuple(r.model_copy(update={"language": language}) for r in department.roles)}
        )
        if department.id == department_id
        else department
        for department in catalog.departments.values()
    )
    return replace(catalog, province=catalog.province.model_copy(update={"departments": departments}))


async def test_each_is_written_to_in_the_own_language_and_a_webhook_has_both(
    store: Store, fire: Callable[..., str], mail: tuple[Mailbox, int]
) -> None:
    """The one-stop centre reads English, the others both; many letters are one in that language too."""
    for number in range(1, 6):
        fire(number)
    fire(6, audience="chairman-office")
    with WebReceiver() as web:
        settings = {"webhook_url": web.url, "smtp_host": "127.0.0.1", "smtp_port": mail[1]}
        async with sending(store, having_language("one-stop", "en"), **settings):
            await until(lambda: not owed(store))
    letters = {receivers[0].partition("@")[2]: letter for receivers, letter in mail[0].letters}
    one_stop, chairman = letters["one-stop.bac-ninh.example"], letters["chairman-office.bac-ninh.example"]
    assert (one_stop["Content-Language"], chairman["Content-Language"]) == ("en", "vi, en")
    assert "Kính gửi" not in one_stop.get_content()
    assert "Kính gửi: Lãnh đạo Văn phòng Ủy ban nhân dân tỉnh" in chairman.get_content()
    assert "To: the head, Office of the provincial People's Committee" in chairman.get_content()
    told = web.posts[0].body["letter"]
    assert told["subject"]["vi"].startswith("[Greenlane] BƯỚC CHẬM: H05.8-")
    assert told["subject"]["en"].startswith("[Greenlane] STEP LATE: H05.8-")
    assert told["text"].keys() == {"vi", "en"}
