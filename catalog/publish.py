"""`python -m catalog.publish [FOLDER]`: enter new versions into the digest file; changes of published ones are refused."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from catalog.definition import Key
from catalog.errors import CatalogError
from catalog.loader import DATA_FOLDER, digest_file, published_in, read_shelf
from catalog.publication import with_new_versions


def publish(folder: Path) -> list[Key]:
    """Append the drafts of a folder to its digest file and return them.

    Raises CatalogInvalid for any fault, a changed or removed published version among them; the file is then untouched.
    """
    shelf = read_shelf(folder)
    file = digest_file(folder)
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    text, added = with_new_versions(text, shelf, published_in(folder))
    if added:
        temporary = file.with_suffix(".new")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    return added


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish, and print what was added. Exit code 2 when something is refused."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        added = publish(Path(given[0]) if given else DATA_FOLDER)
    except CatalogError as error:
        print(error, file=sys.stderr)
        return 2
    for key in added:
        print(f"published {key.kind} {key.id} version {key.version}")
    print(f"{len(added)} new version{'' if len(added) == 1 else 's'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
