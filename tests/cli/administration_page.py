"""What docs/administration.md tells somebody to do: files to write, lines to change, commands to give, in its order."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "administration.md"
_BLOCK = re.compile(r"^```(sh|yaml|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One block of the page."""

    kind: str
    text: str

    def command_lines(self) -> list[list[str]]:
        """The words of each command of a shell block."""
        return [shlex.split(line) for line in self.text.splitlines()]

    def write(self, folder: Path) -> None:
        """Write the file that the block is, by the name in its first line."""
        name, _, _ = self.text.removeprefix("# ").partition("\n")
        (folder / name).write_text(self.text, encoding="utf-8")

    def change(self, folder: Path) -> None:
        """Change the lines that the block shows; each stands there exactly once."""
        head, _, body = self.text.partition("\n")
        file = folder / head.removeprefix("+++ ")
        text = file.read_text(encoding="utf-8")
        for hunk in body.split("@@\n"):
            lines = hunk.splitlines()
            old = "".join(f"{line[1:]}\n" for line in lines if line[0] != "+")
            new = "".join(f"{line[1:]}\n" for line in lines if line[0] != "-")
            assert text.count(f"\n{old}") == 1, (file, old)
            text = text.replace(f"\n{old}", f"\n{new}")
        file.write_text(text, encoding="utf-8")


def steps() -> Iterator[Step]:
    """The blocks that tell what to do, in order."""
    for kind, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        yield Step(kind, text)


def copied(words: list[str], folder: Path) -> bool:
    """Whether the command copied a file, and is done with."""
    if words[0] != "cp":
        return False
    shutil.copy(folder / words[1], folder / words[2])
    return True
