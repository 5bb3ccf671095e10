"""Master keys, for programs and for people: which one wraps what. Nothing of a key is in it but its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from presentation.blocks import Block, facts, line, table_of
from presentation.words.words import Words
from services.master_keys import KeyState, WrappedKeys
from wording.text import LazyText, _, _n, _p

WHAT: Mapping[str, LazyText] = {
    "keys": _p("wrapped", "keys of the installation"),
    "subjects": _p("wrapped", "keys of subjects"),
    "letters": _p("wrapped", "keys of dead letters"),
}


def key_state_json(state: KeyState) -> dict[str, Any]:
    """What `master-key status` and `rotate` answer."""
    return {
        "key_id": state.key_id,
        "wrapped": [_wrapped_json(one) for one in state.wrapped],
        "waiting": state.waiting,
        "erased": state.erased,
    }


def key_state_screen(state: KeyState, words: Words) -> Iterator[Block]:
    """The same as a table, and what is to be done."""
    yield facts(((words(_("Wraps now")), state.key_id), (words(_("Erased subjects")), str(state.erased))))
    if state.wrapped:
        table = table_of(None, words(_("Wrapped by")), words(_("What")), words(_("Number")), words(_("Opens here")))
        for one in state.wrapped:
            opens = words(_p("opens", "yes") if one.opens else _p("opens", "no"))
            table.add(one.key_id, words(WHAT[one.what]), str(one.count), opens)
        yield table
    yield line(words(_advice(state)))


def rewrapped_screen(done: Mapping[str, int], state: KeyState, words: Words) -> Iterator[Block]:
    """How much was wrapped anew, and what stands after it."""
    number = sum(done.values())
    yield line(words(_n("{count} key was wrapped anew.", "{count} keys were wrapped anew.", number)))
    yield from key_state_screen(state, words)


def made_json(file: str, key_id: str) -> dict[str, Any]:
    """What `master-key make` answers."""
    return {"file": file, "key_id": key_id}


def made_screen(file: str, key_id: str, words: Words) -> Iterator[Block]:
    """Where the new key is, and what it is called."""
    yield facts(((words(_("Key")), key_id), (words(_p("master key", "File")), file)))
    said = _(
        "Name it in GREENLANE_MASTER_KEY_FILE for the bridge and `prepare`, and keep a copy apart from every back-up: "
        "without it nobody reads a person again."
    )
    yield line(words(said))


def _wrapped_json(one: WrappedKeys) -> dict[str, Any]:
    return {"what": one.what, "key_id": one.key_id, "count": one.count, "opens": one.opens}


def _advice(state: KeyState) -> LazyText:
    if not state.opens:
        return _("Some keys do not open with the master keys that are here: name the one that wrapped them too.")
    if state.waiting:
        return _("Run `greenlane master-key rotate`: after it the older master keys are needed no more.")
    return _("All is wrapped by the master key that wraps now; no other is needed but for older back-ups.")
