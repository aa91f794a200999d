"""Commands of parallel-raster on a cluster."""

from __future__ import annotations

import json
import signal

import pytest

import kit
from cancels import wait_for
from installed import start
from parallel_raster.core import raster_calculator
from parallel_raster.shell.main import main

FORMULA = "A@1 / A@2"


def test_a_command_on_a_cluster(cluster, scene, folder, read_file, capfd):
    """`--cluster` computes the same file as the function with local threads."""
    raster_calculator(scene, folder / "here.tif", FORMULA)
    words = ["raster-calculator", str(scene), str(folder / "there.tif"), "--expression", FORMULA]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--cluster", cluster.address])
    printed = capfd.readouterr()
    assert ended.value.code == 0, printed.err
    assert json.loads(printed.out)["band_count"] == 1
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
    assert kit.listing(folder) == ["here.tif", "there.tif"]


@pytest.mark.long
def test_ctrl_c_on_a_cluster(cluster, scene, folder, tmp_path):
    """Ctrl+C cancels the work on the workers and leaves no files in the output folder."""
    words = ["focal-filter", str(scene), str(folder / "x.tif"), "--method", "median", "--radius", "45"]
    with start([*words, "--cluster", cluster.address], tmp_path / "commands") as process:
        assert wait_for(lambda: kit.listing(folder) or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=300)[1]
    assert process.returncode == 130 and "The run was cancelled; nothing was written." in err
    assert kit.listing(folder) == []
