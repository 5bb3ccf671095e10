"""Whoever is refused something reads why, and what to do, in the language asked for; Vietnamese where none is."""

from __future__ import annotations

import ast
import importlib
import re
import string
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import typer
from temporalio.service import RPCError, RPCStatusCode

import catalog.texts
import events.language.refusals
import sla.texts
from audit.crew import ProcessLost
from audit.proof import errors as proof
from audit.proof.witness import WitnessUnusable
from catalog.errors import CatalogError, CatalogInvalid, PolicyInvalid, Problem, UnknownDefinition
from catalog.errors import NotInForce as DefinitionNotInForce
from catalog.value_texts import _MESSAGES, _REMEDIES, value_message, value_remedy
from eventlog.errors import LogMalformedError, Place
from events.language.messages import MessageError, message_error_of
from events.transport import errors as transport
from greenlane.errors import StackError
from greenlane.probing.troubles import CLASSES, KAFKA, WORDS, Trouble
from greenlane.speaking.failure import InterruptedRunError, explained
from greenlane.stack.errors import for_relaying, relayed
from greenlane.stack.folder import folder_error
from presentation.remedies import remedy_of
from services.acknowledging import NoSuchAlertError, numbered
from services.checkpoints import KeyNotLostError, NoSigningKeyError, NotSignedYetError
from sla.errors import SlaError
from store import errors as store
from tests.cli.command_page import PAGE
from tests.cli.program import Program
from tests.services.test_acknowledging import waiting
from wording.catalogue import read
from wording.errors import GreenlaneError
from wording.files import written_file
from wording.text import Bilingual, _, in_language

ROOT = Path(__file__).parents[2]
CORE = ("wording", "sla", "catalog", "cases", "events")
ROOMS = (*CORE, "presentation", "intake", "store", "audit", "eventlog", "services", "greenlane")
SOURCES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
TREES = (SlaError, CatalogError, GreenlaneError, store.StoreError, transport.TransportError, MessageError)
TABLES = {
    "sla": sla.texts.TEXTS,
    "catalog": catalog.texts.TEXTS,
    "refusals": events.language.refusals.TEXTS,
}
ALLOWED = {
    # class: why its sites need no text of ours
    "GreenlaneError": "a root: only what is below it is raised",
    "StackError": "a root; raised only as a relay of what another process said, in both languages",
    "ServerUnusableError": "a root: only what is below it is raised",
    "CatalogError": "a root: only what is below it is raised",
    "SlaError": "a root: only what is below it is raised",
    "StoreError": "a root: only what is below it is raised",
    "TransportError": "a root: only what is below it is raised",
    "UnknownDefinition": "a root: only what is below it is raised",
    "NotInForce": "a root: only what is below it is raised",
    "LogError": "a root: only what is below it is raised",
    "RefusedError": "says what the refusal says, which has both languages",
    "ServiceError": "a root: only what is below it is raised",
    "ProofError": "a root: only what is below it is raised",
    "UnnamedError": "a root: only what is below it is raised",
    "DossierFileError": "says what the faults of the file say",
}
"""No class is here because it speaks English only."""
TECHNICAL = {
    "{file}{where}: {reason}": "only gaps: what fills them has both languages",
    "{file}:{line}:{column}: {place}: {text}": "only gaps",
    "{variable}: {reason}.": "only gaps",
    "{text}.": "only gaps",
    " 24:00": "a time of day",
}
"""Texts that hold no words of ours."""


@pytest.fixture(scope="module", autouse=True)
def _all_loaded() -> None:
    """A class is in its tree when its module was imported."""
    for file in SOURCES:
        if re.search(r"^class \w+\(\w*Error\):", file.read_text(encoding="utf-8"), re.MULTILINE):
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def is_vietnamese(text: str) -> bool:
    """Whether a letter that English does not have stands in it."""
    return any(ord(letter) > 127 and unicodedata.name(letter, "").startswith("LATIN") for letter in text)


def classes(root: type) -> Iterator[type]:
    """A tree of errors, whole."""
    yield root
    for kind in root.__subclasses__():
        yield from classes(kind)


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("room", "key"), [(room, key) for room, table in TABLES.items() for key in table], ids=str)
def test_every_text_is_there_in_both_languages(room: str, key: str) -> None:
    """Message and remedy apart, each with Vietnamese letters, with the same gaps, and ended as a sentence."""
    for en in TABLES[room][key]:
        vi = in_language(en, "vi")
        assert en != vi
        assert is_vietnamese(vi), vi
        assert not is_vietnamese(en), en
        assert all(text.endswith((".", "?", "{faults}")) for text in (en, vi))
        assert gaps(en) == gaps(vi)


def test_every_text_of_time_and_catalogue_is_said_somewhere() -> None:
    """A key that nothing asks for goes, one that is asked for exists (`of` would fail with a KeyError)."""
    said = {
        node.value
        for file in SOURCES
        if file.name != "texts.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for room in ("sla", "catalog"):
        assert set(TABLES[room]) <= said, set(TABLES[room]) - said


def _samples() -> Iterator[BaseException]:
    """One of every class that makes its own text, and of every library's error that a command may meet."""
    for kind in classes(SlaError):
        yield kind.of("no_window", field="weekly")
    for kind in classes(UnknownDefinition):
        yield kind("karaoke", ["karaoke-licence", "karaoke-2"])
        yield kind("xyz", ())
    for kind in classes(DefinitionNotInForce):
        yield kind("karaoke", date(2020, 1, 1), [(date(2026, 1, 1), None)])
        yield kind("karaoke", date(2020, 1, 1), [])
    yield CatalogInvalid([Problem.of("tab", "yaml_syntax", "a.yaml", (1, 2))])
    yield CatalogInvalid([Problem.of("tab", "yaml_syntax", "a.yaml", (line, 2)) for line in (1, 2)])
    for lines in ((1,), (1, 2)):
        yield PolicyInvalid([Problem.of("tab", "yaml_syntax", "a.yaml", (line, 2)) for line in lines])
    yield store.StoreUnavailable(reason="it is stopping")
    yield store.StoreNotMigrated(reason="it has no tables")
    yield store.StoreNewer(found="0099", known="0006")
    yield store.RecorderClosed()
    yield from _vault_samples()
    yield store.LedgerBehind(case_id="case-1", expected_sequence=3, last_sequence=1)
    yield store.MalformedTurn(case_id="case-1", reason="empty")
    yield from (store.DefinitionsUnknown(digest="0"), store.DefinitionsUnknown(stream_id="case-1"))
    yield store.LedgerRowBroken(case_id="case-1", sequence=1)
    yield store.CheckpointUnreadable(number=1)
    yield store.LeavesCut(log="events", size=2, signed=3)
    yield from _proof_samples()
    unusable = WitnessUnusable(_("{source} holds no checkpoint.", source="file"))
    yield from (NoSigningKeyError(), NotSignedYetError(), KeyNotLostError(key_id="0"), unusable)
    yield ProcessLost(ended=-9)
    yield transport.KafkaAwayError(bootstrap="h:1", reason="NoBrokersAvailable")
    yield transport.TopicMissingError(topic="t")
    yield transport.MessageTooLargeError(topic="t", size_bytes=2, limit_bytes=1)
    yield transport.NotPermittedError(what="this account", reason="r")
    yield transport.RequestRefusedError(what="a topic", reason="r")
    yield transport.SendFailedError(topic="t", reason="r")
    yield transport.ClusterReplacedError(remembered="a", found="b")
    yield transport.LetterUnknownError(topic="t", letter_id="1")
    yield transport.LetterSealedError(reference="letter-1", reason=_("there is no master key here"))
    yield transport.LetterErasedError(reference="letter-1")
    yield transport.LetterWithoutContentError(letter_id="1", origin="t-0-1")
    yield transport.Unavailable("PostgreSQL")
    yield MessageError("case", value_message("missing", {"msg": "Field required"}))
    yield MessageError("case", value_message("not_listed", {"msg": "Input is odd"}))
    yield InterruptedRunError()
    for items in ([], [waiting("step:a", 1)]):
        with pytest.raises(NoSuchAlertError) as caught:
            numbered(items, {}, "H05.8-260302-0001", 17)
        caught.value.remedy = remedy_of(caught.value)
        yield caught.value
    yield LogMalformedError(
        Path("a.xes"), Bilingual("no end.", "chưa hết."), remedy=Bilingual("Mend.", "Sửa."), place=Place(1, 2, 3)
    )
    for kind in CLASSES:
        gaps = {name: name for name in re.findall(r"{(\w+)}", "".join(WORDS[kind])) if name not in KAFKA.variables}
        yield Trouble(kind, "h:1", gaps).error(KAFKA)
    yield folder_error(Path("state"), PermissionError(13, "Permission denied"))
    yield typer.BadParameter("Missing option.")
    yield RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
    yield ZeroDivisionError("by hand")


def _vault_samples() -> Iterator[store.StoreError]:
    yield store.MasterKeyMissing()
    yield store.VaultInClear()
    yield store.MasterKeyWrong(key_id="k1")
    yield store.MasterKeyUnknown(key_id="k1")
    yield store.KeyServiceUnavailable(reason="no")
    yield store.VaultValueBroken(column="entries.sealed", row_key="case-1")


def _proof_samples() -> Iterator[proof.ProofError]:
    yield proof.KeyUnreadable(field="key.pem", private=True)
    yield proof.KeyEncrypted(field="key.pem")
    yield proof.KeyOfAnotherKind(field="key.pem", kind="RSA")
    yield proof.KeyNotHandedOver(key_id="0", signed_by="1")
    yield proof.CheckpointBroken(number=1, what="its signature")
    yield proof.LeavesBroken(log="events", size=2)
    yield proof.EvidenceBroken(stream_id="case-1", sequence=2)
    yield proof.NotCoveredYet(stream_id="case-1")


@pytest.mark.parametrize("error", [pytest.param(e, id=f"{type(e).__name__}-{n}") for n, e in enumerate(_samples())])
def test_every_error_is_told_in_the_language_asked_for(error: BaseException) -> None:
    """Code and field stay; message and remedy are others, and neither repeats the other."""
    vi, en = explained(error, "vi"), explained(error, "en")
    assert (vi["code"], vi["field"]) == (en["code"], en["field"])
    for name in ("message", "remedy"):
        assert vi[name] != en[name]
        assert is_vietnamese(vi[name]), vi[name]
        assert not is_vietnamese(en[name]), en[name]
    for body in (vi, en):
        assert body["remedy"] not in body["message"]
        assert not body["message"].startswith(f"{body['field']}:") or not body["field"]


def _constructions() -> Iterator[tuple[str, str, ast.Call]]:
    """Every place at which an error of the trees, or of the command line's library, is made of texts."""
    names = {kind.__name__ for root in TREES for kind in classes(root)} | {"BadParameter", "Unavailable"}
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                owner = getattr(getattr(node.func, "value", None), "id", "")
                if called in names:
                    yield called, f"{file.relative_to(ROOT)}:{node.lineno}", node
                elif called in ("of", "outside") and owner in names:
                    yield owner, f"{file.relative_to(ROOT)}:{node.lineno}", node


NAMED_FIRST = ("MessageError", "Unavailable")
"""Their first text is the name of a field, or of a server."""


PLACES_OF_TEXTS = {"Problem": (4, 6), "problem": (1, 3)}
"""Of a fault's message and remedy among what it is made of."""


def test_no_error_is_made_of_an_english_text_alone() -> None:
    """Whoever raises one gives both languages, and a remedy where the class has none of its own."""
    faults = []
    for name, place, call in _constructions():
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("of", "outside"):
            continue
        texts = call.args[1:] if name in NAMED_FIRST else call.args
        texts = [*texts, *(word.value for word in call.keywords if word.arg == "remedy")]
        if any(
            isinstance(t, ast.JoinedStr) or (isinstance(t, ast.Constant) and isinstance(t.value, str)) for t in texts
        ):
            faults.append(f"{place} {name}")
    assert not faults


def test_no_fault_of_a_file_is_told_in_english_alone() -> None:
    """Neither what is wrong at the place nor what helps: both reach whoever wrote the file."""
    faults = []
    for file in SOURCES:
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or any(isinstance(text, ast.Starred) for text in call.args):
                continue  # both come from a table
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            first, last = PLACES_OF_TEXTS.get(name, (0, 0))
            if any(isinstance(text, ast.JoinedStr | ast.Constant) for text in call.args[first:last]):
                faults.append(f"{file.relative_to(ROOT)}:{call.lineno}")
    assert not faults


def test_every_class_of_errors_is_looked_at() -> None:
    """Each is a sample above, is made of both languages somewhere, or is on the list of those that need no text."""
    sampled = {type(error).__name__ for error in _samples()}
    made = {name for name, _, _ in _constructions()}
    every = {
        kind.__name__: kind
        for root in TREES
        for kind in classes(root)
        if kind.__module__.split(".")[0] in ROOMS  # a test may have made one of its own
    }
    assert sorted(every.keys() - sampled - made - ALLOWED.keys()) == []
    assert ALLOWED.keys() <= every.keys()
    page = PAGE.read_text(encoding="utf-8").split("And of what keeps a command from being tried:")[1]
    codes = {str(getattr(kind, "code", "")) for kind in every.values()} | {
        "usage",
        "unavailable",
        "temporal_refused",
        "defect",
    }
    assert set(re.findall(r"`(\w+)`", page)) <= codes
    named = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    told = {str(getattr(kind, "code", "")) for name, kind in every.items() if name not in ALLOWED} - {""}
    assert sorted(told - named) == []


PLAIN = {"After", "Green", "Green: {at}", "Namespace in Temporal.", "done"}
"""Their Vietnamese has no letter that only Vietnamese has."""


def test_every_text_of_the_catalogue_is_a_translation() -> None:
    """Another text, with Vietnamese letters."""
    translated = [message for message in read(written_file("vi")) if message.id]
    for message in translated:
        en, vi = (text if isinstance(text, str) else text[0] for text in (message.id, message.string))
        if en in {*TECHNICAL, *PLAIN} or not re.search(r"[^\W\d_]", re.sub(r"\{.*?\}", "", vi)):
            continue
        assert is_vietnamese(vi), vi
        assert en != vi
        assert message.context == "source" or not is_vietnamese(en.replace("đồng", "")), en
    assert len(translated) > 1000


def test_findings_of_pydantic_are_told_in_vietnamese() -> None:
    """Also one that the table does not know; the English is pydantic's own."""
    for kind in (*_MESSAGES, *_REMEDIES, "never_heard_of"):
        for said in (value_message(kind, {"msg": "Input should be otherwise"}), value_remedy(kind)):
            assert is_vietnamese(in_language(said, "vi"))
            assert not is_vietnamese(said)


def test_an_error_of_the_stack_keeps_both_languages_on_its_way() -> None:
    """A stack that a command started tells it through a pipe why it does not come up."""
    error = folder_error(Path("state"), PermissionError(13, "Permission denied"))
    again = relayed(for_relaying(error))
    assert isinstance(again, StackError)
    assert (explained(again, "vi"), explained(again, "en")) == (explained(error, "vi"), explained(error, "en"))


@pytest.mark.parametrize("words", [("--lang", "vi"), ("--lang=vi",)])
def test_the_option_decides_and_the_setting_where_there_is_none(greenlane: Program, words: tuple[str, ...]) -> None:
    """An instant without its offset: one sentence, without the field and the remedy, which stand beside it."""
    command = ("calendar", "add", "--at", "2026-03-02", "--amount", "1", "--unit", "hours", "--json")
    en, vi = greenlane(*command).error, greenlane(*command, *words).error
    assert en["message"] == "2026-03-02 has no offset from UTC."
    assert vi["message"] == "2026-03-02 không có độ lệch so với UTC."
    assert is_vietnamese(vi["remedy"])
    assert (en["code"], en["field"]) == (vi["code"], vi["field"]) == ("naive_instant", "at")


def test_vietnamese_is_what_is_spoken_unasked(greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without option and setting, for our own refusals, the catalogue's, settings and what the library finds."""
    monkeypatch.delenv("GREENLANE_LANGUAGE")
    for command in (
        ("due", "karaoke-licens", "--at", "2026-03-02T09:00:00+07:00"),
        ("due", "karaoke-licence", "--at", "2019-03-02T09:00:00+07:00"),
        ("submit", "no-such-file.yaml"),
        ("cases", "--nonsense"),
        ("classify", "karaoke-licence", "--fact", "nonsense"),
    ):
        error = greenlane(*command, "--json").error
        assert is_vietnamese(error["message"]), error
        assert is_vietnamese(error["remedy"]), error
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", "none")
    error = greenlane("settings", "--json").error
    assert error["code"] == "invalid_setting"
    assert is_vietnamese(error["message"])


def test_what_a_message_lacks_is_told_in_both_languages() -> None:
    """The data of a command are checked as those of a message are."""
    from pydantic import BaseModel, ValidationError  # noqa: PLC0415

    class Data(BaseModel):
        case: str
        step: str

    with pytest.raises(ValidationError) as caught:
        Data.model_validate({})
    error = message_error_of(caught.value)
    assert explained(error, "en")["message"] == "Field required (and 1 more)."
    assert explained(error, "vi")["message"] == "Thiếu trường này (và 1 lỗi khác)."
