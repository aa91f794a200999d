"""Every spectral index of synthetic Sentinel-2 and Landsat 8 rasters equals that of spyndex, the catalogue's source.

The spyndex package is not a dependency: `scripts/indexes-setup.sh` installs it in a separate environment, where it
computes the expected values in float64.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio

from parallel_raster.core import spectral_index
from parallel_raster.core.indexes.catalogue import catalogue
from stacks import check_close, computable, sensor_stack

PYTHON = Path(__file__).resolve().parents[2] / "build" / "indexes" / "venv" / "bin" / "python"
COMPUTE = """
import json, sys
import numpy as np, spyndex
names, constants = json.load(sys.stdin)
parameters = {**np.load(sys.argv[1]), **constants}
with np.errstate(all="ignore"):
    np.savez(sys.argv[2], **{name: spyndex.computeIndex(name, params=parameters) for name in names})
print(spyndex.__version__)
"""

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="`make test-indexes` installs spyndex first")


@pytest.mark.parametrize(("sensor", "least"), [("Sentinel-2", 230), ("Landsat 8-9", 185), ("none", 262)])
def test_every_index_equals_that_of_the_package(tmp_path, sensor, least):
    """With default constants and the sensor's wavelengths, Float32 results are within one unit in the last place.

    The third raster has a band for each letter, so that no index is left out.
    """
    values = sensor_stack(tmp_path / "in.tif", sensor, shape=(60, 70))
    lengths = catalogue().sensors.get(sensor, catalogue().sensors["Sentinel-2"])
    wavelengths = {f"lambda{letter}": length for letter, (_, length) in lengths.items()}
    wavelengths.setdefault("lambdaN", wavelengths["lambdaN2"])
    defaults = {name: each.default for name, each in catalogue().constants.items() if each.default is not None}
    constants = {**defaults, **wavelengths, "PAR": 0.7}
    given = {"PAR": 0.7, **({name: wavelengths[name] for name in catalogue().constants if name in wavelengths}
                            if sensor == "none" else {})}  # fmt: skip
    names = [each.short_name for each in computable(values, constants)]
    assert len(names) >= least
    wanted = computed_by_package(tmp_path, names, values, constants)
    result = spectral_index(
        tmp_path / "in.tif", tmp_path / "out.tif", names, sensor=sensor, constants=given,
        creation_options="TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16",
    )  # fmt: skip
    with rasterio.open(result.output) as dataset:
        found = dict(zip(dataset.descriptions, dataset.read()))
    for name in names:
        with np.errstate(all="ignore"):
            rounded = np.broadcast_to(wanted[name], found[name].shape).astype("float32")
        finite = np.isfinite(rounded)
        assert ((found[name] != -9999) == finite).all(), name
        check_close(found[name][finite], rounded[finite])


def computed_by_package(folder, names, values, constants):
    """Return the values that spyndex computes in its separate environment: name -> float64 array."""
    np.savez(folder / "values.npz", **values)
    done = subprocess.run(
        [PYTHON, "-c", COMPUTE, folder / "values.npz", folder / "wanted.npz"], input=json.dumps([names, constants]),
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == catalogue().version
    return np.load(folder / "wanted.npz")
