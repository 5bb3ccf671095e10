"""Kafka's program files: fetched once by exact coordinates, used only with the digests of the lock file."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from jgo.maven import MavenContext
from requests import RequestException

from events.transport.backoff import Backoff
from greenlane.stack.errors import JarsUnavailableError
from wording.libraries import os_said
from wording.text import LazyText, _

LOCK_FILE = Path(__file__).with_name("kafka-jars.lock")
THREADS = 8
NETWORK_TIMEOUT_SECONDS = 20
RETRIES, RETRIES_MAX = Backoff(first_seconds=0.5, most_seconds=2.0, factor=4.0), 2
ABANDONED_AFTER_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock file."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name of its file, in the repository and in the cache."""
        return f"{self.artifact}-{self.version}.jar"

    @property
    def coordinates(self) -> str:
        """Group, artifact and version, as Maven writes them."""
        return f"{self.group}:{self.artifact}:{self.version}"

    def is_in(self, file: Path) -> bool:
        """Whether a file is this jar, by its digest."""
        try:
            with file.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == self.sha256
        except FileNotFoundError:
            return False


@dataclass(frozen=True, slots=True)
class Fetching:
    """One run of fetching: where to, of how many, who listens, and whether to give up."""

    folder: Path
    total: int
    tell: Callable[[int, int], None] | None
    stop: threading.Event

    def say(self, present: int) -> None:
        """Tell how much has been fetched."""
        if self.tell is not None:
            self.tell(present, self.total)


def locked_jars(lock_file: Path = LOCK_FILE) -> tuple[Jar, ...]:
    """The jars in the lock file's order, which is the class path's."""
    jars = []
    for line in lock_file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            coordinates, _, digest = line.partition(" sha256:")
            group, artifact, version = coordinates.split(":")
            jars.append(Jar(group, artifact, version, digest))
    return tuple(jars)


def fetch_jars(
    jars: Iterable[Jar],
    folder: Path,
    repository: str | None = None,
    tell: Callable[[int, int], None] | None = None,
    cancelled: threading.Event | None = None,
) -> list[Path]:
    """Make every jar present and verified in `folder`; what is there already is checked and kept.

    `tell` hears how many of how many are there. Raises JarsUnavailableError, naming the jar.
    """
    wanted = list(jars)
    job = Fetching(folder, len(wanted), tell, cancelled or threading.Event())
    staging: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        missing = [jar for jar in wanted if not jar.is_in(folder / jar.file_name)]
        if missing:
            _sweep(folder)
            staging = Path(tempfile.mkdtemp(prefix="fetching-", dir=folder))
            _fetch_missing(missing, _repository(staging, repository), job)
    except OSError as error:
        raise JarsUnavailableError(
            _("The folder {folder} for Kafka's jars cannot be used: {reason}.", folder=folder, reason=os_said(error)),
            field="GREENLANE_CACHE_DIR",
            remedy=_("Set GREENLANE_CACHE_DIR to a folder that this account can write, with 100 MB free."),
        ) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
    return [folder / jar.file_name for jar in wanted]


def _repository(staging: Path, url: str | None) -> MavenContext:
    # A staging folder of its own: jgo writes in place, so a file that it finds in its cache may be half of one.
    remote = None if url is None else {"configured": url.rstrip("/")}
    return MavenContext(repo_cache=staging, remote_repos=remote, timeout=NETWORK_TIMEOUT_SECONDS)


def _fetch_missing(missing: list[Jar], context: MavenContext, job: Fetching) -> None:
    present = job.total - len(missing)
    job.say(present)
    with ThreadPoolExecutor(THREADS) as pool:
        tasks = [pool.submit(_fetch, jar, context, job) for jar in missing]
        try:
            for task in as_completed(tasks):
                task.result()
                present += 1
                job.say(present)
        except BaseException:
            job.stop.set()  # Those that wait need not try; what has arrived stays for the next time.
            raise


def _fetch(jar: Jar, context: MavenContext, job: Fetching) -> None:
    if job.stop.is_set():
        return
    try:
        file = _download(jar, context)
    except (RequestException, RuntimeError) as error:
        raise JarsUnavailableError(
            _(
                "Kafka's jar {coordinates} could not be fetched: {reason}.",
                coordinates=jar.coordinates,
                reason=_reason(error),
            ),
            field=jar.coordinates,
            remedy=_(
                "Check the network (a proxy is taken from HTTPS_PROXY) and run it again: what has "
                "arrived is kept. A Maven mirror can be set in GREENLANE_JAR_REPOSITORY, an outside "
                "Kafka in GREENLANE_KAFKA_BOOTSTRAP."
            ),
        ) from error
    if not jar.is_in(file):
        raise JarsUnavailableError(
            _(
                "Kafka's jar {coordinates} came with other content than the one that was locked.",
                coordinates=jar.coordinates,
            ),
            field=jar.coordinates,
            remedy=_(
                "Something between here and the repository changed it: look at the proxy and at "
                "GREENLANE_JAR_REPOSITORY. It was not used."
            ),
        )
    file.replace(job.folder / jar.file_name)


def _download(jar: Jar, context: MavenContext) -> Path:
    """One jar, tried again when the network fails in between."""
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    for pause_seconds in RETRIES.pauses(RETRIES_MAX):
        try:
            return artifact.resolve()
        except RequestException:
            if artifact.cached_path is not None:
                artifact.cached_path.unlink(missing_ok=True)  # Half a file would be taken for the whole.
            time.sleep(pause_seconds)
    return artifact.resolve()


def _sweep(folder: Path) -> None:
    """Remove what killed runs left behind, not what another one is fetching now."""
    for staging in folder.glob("fetching-*"):
        if time.time() - staging.stat().st_mtime > ABANDONED_AFTER_SECONDS:
            shutil.rmtree(staging, ignore_errors=True)


def _reason(error: Exception) -> LazyText:
    """Short enough for one line: the libraries' messages repeat the address several times."""
    if isinstance(error, RequestException):
        return _("the repository does not answer ({name})", name=type(error).__name__)
    return _("the repository does not have it")
