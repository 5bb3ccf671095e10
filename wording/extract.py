"""`python -m wording.extract`: bring the catalogue up to date with the texts in the code; new ones wait for Vietnamese."""

from __future__ import annotations

from wording.catalogue import canonical, forms_of, read, texts_of, updated
from wording.files import written_file


def main() -> None:
    """Write the catalogue, and say how many texts wait."""
    file = written_file("vi")
    catalog = updated(read(file), texts_of())
    file.write_bytes(canonical(catalog))
    waiting = [message.id for message in catalog if message.id and not all(forms_of(message))]
    print(f"{file}: {len(catalog)} texts, {len(waiting)} without Vietnamese")
    for msgid in waiting:
        print(f"  {msgid}")


if __name__ == "__main__":
    main()
