"""Many damaged files: no crash, no hang, and no output unless it is right (F19-F22 at random).

`FAULT_MUTANTS=1000` tries a thousand; mutant number n is the same file everywhere, so a failure can be repeated with
`mutate.py FOLDER n 1`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fault_kit import HERE

COUNT = int(os.environ.get("FAULT_MUTANTS", "100"))
CHILDREN = 4


@pytest.mark.repeated
@pytest.mark.skipif(os.name != "posix", reason="the children bound their memory with setrlimit")
def test_mutants(tmp_path: Path) -> None:
    """Every mutant is refused in one sentence, or its result is what its pixels say."""
    share = -(-COUNT // CHILDREN)
    runs = []
    for number in range(CHILDREN):
        folder = tmp_path / f"child{number}"
        folder.mkdir()
        command = [sys.executable, HERE / "mutate.py", folder, str(number * share), str(share)]
        with open(tmp_path / f"{number}.err", "w") as errors, open(tmp_path / f"{number}.out", "w") as lines:
            # The helpers of all tests lie a folder above.
            environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
            runs.append(subprocess.Popen(command, stdout=lines, stderr=errors, env=environment))
    failures, ends = [], 0
    for number, run in enumerate(runs):
        code = run.wait(timeout=COUNT * 4 + 300)
        lines = (tmp_path / f"{number}.out").read_text().splitlines()
        if code != 0:
            last = (tmp_path / f"{number}.err").read_text()[-1500:]
            failures.append(f"the process ended with {code} after {lines[-1:]}: {last}")
        words = [line.split(" ", 2) for line in lines if line.startswith("END")]
        ends += len(words)
        failures += [f"mutant {mutant}: {end}" for _, mutant, end in words if end not in ("right", "refused")]
    assert not failures, "\n".join(failures)
    assert ends == share * CHILDREN
