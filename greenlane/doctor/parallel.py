"""Several looks at the same time, each with the same patience: one server that hangs keeps none of the others waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

NOT_IN_TIME: Final = TimeoutError("no answer in time")


def together(looks: Mapping[str, Callable[[], Any]], seconds: float) -> dict[str, Any]:
    """What each look found, or the exception that it ended with; TimeoutError for one that did not end."""
    results: dict[str, Any] = {}

    def run(name: str, look: Callable[[], Any]) -> None:
        try:
            results[name] = look()
        except Exception as error:
            results[name] = error

    # Of daemons, since a look that hangs must not keep the program from ending.
    threads = [threading.Thread(target=run, args=each, name=f"look-{each[0]}", daemon=True) for each in looks.items()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    ended = dict(results)
    return {name: ended.get(name, NOT_IN_TIME) for name in looks}
