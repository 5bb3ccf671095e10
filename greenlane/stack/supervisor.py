"""Start the parts of a stack in order, watch them, start again what dies, and stop all in the opposite order."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import psutil

from events.transport.backoff import Backoff
from greenlane.addresses import StackAddresses
from greenlane.errors import ServerUnusableError, StackError
from greenlane.probing.outside import probe_outside
from greenlane.settings import Settings
from greenlane.stack.accounts import kafka_account, settings_of
from greenlane.stack.child import Child, ProcessList, describe_exit, failure, has_room
from greenlane.stack.credentials import OPERATOR, OWNER, Credentials
from greenlane.stack.errors import StartCancelledError, StartFailedError
from greenlane.stack.folder import StateFolder, folder_error
from greenlane.stack.kafka import Kafka
from greenlane.stack.keys import with_keys
from greenlane.stack.member import Member, OwnProcess, ProcessSpec
from greenlane.stack.ports import Ports
from greenlane.stack.postgres import Postgres
from greenlane.stack.progress import Progress, Silent
from greenlane.stack.temporal import Temporal
from wording.libraries import os_said
from wording.text import LazyText, _, joined, layout

POLL_SECONDS = 0.1
RESTART = Backoff(first_seconds=0.5, most_seconds=30.0, jitter=0.0)
"""Without chance: nobody else starts these, and the pause is told beforehand."""
STEADY_SECONDS = 60.0
"""A part that worked this long has its back-off forgiven."""
ATTEMPTS_AT_START = 3
SETTLE_SECONDS = 1.0
"""A process without a probe counts as working when it lived this long."""

Prepare = Callable[[Settings], LazyText | None]
"""Makes ready what our processes need; what is to be told of it comes back."""

PREPARING: Final = _("preparing")
STARTING: Final = _("starting")


@dataclass(slots=True)
class Watched:
    """A part with its running process; the instants are of the monotonic clock."""

    member: Member
    child: Child | None = None
    started_at: float = 0.0
    working: bool = False
    failures: int = 0
    retry_at: float = 0.0
    died_at: float = 0.0


class Supervisor:
    """One embedded stack. `start`, `watch` and `stop` belong in the main thread.

    The kernel ends our children when the thread that started them ends; that is how a killed supervisor leaves none.
    """

    def __init__(
        self,
        settings: Settings,
        processes: Sequence[ProcessSpec] = (),
        prepare: Prepare | None = None,
        progress: Progress | None = None,
        stop_wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings = self._settings_of_ours = settings
        self.folder = StateFolder(settings.state_dir)
        self.addresses: StackAddresses | None = None
        self._specs = tuple(processes)
        self._prepare = prepare
        self._progress = progress or Silent()
        self._register = ProcessList(self.folder)
        self._watched: list[Watched] = []
        self._stop_wanted = stop_wanted
        self._cancelled = threading.Event()

    def start(self) -> StackAddresses:
        """Bring everything up. Raises a StackError and leaves nothing behind when it cannot."""
        self.folder.prepare(self.settings.min_free_disk_mb)
        self.folder.hold()
        try:
            self.folder.stack_file.unlink(missing_ok=True)
            ended = self._register.end_leftovers()
            if ended:
                names = ", ".join(ended)
                self._progress.say(_("ended what a killed start had left: {names}", names=names))
            self._publish(ready=False)
            ours = {spec.name for spec in self._specs}
            self._settings_of_ours = with_keys(self.settings, ours, self.folder, self._progress)
            probe_outside(self.settings)
            return self._bring_up(Ports(self.folder))
        except BaseException as error:
            explained = self._full_disk(error) or self._unusable(error)
            self.stop()
            if explained is not None:
                raise explained from error
            raise

    def _full_disk(self, error: BaseException) -> StackError | None:
        """A full disk by its own name, whoever met it: Kafka goes away then, and PostgreSQL refuses."""
        is_explained = isinstance(error, StackError) and not isinstance(error, StartFailedError | ServerUnusableError)
        if is_explained or not isinstance(error, Exception) or has_room(self.folder.path):
            return None
        return folder_error(self.folder.path, OSError(errno.ENOSPC, ""))

    def _unusable(self, error: BaseException) -> StackError | None:
        """A file in the folder that cannot be used, such as a log that another account left there."""
        if not isinstance(error, OSError) or not isinstance(error.filename, str | os.PathLike):
            return None
        file = Path(error.filename)
        return folder_error(file, error) if file.is_relative_to(self.folder.path) else None

    def _bring_up(self, ports: Ports) -> StackAddresses:
        settings = self.settings
        postgres = temporal = kafka = None
        servers: list[Member] = []
        if settings.temporal_address is None:
            ui_port = ports.of("temporal_ui_port", settings.temporal_ui_port) if settings.temporal_ui else None
            temporal = Temporal(settings, self.folder, ports.of("temporal_port", settings.temporal_port), ui_port)
            servers.append(temporal)
        if settings.database_url is None:
            postgres = Postgres(settings, self.folder, ports.of("postgres_port", settings.postgres_port))
            servers.append(postgres)
        if settings.kafka_bootstrap is None:
            kafka_port = ports.of("kafka_port", settings.kafka_port)
            controller_port = ports.of("kafka_controller_port", settings.kafka_controller_port)
            kafka = Kafka(settings, self.folder, kafka_port, controller_port, self._cancelled)
            servers.append(kafka)
        metrics_ports = self._metrics_ports(ports)
        self._start_servers(servers)
        addresses = StackAddresses(
            temporal_address=temporal.address if temporal else str(settings.temporal_address),
            kafka_bootstrap=kafka.address if kafka else str(settings.kafka_bootstrap),
            database_url=postgres.url if postgres else str(settings.database_url),
            temporal_ui=temporal.ui_address if temporal else None,
        )
        return self._start_ours(addresses, metrics_ports)

    def _metrics_ports(self, ports: Ports) -> list[int]:
        base = self.settings.metrics_port
        return [
            ports.of("metrics_port", base + place) if base else ports.of(f"metrics_port_{spec.name}", 0)
            for place, spec in enumerate(self._specs)
        ]

    def _start_servers(self, servers: Sequence[Member]) -> None:
        """Prepare all at the same time, and start each as soon as it is prepared."""
        doing: dict[str, str] = {member.title: PREPARING for member in servers}

        def report(member: Member, what: str) -> None:
            doing[member.title] = what
            told_of = [layout("{title}: {text}", title=title, text=text) for title, text in doing.items()]
            self._progress.doing(joined("; ", told_of))

        def teller(member: Member) -> Callable[[str], None]:
            return lambda what: report(member, what)

        began = time.monotonic()
        pool = ThreadPoolExecutor(max(1, len(servers)))
        try:
            waiting = {pool.submit(member.prepare, teller(member)): Watched(member) for member in servers}
            while waiting or any(not watched.working for watched in self._watched):
                self._launch_prepared(waiting)
                for watched in self._watched:
                    if not watched.working and self._came_up(watched):
                        doing.pop(watched.member.title)
                        seconds = f"{time.monotonic() - began:.1f}"
                        self._progress.done(
                            _("{title} works after {seconds} s", title=watched.member.title, seconds=seconds)
                        )
                for watched in self._watched:
                    if not watched.working:
                        report(watched.member, STARTING)
                self._pause()
        except BaseException:
            self._cancelled.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _pause(self) -> None:
        time.sleep(POLL_SECONDS / 2)
        if self._stop_wanted():
            raise StartCancelledError(_("Stopped before everything had been started."))

    def _launch_prepared(self, waiting: dict[Future[None], Watched]) -> None:
        for future in [future for future in waiting if future.done()]:
            watched = waiting.pop(future)
            future.result()
            self._watched.append(watched)
            self._launch(watched)

    def _start_ours(self, addresses: StackAddresses, metrics_ports: Sequence[int]) -> StackAddresses:
        credentials = Credentials.of(self.folder)
        if self.settings.kafka_bootstrap is None:
            operator = kafka_account(OPERATOR)
            addresses = replace(addresses, kafka_username=operator, kafka_password=credentials.kafka(operator))
        if self._prepare is not None:
            self._progress.doing(_("preparing topics and tables"))
            told = self._prepare(settings_of(OWNER, self._settings_of_ours, addresses, credentials))
            if told is not None:
                self._progress.say(told)
            self._progress.done(_("topics and tables are ready"))
        metrics = {}
        ours = []
        for spec, port in zip(self._specs, metrics_ports, strict=True):
            own_settings = settings_of(spec.name, self._settings_of_ours, addresses, credentials)
            process = OwnProcess(spec, own_settings, self.folder, port)
            if spec.has_metrics:
                metrics[spec.name] = process.metrics_url
            watched = Watched(process)
            self._watched.append(watched)
            self._launch(watched)
            ours.append(watched)
        while missing := [watched for watched in ours if not watched.working and not self._came_up(watched)]:
            names = ", ".join(watched.member.title for watched in missing)
            self._progress.doing(_("starting {names}", names=names))
            self._pause()
        if ours:
            names = ", ".join(watched.member.title for watched in ours)
            self._progress.done(_("{names} work", names=names))
        self.addresses = replace(addresses, metrics=metrics)
        self._publish(ready=True)
        return self.addresses

    def _launch(self, watched: Watched) -> None:
        watched.child = Child(watched.member.command())
        watched.started_at = time.monotonic()
        watched.working = False
        self._register.add(watched.child)

    def _came_up(self, watched: Watched) -> bool:
        """One look at a part that is coming up for the first time. Raises StartFailedError when it does not."""
        child = watched.child
        if child is None:
            if time.monotonic() >= watched.retry_at:
                self._launch(watched)
            return False
        code = child.exit_code()
        if code is not None:
            self._register.remove(child)
            watched.failures += 1
            if watched.failures >= ATTEMPTS_AT_START:
                raise failure(
                    child,
                    _(
                        "{title} does not come up: it ended with {reason}.",
                        title=watched.member.title,
                        reason=describe_exit(code),
                    ),
                )
            watched.child, watched.retry_at = None, time.monotonic() + RESTART.pause(1)
            return False
        alive_seconds = time.monotonic() - watched.started_at
        if alive_seconds > self.settings.start_timeout_seconds:
            raise failure(
                child,
                _(
                    "{title} does not answer after {alive_seconds:.0f} s.",
                    title=watched.member.title,
                    alive_seconds=alive_seconds,
                ),
            )
        if not self._answers(watched):
            return False
        watched.member.settle()
        watched.working, watched.failures = True, 0
        return True

    def _answers(self, watched: Watched) -> bool:
        lived = time.monotonic() - watched.started_at
        has_probe = not isinstance(watched.member, OwnProcess) or watched.member.has_probe
        try:
            return watched.member.answers() if has_probe else lived > SETTLE_SECONDS
        except Exception:
            return False

    def watch(self, until: Callable[[], bool]) -> None:
        """Keep everything running until `until()` is true, asked ten times a second."""
        while not until():
            for watched in self._watched:
                self._look_after(watched)
            time.sleep(POLL_SECONDS)

    def _look_after(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.child is None:
            if now >= watched.retry_at:
                self._launch_again(watched)
            return
        code = watched.child.exit_code()
        if code is not None:
            self._after_death(watched, watched.child, code)
        elif not watched.working:
            if self._answers(watched):
                watched.working = True
                title, seconds = watched.member.title, f"{now - watched.died_at:.1f}"
                self._progress.done(_("{title} is back after {seconds} s", title=title, seconds=seconds))
            elif now - watched.started_at > self.settings.start_timeout_seconds:
                watched.child.kill()
        elif watched.failures and now - watched.started_at > STEADY_SECONDS:
            watched.failures = 0

    def _launch_again(self, watched: Watched) -> None:
        try:
            self._launch(watched)
        except OSError as error:  # No memory, no process number, no room for its log: it may pass.
            pause = self._next_pause(watched)
            title = watched.member.title
            self._progress.say(
                _(
                    "{title} cannot be started ({reason}); trying again in {pause:.1f} s",
                    title=title,
                    reason=os_said(error),
                    pause=pause,
                )
            )

    def _next_pause(self, watched: Watched) -> float:
        watched.failures += 1
        pause = RESTART.pause(watched.failures)
        watched.child, watched.working, watched.retry_at = None, False, time.monotonic() + pause
        return pause

    def _after_death(self, watched: Watched, child: Child, code: int) -> None:
        if watched.working or watched.failures == 0:
            watched.died_at = time.monotonic()
        pause = self._next_pause(watched)
        self._register.remove(child)
        words = child.last_words(1)
        why = f": {words[:160]}" if words and code >= 0 else ""
        title, how = watched.member.title, describe_exit(code)
        self._progress.say(
            _(
                "{title} ended ({how}){why}; starting it again in {pause:.1f} s",
                title=title,
                how=how,
                why=why,
                pause=pause,
            )
        )

    def kill(self) -> None:
        """End everything at once, also while `stop` waits for a part, which then waits no longer."""
        for watched in self._watched:
            if watched.child is not None:
                watched.child.kill_self()

    def stop(self) -> None:
        """End all parts, ours first, each with time to finish; then give the folder back. Never raises for a part."""
        self._cancelled.set()
        with suppress(OSError):  # The disk may have become read-only; the parts must be stopped all the same.
            self.folder.stack_file.unlink(missing_ok=True)
        ours = [watched for watched in self._watched if isinstance(watched.member, OwnProcess)]
        servers = [watched for watched in self._watched if not isinstance(watched.member, OwnProcess)]
        # The servers do not need each other, so they stop at the same time, after everything that needs them.
        for group in (list(reversed(ours)), servers):
            self._stop_group(group)
        self._watched = []
        self.addresses = None
        self.folder.release()

    def _stop_group(self, group: Sequence[Watched]) -> None:
        children = [watched.child for watched in group if watched.child is not None]
        if children:
            names = ", ".join(child.command.name for child in children)
            self._progress.doing(_("stopping {names}", names=names))
        for child in children:
            child.ask_to_stop()
        for child in children:
            if not child.finish():
                name = child.command.name
                self._progress.say(_("{name} did not stop in time and was killed", name=name))
            self._register.remove(child)

    def _publish(self, *, ready: bool) -> None:
        me = psutil.Process(os.getpid())
        content = {
            "ready": ready,
            "profile": self.settings.profile,
            "parts": [watched.member.name for watched in self._watched],
            "supervisor": {"pid": me.pid, "started_at": me.create_time()},
            "addresses": self.addresses.as_json() if self.addresses is not None else None,
        }
        self.folder.write(self.folder.stack_file, content)
