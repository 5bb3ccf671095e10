"""Kafka's jars: only what the lock file says is used, and what is there is not fetched twice."""

from __future__ import annotations

import gc
import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from greenlane.stack import jars as room
from greenlane.stack.errors import JarsUnavailableError
from greenlane.stack.jars import Jar, fetch_jars, locked_jars

# jgo leaves the connection of an answer that it did not want to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

CONTENT = {f"part-{number}": f"jar number {number}".encode() * 500 for number in range(5)}
JARS = [Jar("org.example", name, "1.0", hashlib.sha256(content).hexdigest()) for name, content in CONTENT.items()]


class Repository(http.server.ThreadingHTTPServer):
    """A Maven repository with five jars; counts what is asked of it, and can be told to misbehave."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {f"/org/example/{name}/1.0/{name}-1.0.jar": content for name, content in CONTENT.items()}
        self.asked: list[str] = []
        self.cut_once: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Repository

    def do_GET(self) -> None:
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.path in self.server.cut_once:
            self.server.cut_once.discard(self.path)
            content = content[: len(content) // 2]
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def repository() -> Iterator[Repository]:
    with Repository() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
    gc.collect()


def test_the_lock_file_names_each_jar_once_with_its_digest() -> None:
    jars = locked_jars()
    assert len({jar.file_name for jar in jars}) == len(jars) == 46
    assert {jar.version for jar in jars if jar.group == "org.apache.kafka"} == {"4.1.0"}
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert "://" not in room.LOCK_FILE.read_text(encoding="utf-8")


def test_fetches_in_the_locks_order_and_tells_how_far(repository: Repository, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    files = fetch_jars(JARS, tmp_path / "jars", repository.url, lambda *progress: told.append(progress))
    assert [file.read_bytes() for file in files] == list(CONTENT.values())
    assert told == [(count, 5) for count in range(6)]
    assert sorted(file.name for file in (tmp_path / "jars").iterdir()) == sorted(jar.file_name for jar in JARS)


def test_what_is_there_is_kept_and_what_is_damaged_is_fetched_again(repository: Repository, tmp_path: Path) -> None:
    files = fetch_jars(JARS, tmp_path, repository.url)
    files[2].write_bytes(b"damaged")
    repository.asked.clear()
    fetch_jars(JARS, tmp_path, repository.url)
    assert repository.asked == ["/org/example/part-2/1.0/part-2-1.0.jar"]
    assert files[2].read_bytes() == CONTENT["part-2"]


def test_other_content_is_refused_by_name_and_the_rest_is_kept(repository: Repository, tmp_path: Path) -> None:
    path = "/org/example/part-4/1.0/part-4-1.0.jar"
    right = repository.files[path]
    repository.files[path] = b"something else"
    with pytest.raises(JarsUnavailableError) as caught:
        fetch_jars(JARS, tmp_path, repository.url)
    assert caught.value.field == "org.example:part-4:1.0"
    assert not (tmp_path / "part-4-1.0.jar").exists()
    repository.files[path] = right
    arrived = len(list(tmp_path.glob("*.jar")))
    repository.asked.clear()
    fetch_jars(JARS, tmp_path, repository.url)
    assert len(repository.asked) == 5 - arrived < 5


def test_a_connection_cut_in_the_middle_is_tried_again(repository: Repository, tmp_path: Path) -> None:
    repository.cut_once.add("/org/example/part-1/1.0/part-1-1.0.jar")
    assert len(fetch_jars(JARS, tmp_path, repository.url)) == 5


@pytest.mark.parametrize("away", ["refuses", "lacks"])
def test_a_repository_that_is_away_says_what_helps(
    monkeypatch: pytest.MonkeyPatch, repository: Repository, tmp_path: Path, away: str
) -> None:
    monkeypatch.setattr(room, "RETRIES_MAX", 0)
    repository.files.clear()
    with pytest.raises(JarsUnavailableError) as caught:
        fetch_jars(JARS, tmp_path, repository.url if away == "lacks" else "http://127.0.0.1:9")
    assert caught.value.field.startswith("org.example:part-")
    assert "GREENLANE_JAR_REPOSITORY" in caught.value.remedy
    assert list(tmp_path.glob("*")) == []


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JarsUnavailableError) as caught:
        fetch_jars(JARS, tmp_path / "file" / "cache")
    assert caught.value.field == "GREENLANE_CACHE_DIR"
