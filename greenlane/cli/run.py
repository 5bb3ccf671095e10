"""One run of a command: what its common options say, and how it answers. Light until it is called."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from greenlane.cli.clock import now
from greenlane.cli.options import ActedBy, CommandId, Json, Lang, Purpose, StateDir
from greenlane.speaking.signatures import with_fields

if TYPE_CHECKING:
    from datetime import datetime

    from catalog.catalogue import Catalog
    from greenlane.session import Session
    from greenlane.settings import Settings
    from presentation.catalogue.handbook import Handbook
    from services.catalogue_places import Place

P = ParamSpec("P")


@dataclass(frozen=True)
class Run:
    """The options that every command has, in the order in which they stand in its help."""

    state_dir: StateDir = None
    lang: Lang = None
    as_json: Json = False

    def session(self) -> AbstractContextManager[Session]:
        """A session on the installation: the running one, or one started for this command."""
        from greenlane.session import a_session
        from greenlane.speaking.failure import warn

        return a_session(self.state_dir, warn, self.lang)

    def settings(self) -> Settings:
        """The settings as the shell and the options give them. Raises SettingsError."""
        from greenlane.settings import Settings

        return Settings.load(state_dir=self.state_dir, language=self.lang)

    def place(self, *, is_folder_meant: bool = False) -> AbstractContextManager[tuple[Place, Settings]]:
        """Where a command of the catalogue acts, and the settings."""
        from greenlane.catalog_place import the_place
        from greenlane.speaking.failure import warn

        return the_place(self.settings(), now(), warn, is_folder_meant=is_folder_meant)

    def handbook(self, on: datetime | None = None) -> Handbook:
        """The handbook on the catalogue in use; `on` None: today."""
        from greenlane.handbook import handbook_of
        from greenlane.speaking.failure import warn

        return handbook_of(self.settings(), on, now(), warn)

    def catalog(self) -> Catalog:
        """The catalogue in use. Raises CatalogError."""
        from greenlane.catalogue_in_use import catalogue_in_use
        from greenlane.speaking.failure import warn

        return catalogue_in_use(self.settings(), warn).catalog

    def answer(self, body: Callable[[], dict[str, Any]], screen: Callable[[], Iterable[Any]], code: int = 0) -> int:
        """One JSON object for a program, or blocks for a person; the exit code."""
        from greenlane.speaking.output import print_json, show

        if self.as_json:
            print_json(body())
        else:
            show(*screen())
        return code


@dataclass(frozen=True)
class Look(Run):
    """The options of every command that shows what is on record: why, beside who, stands on record too."""

    purpose: Purpose = None

    def session(self) -> AbstractContextManager[Session]:
        """A session as of every run, in which whoever looks says why."""
        from greenlane.session import a_session
        from greenlane.speaking.failure import warn

        return a_session(self.state_dir, warn, self.lang, self.purpose)


@dataclass(frozen=True)
class Act(Run):
    """The options of every command that asks for something: who acts, and under which id."""

    by: ActedBy = None
    command_id: CommandId = None

    @cached_property
    def new_id(self) -> str:
        """The id that was given, or a new one."""
        return self.command_id or f"cli:{uuid.uuid4()}"


def with_options(function: Callable[..., int], options: type[Run], *first: inspect.Parameter) -> Callable[..., int]:
    """The function as a command: `first`, its own parameters, and the options, of which it gets a run as its first argument."""
    # What an act says of itself stands in the help before what every run has.
    return with_fields(function, options, first, Run.__dataclass_fields__)


def as_command(function: Callable[Concatenate[Run, P], int]) -> Callable[..., int]:
    """The function as a command, with the options of every run behind its own parameters."""
    return with_options(function, Run)


def as_look(function: Callable[Concatenate[Look, P], int]) -> Callable[..., int]:
    """The function as a command that shows what is on record, with the options of every look behind its own parameters."""
    return with_options(function, Look)


def as_act(function: Callable[Concatenate[Act, P], int]) -> Callable[..., int]:
    """The function as a command that asks for something, with the options of every act behind its own parameters."""
    return with_options(function, Act)
