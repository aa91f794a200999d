"""Many randomly damaged files ("mutants") do not cause crashes, hangs or wrong output (F19-F22).

With `FAULT_MUTANTS=1000`, a thousand files are tried. Mutant number n is the same file on every machine;
`mutate.py FOLDER n 1` tries only this file.
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
@pytest.mark.skipif(os.name != "posix", reason="the child processes limit their memory with setrlimit")
def test_mutants(tmp_path: Path) -> None:
    """Every mutant (randomly damaged file) is either rejected with a readable error or gives the correct result."""
    share = -(-COUNT // CHILDREN)
    runs = []
    for number in range(CHILDREN):
        folder = tmp_path / f"child{number}"
        folder.mkdir()
        command = [sys.executable, HERE / "mutate.py", folder, str(number * share), str(share)]
        with open(tmp_path / f"{number}.err", "w") as errors, open(tmp_path / f"{number}.out", "w") as lines:
            # The helpers that all tests share are in the parent folder.
            environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
            runs.append(subprocess.Popen(command, stdout=lines, stderr=errors, env=environment))
    failures, finished = [], 0
    for number, run in enumerate(runs):
        code = run.wait(timeout=COUNT * 4 + 300)
        lines = (tmp_path / f"{number}.out").read_text().splitlines()
        if code != 0:
            last = (tmp_path / f"{number}.err").read_text()[-1500:]
            failures.append(f"the process ended with {code} after {lines[-1:]}: {last}")
        results = [line.split(" ", 2) for line in lines if line.startswith("END")]
        finished += len(results)
        failures += [f"mutant {mutant}: {end}" for _, mutant, end in results if end not in ("correct", "rejected")]
    assert not failures, "\n".join(failures)
    assert finished == share * CHILDREN
