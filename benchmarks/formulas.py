"""Measure the CPU time for rejecting hostile formulas; fail if any of them takes more than 0.1 s.

/usr/bin/python3 benchmarks/formulas.py
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

from run_core import load_checkout

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 0.1
"""Maximum CPU time in seconds for rejecting one formula."""


def main() -> int:
    """Print the formulas that took longest to reject, and return the exit code."""
    load_checkout()
    from parallel_raster.core.errors import OptionError
    from parallel_raster.core.expression.lines import parse_expression

    spec = importlib.util.spec_from_file_location("formulas", ROOT / "tests" / "core" / "expression" / "test_parser.py")
    tests = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tests)
    seconds = []
    for text in tests.HOSTILE:
        begun = time.process_time()
        try:
            parse_expression(text, tests.RASTERS)
        except OptionError:
            seconds.append((time.process_time() - begun, text))
        else:
            sys.exit(f"accepted: {text!r}")
    seconds.sort(reverse=True)
    print(f"{len(seconds)} formulas were rejected. CPU time of the slowest:")
    for took, text in seconds[:3]:
        print(f"{1000 * took:7.1f} ms  {text[:60]!r}")
    return int(seconds[0][0] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
