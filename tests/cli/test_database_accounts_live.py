"""A live stack's accounts at the database: what each process was given, what it can do with it, and how people get one."""

from __future__ import annotations

import json
import urllib.request

import psutil
import psycopg
import pytest

from greenlane.settings import Settings
from greenlane.stack.folder import StateFolder
from greenlane.store_metrics import StoreMetrics
from store.database import Store
from tests.cli.program import LiveStack, Program
from tests.cli.test_commands_live import submitted

ROLES = ("owner", "worker", "bridge", "publisher", "reader", "operator")
PROCESSES = ("worker", "bridge", "publisher")
DENIED = psycopg.errors.InsufficientPrivilege


def url_given_to(stack: LiveStack, process: str) -> str:
    """The database as the process itself was told it."""
    folder = StateFolder(stack.state_dir)
    pid = folder.read(folder.process_file)[process]["pid"]
    return psutil.Process(pid).environ()["GREENLANE_DATABASE_URL"].replace("+psycopg", "")


@pytest.mark.parametrize("process", PROCESSES)
def test_who_takes_over_a_process_cannot_change_the_ledger(live_stack: LiveStack, live: Program, process: str) -> None:
    """With what lies in its memory: the trigger stays, and so does every row."""
    submitted(live, f"taken-over-{process}")
    for statement in (
        "ALTER TABLE ledger DISABLE TRIGGER ledger_append_only",
        "SET session_replication_role = replica",
        "UPDATE ledger SET body = '{}'",
        "DELETE FROM ledger",
        "TRUNCATE ledger",
        "ALTER TABLE ledger OWNER TO CURRENT_USER",
        "CREATE TABLE mine (word text)",
        "SELECT pg_read_file('PG_VERSION')",
    ):
        with psycopg.connect(url_given_to(live_stack, process)) as connection, pytest.raises(DENIED):
            connection.execute(statement.encode())


@pytest.mark.parametrize("process", ["worker", "publisher"])
def test_who_takes_over_a_process_reads_no_person(live_stack: LiveStack, live: Program, process: str) -> None:
    """Worker and publisher have no business in the vault."""
    submitted(live, f"person-{process}")
    for table in ("subjects", "entries", "documents", "texts", "indexes", "keys", "letters"):
        with psycopg.connect(url_given_to(live_stack, process)) as connection, pytest.raises(DENIED):
            connection.execute(f"SELECT * FROM vault.{table}".encode())


def test_the_publisher_can_tell_all_that_is_measured(live_stack: LiveStack) -> None:
    """A right that is missing would show as a page without numbers."""
    with urllib.request.urlopen(live_stack.addresses.metrics["publisher"], timeout=60) as page:
        told = page.read().decode()
    store = Store(live_stack.settings.database_url or "")
    families = list(StoreMetrics(store).collect())
    store.close()
    assert len(families) > 5
    for family in families:
        assert f"# TYPE {family.name} gauge" in told


def test_no_process_knows_another_account(live_stack: LiveStack) -> None:
    """Neither the owner's nor a colleague's password is in its environment."""
    urls = {process: url_given_to(live_stack, process) for process in PROCESSES}
    assert [psycopg.conninfo.conninfo_to_dict(url)["user"] for url in urls.values()] == [
        f"greenlane_{process}" for process in PROCESSES
    ]
    folder = StateFolder(live_stack.state_dir)
    for process in PROCESSES:
        environment = psutil.Process(folder.read(folder.process_file)[process]["pid"]).environ()
        assert "GREENLANE_DATABASE_OWNER_URL" not in environment
        # Who signs cannot write the ledger, and who writes the ledger cannot sign.
        assert ("GREENLANE_CHECKPOINT_KEY" in environment) == (process == "publisher")
        assert ("GREENLANE_MASTER_KEY" in environment) == (process == "bridge")
        texts = "\n".join(value for name, value in environment.items() if name != "GREENLANE_DATABASE_URL")
        for other, url in urls.items():
            password = str(psycopg.conninfo.conninfo_to_dict(url)["password"])
            assert password not in texts
            assert (password in environment["GREENLANE_DATABASE_URL"]) == (other == process)


@pytest.mark.parametrize("role", ROLES)
def test_each_account_is_handed_out(live: Program, role: str) -> None:
    """As a URL that the driver takes as it is, of the very account."""
    answer = live("access", "database", role)
    assert (answer.code, set(answer.json), answer.json["ok"]) == (0, {"ok", "url"}, True)
    with psycopg.connect(answer.json["url"]) as connection:
        row = connection.execute("SELECT current_user, current_database()").fetchone()
    assert row == ("greenlane" if role == "owner" else f"greenlane_{role}", "greenlane")


def test_production_hands_out_nothing(live: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the stack was started as."""
    monkeypatch.setenv("GREENLANE_PROFILE", "production")
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", "1")
    error = live("access", "database", "reader").error
    assert (error["code"], error["field"]) == ("access_refused", "GREENLANE_PROFILE")


def test_a_stack_in_production_hands_out_nothing(
    live_stack: LiveStack, live: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks cannot choose the profile: the running stack's own counts too."""
    read = StateFolder.read

    def in_production(self: StateFolder, file: object) -> dict[str, object]:
        content = read(self, file)  # type: ignore[arg-type]
        return content | {"profile": "production"} if file == self.stack_file else content

    monkeypatch.setattr(StateFolder, "read", in_production)
    assert live("access", "database", "reader").error["code"] == "access_refused"


def test_where_nothing_runs_there_is_no_access(greenlane: Program, tmp_path: object) -> None:
    """Nothing is started for it."""
    error = greenlane("access", "database", "reader", "--state-dir", str(tmp_path), "--json").error
    assert (error["code"], error["field"]) == ("access_refused", "GREENLANE_STATE_DIR")


def test_a_role_that_is_none(live: Program) -> None:
    """The roles are named."""
    error = live("access", "database", "postgres").error
    assert error["code"] == "usage"
    assert "publisher" in error["message"]


def test_verify_rebuild_and_the_rest_need_no_owner(live_stack: LiveStack, live: Program) -> None:
    """The command line is the operator: it is given nobody else's account."""
    assert live_stack.settings.database_url is not None
    assert "greenlane_operator:" in live_stack.settings.database_url
    assert "database_owner_url" not in json.dumps(live_stack.addresses.as_json())
    submitted(live, "by-the-operator")
    assert live("verify").json["ok"]
    assert live("rebuild", "--replace").code == 0
    assert live("republish").json["ok"]


def test_preparing_with_another_account_says_whose_is_needed(
    live_stack: LiveStack, greenlane: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`prepare` is the owner's."""
    for name, value in live_stack.settings.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["greenlane", "prepare"])
    answer = greenlane("prepare")
    assert answer.code == 2
    assert "GREENLANE_DATABASE_OWNER_URL" in answer.err
    assert Settings.load().database_owner_url is None
