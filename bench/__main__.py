"""All benchmarks, one after the other: `python -m bench`, and with `--long` those that take longer than 20 minutes."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

SHORT = (
    "bench.time",
    "bench.core",
    "bench.simulation",
    "bench.store",
    "bench.vault",
    "bench.transport",
    "bench.reads",
    "bench.audit",
    "bench.publishing",
    "bench.throughput",
)
LONG = ("bench.audit --long", "bench.age", "bench.dossier", "bench.flood")


def main() -> int:
    """Run them; each writes its own file in bench/results/."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="the long ones instead")
    failed = []
    for module in LONG if parser.parse_args().long else SHORT:
        began = time.monotonic()
        sys.stderr.write(f"== {module}\n")
        code = subprocess.run([sys.executable, "-m", *module.split()], check=False).returncode
        sys.stderr.write(
            f"== {module}: {'done' if code == 0 else f'failed ({code})'} in {time.monotonic() - began:.0f} s\n"
        )
        failed += [module] if code else []
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
