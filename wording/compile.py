"""`python -m wording.compile`: write the compiled catalogue, which is read quicker. Set-up and the image's build do."""

from __future__ import annotations

from wording.catalogue import compile_file

if __name__ == "__main__":
    compile_file()
