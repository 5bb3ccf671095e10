"""Not a test: an import as a process of its own, to be killed. `entry_import.py LOG IN_FLIGHT`, settings in the environment.

Where the environment names a gate, its departments are played by `held_player.py`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from greenlane.importing import senders
from greenlane.importing.display import Terminal
from greenlane.importing.run import ImportOptions, run_import
from greenlane.settings import Settings
from tests.greenlane.importing.held_player import GATE
from wording.errors import GreenlaneError


def main() -> int:
    # As the command line does: a background job of a script inherits an ignored SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if GATE in os.environ:
        senders.PLAYER = "tests.greenlane.importing.held_player"
    options = ImportOptions(Path(sys.argv[1]), in_flight_max=int(sys.argv[2]))
    try:
        with Terminal() as display:
            report = run_import(Settings.load(), options, display)
    except GreenlaneError as error:
        print(json.dumps({"error": error.as_json()}), flush=True)
        return 2
    print(json.dumps(report.as_json()), flush=True)
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
