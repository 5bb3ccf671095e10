"""Signatures of commands: the fields of a dataclass as options behind a function's own parameters."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Container, Iterable
from typing import Any


def with_fields(
    function: Callable[..., int], fields: type[Any], first: Iterable[inspect.Parameter], last: Container[str]
) -> Callable[..., int]:
    """The function with its first parameter filled from the fields, which are parameters of their own: those in `last` last."""
    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    common = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in inspect.signature(fields, eval_str=True).parameters.values()
    ]
    common.sort(key=lambda parameter: parameter.name in last)

    @functools.wraps(function)
    def command(**typed: Any) -> int:
        filled = fields(**{option.name: typed.pop(option.name) for option in common})
        return function(filled, **typed)

    parameters = [*first, *own, *common]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command
