"""Checkpoints, keys and proofs, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from events.language.checkpoint import Checkpoint
from presentation.blocks import Block, Line, dim, facts, line, table_of, unbroken
from presentation.moments import Moments
from presentation.words.words import Words
from services.checkpoints import Consistency, Inclusion
from wording.text import LazyText, _, _n


def checkpoint_json(checkpoint: Checkpoint) -> dict[str, Any]:
    """One checkpoint, every field of it: what was signed can be put together again."""
    return checkpoint.model_dump(mode="json")


def checkpoint_screen(checkpoint: Checkpoint, moments: Moments, said: LazyText | None) -> Iterator[Block]:
    """One checkpoint with what it says of each log, and what there is to say of it."""
    words = moments.words
    yield facts(
        (
            (words(_("Checkpoint")), str(checkpoint.number)),
            (words(_("At")), _instant(checkpoint, moments)),
            (words(_("Cases")), str(checkpoint.cases)),
            (words(_("Key")), checkpoint.key_id),
            (words(_("Previous")), checkpoint.previous or "-"),
        )
    )
    for log, state in checkpoint.logs.items():
        named = words.named("log", log)
        said = _n("{log}: {count} leaf, with the root", "{log}: {count} leaves, with the root", state.size, log=named)
        yield line(words(said))
        yield unbroken(f"  {state.root}")
    if said is not None:
        yield line(words(said))


def checkpoint_list(checkpoints: Sequence[Checkpoint], moments: Moments) -> Block:
    """One line a checkpoint; where a key took over, it says from which. Or that there is none."""
    words = moments.words
    if not checkpoints:
        return line(words(_("There are no checkpoints yet.")))
    logs = list(checkpoints[-1].logs)
    named = [text[:1].upper() + text[1:] for text in (words.named("log", log) for log in logs)]
    table = table_of(None, words(_("Number")), words(_("At")), words(_("Cases")), *named, words(_("Key")))
    for one in checkpoints:
        sizes = [str(one.logs[log].size) if log in one.logs else "-" for log in logs]
        handed = dim(" ", words(_("took over from {key}"), key=one.handover.by)) if one.handover else ""
        table.add(str(one.number), _instant(one, moments), str(one.cases), *sizes, line(one.key_id, handed))
    return table


def inclusion_json(proof: Inclusion) -> dict[str, Any]:
    """The answer of `checkpoint prove --json`: all that a verifier needs beside the signed root."""
    return {
        "log": proof.log,
        "index": proof.index,
        "size": proof.size,
        "leaf": proof.leaf.hex(),
        "data": proof.data.decode(),
        "root": proof.root.hex(),
        "path": [one.hex() for one in proof.path],
    }


def consistency_json(proof: Consistency) -> dict[str, Any]:
    """The answer of `checkpoint consistency --json`; no leaf is meant."""
    return {
        "log": proof.log,
        "from": proof.old_size,
        "to": proof.size,
        "size": proof.size,
        "leaf": None,
        "from_root": proof.old_root.hex(),
        "root": proof.root.hex(),
        "path": [one.hex() for one in proof.path],
    }


def inclusion_screen(proof: Inclusion, words: Words) -> Iterator[Block]:
    """What is proved, and the hashes that prove it."""
    said = _n(
        "Leaf {index} of the {count} leaf of the {log} that was signed:",
        "Leaf {index} of the {count} leaves of the {log} that were signed:",
        proof.size,
        index=proof.index,
        log=words.named("log", proof.log),
    )
    yield line(words(said))
    yield unbroken(f"  {proof.data.decode()}")
    yield facts(((words(_("Leaf")), proof.leaf.hex()), (words(_("Root")), proof.root.hex())))
    yield from _path(proof.path, words)


def consistency_screen(proof: Consistency, words: Words) -> Iterator[Block]:
    """What is proved, and the hashes that prove it."""
    said = _n(
        "The first {count} leaf of the {log} is the beginning of its first {size}.",
        "The first {count} leaves of the {log} are the beginning of its first {size}.",
        proof.old_size,
        log=words.named("log", proof.log),
        size=proof.size,
    )
    yield line(words(said))
    yield facts(((words(_("Root before")), proof.old_root.hex()), (words(_("Root")), proof.root.hex())))
    yield from _path(proof.path, words)


def key_screen(known: Mapping[str, str], words: Words) -> Iterator[Block]:
    """The public half of a key, and where files of it are."""
    yield facts(
        (
            (words(_("Key")), known["key_id"]),
            (words(_("Private key")), known.get("file")),
            (words(_("Public key")), known.get("public_file")),
        )
    )
    yield unbroken(known["public_key"])


def _path(path: Sequence[bytes], words: Words) -> Iterator[Line]:
    if path:
        yield line(words(_("The way up, from the lowest:")))
    yield from (unbroken(f"  {one.hex()}") for one in path)


def _instant(checkpoint: Checkpoint, moments: Moments) -> str:
    # Checkpoints tell real time; a screen has one time only.
    return moments.instant(moments.time.to_business(checkpoint.at), seconds=True)
