"""In containers too the key that signs checkpoints is the publisher's alone, and the vault's that of bridge and `prepare`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from deploy.check import FOLDER, KEY, MASTER_KEY, SIGNER, Compose, key_faults

MOUNT = f"./{KEY}:/run/secrets/{KEY}:ro"
OPENS = f"./{MASTER_KEY}:/run/secrets/{MASTER_KEY}:ro"


@pytest.fixture
def compose() -> Compose:
    return Compose.model_validate(yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8")))


def test_the_files_that_are_shipped_are_so(compose: Compose) -> None:
    assert key_faults(compose) == []


@pytest.mark.parametrize(
    ("change", "service"),
    [
        (lambda services: services["worker"].volumes.append(MOUNT), "worker"),
        (lambda services: services["prepare"].volumes.append(MOUNT.replace("./", "/etc/greenlane/")), "prepare"),
        (lambda services: services["bridge"].env_file.append("publisher.env"), "bridge"),
        (lambda services: services["worker"].volumes.append(OPENS), "worker"),
        (lambda services: services[SIGNER].volumes.append(OPENS.replace("./", "/etc/")), SIGNER),
        (lambda services: services["worker"].env_file.append("bridge.env"), "worker"),
        (lambda services: services["bridge"].volumes.clear(), "bridge"),
        (lambda services: services["prepare"].volumes.remove(OPENS), "prepare"),
        (lambda services: services[SIGNER].volumes.clear(), SIGNER),
        (lambda services: services[SIGNER].env_file.remove("publisher.env"), SIGNER),
    ],
)
def test_anything_else_is_a_fault(compose: Compose, change: Callable[[dict[str, object]], None], service: str) -> None:
    change(dict(compose.services))
    faults = key_faults(compose)
    assert len(faults) == 1
    assert faults[0].startswith(f"{service}: ")
