"""Runs of `qgis_process` on a cluster selected with the parameter CLUSTER."""

from __future__ import annotations

import pytest

import kit
from cases import long


def arguments(algorithm, output, **values):
    parameters = {"CHUNK_SIZE": 256, "OUTPUT": output, **values}
    return ["run", f"parallelraster:{algorithm}", *(f"--{name}={value}" for name, value in parameters.items())]


def difference(scene, output, **more):
    return arguments("normalizeddifference", output, INPUT=scene, BAND_A=1, BAND_B=2, **more)


@pytest.mark.parametrize(
    "more", [{}, *long({"COG": "true", "CREATION_OPTIONS": "BLOCKSIZE=256"})], ids=["plain", "cog"]
)
def test_the_same_result(call, cluster, scene, folder, read_file, more):
    here = call(*difference(scene, folder / "here.tif", **more))
    there = call(*difference(scene, folder / "there.tif", CLUSTER=cluster.address, **more))
    assert here.returncode == there.returncode == 0, there.stderr
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
    assert "Cluster workers: 2; threads: 2" in there.stdout and "dashboard: http" in there.stdout
    assert kit.listing(folder) == ["here.tif", "there.tif"]


@pytest.mark.long
def test_the_round_trip(call, cluster, scene, folder, read_file):
    """Tiling, a normalized difference of the tiles and merging give the same files with and without a cluster."""
    for name, more in (("here", {}), ("there", {"CLUSTER": cluster.address})):
        tiles, index = folder / name / "tiles", folder / name / "index"
        bands = {"BAND_A": 1, "BAND_B": 2}
        for line in (
            arguments("tileraster", tiles, INPUT=scene, TILE_WIDTH=400, TILE_HEIGHT=300, OVERLAP=20, **more),
            arguments("normalizeddifferencetiles", index, INPUT_FOLDER=tiles, **bands, **more),
            arguments("mergetiles", folder / name / "out.tif", INPUT_FOLDER=index, METHOD=4, **more),
        ):
            done = call(*line)
            assert done.returncode == 0, done.stderr
            assert ("Cluster workers: 2; threads: 2" in done.stdout) == bool(more)
    names = kit.listing(folder / "here")
    assert names == kit.listing(folder / "there") and len([name for name in names if name.endswith(".tif")]) == 41
    for name in names:
        if name.endswith(".tif"):
            assert read_file(folder / "here" / name) == read_file(folder / "there" / name)


@pytest.mark.long
@pytest.mark.parametrize("text", ["somewhere", "slurm?max=0"])
def test_an_invalid_address(call, scene, folder, text):
    """If the value of CLUSTER is invalid, the run fails before it writes anything."""
    done = call(*difference(scene, folder / "out.tif", CLUSTER=text))
    assert done.returncode != 0
    assert "CLUSTER is" in done.stdout + done.stderr
    assert kit.listing(folder) == []


@pytest.mark.long
def test_no_scheduler(call, scene, folder):
    done = call(*difference(scene, folder / "out.tif", CLUSTER=f"tcp://127.0.0.1:{kit.free_port()}?timeout=2"))
    assert done.returncode != 0
    assert "could not be reached within 2 s" in done.stdout + done.stderr
    assert kit.listing(folder) == []
