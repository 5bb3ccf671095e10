"""Where the sandbox may play: on a development stack that runs, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from greenlane.sandbox.errors import SandboxRefusedError
from greenlane.settings import PREFIX, Settings
from greenlane.stack.folder import StateFolder
from greenlane.stack.session import running_stack
from greenlane.wiring import Wiring
from wording.text import Said


@contextmanager
def running_development_stack(settings: Settings) -> Iterator[Wiring]:
    """The wiring on the stack that runs, or on the outside servers where all are set. Raises SandboxRefusedError."""
    folder = StateFolder(settings.state_dir)
    if "production" in (settings.profile, folder.read(folder.stack_file).get("profile")):
        raise SandboxRefusedError(
            Said(
                "An installation in production takes no invented applications.",
                "Hệ thống vận hành thật không nhận hồ sơ thử.",
            ),
            field=f"{PREFIX}PROFILE",
            remedy=Said(
                "Start a stack for development: `greenlane up --state-dir FOLDER`, and name its folder.",
                "Chạy một hệ thống để phát triển: `greenlane up --state-dir THƯ-MỤC`, rồi nêu thư mục đó.",
            ),
        )
    if not (settings.temporal_address and settings.kafka_bootstrap and settings.database_url):
        addresses = running_stack(settings)
        if addresses is None:
            raise SandboxRefusedError(
                Said(
                    f"No stack runs in {settings.state_dir}.", f"Không có hệ thống nào chạy trong {settings.state_dir}."
                ),
                field=f"{PREFIX}STATE_DIR",
                remedy=Said(
                    "Start `greenlane up`, or name the folder of one that runs with --state-dir.",
                    "Chạy `greenlane up`, hoặc nêu thư mục của hệ thống đang chạy bằng --state-dir.",
                ),
            )
        settings = settings.resolved(addresses)
    wiring = Wiring(settings)
    try:
        yield wiring
    finally:
        wiring.close()
