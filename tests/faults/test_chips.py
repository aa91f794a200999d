"""Killed runs of Training chips: older chips are kept, and a resumed run keeps the finished chips."""

from __future__ import annotations

import signal
from pathlib import Path

from fault_kit import listing, make_raster, run_child
from parallel_raster.core import training_chips

KILLED_MIDWAY = """
import signal
from parallel_raster.core import training_chips
from parallel_raster.core.tileset.nested_set import NestedSet
real, calls = NestedSet.enter, []
def enter(self, entry):
    real(self, entry)
    calls.append(entry)
    if len(calls) == 9:
        os.kill(os.getpid(), signal.SIGKILL)
NestedSet.enter = enter
training_chips(arguments.pop("src"), arguments.pop("folder"), **arguments)
"""


class Lines(list):
    """A `Log` that stores its lines."""

    info = warning = list.append


def test_a_killed_run_is_resumed(tmp_path: Path) -> None:
    """F03: after a kill, the folder contains its older files, and a resumed run writes only the missing chips."""
    source, output = tmp_path / "in.tif", tmp_path / "out"
    make_raster(source, size=256)
    training_chips(source, output, size=64, split="100,0,0")
    before = listing(output)
    given = {"size": 32, "split": "100,0,0", "resume": True, "workers": 1}
    run = run_child(KILLED_MIDWAY, {"src": source, "folder": output, **given})
    assert run.returncode == -signal.SIGKILL
    assert {name: found for name, found in listing(output).items() if not name.startswith(".")} == before
    log = Lines()
    result = training_chips(source, output, log=log, **given)
    assert result.chip_count == 64
    assert any(line.startswith("Chips: 64 (files kept from the unfinished run: 9)") for line in log)
    training_chips(source, output, size=64, split="100,0,0")
    assert listing(output).keys() == before.keys()
