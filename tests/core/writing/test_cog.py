"""Tests for Cloud Optimized GeoTIFFs: layout, verification, failures, progress and cancellation."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling
from rasterio.windows import Window

from cancels import wait_for
from cases import mostly_long
from parallel_raster.core.errors import Cancelled, OptionError, OutputError
from parallel_raster.core.jobs.difference import job as difference
from parallel_raster.core.jobs.merging.job import merge_tiles
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.writing import cog, partial_file
from parallel_raster.core.writing.cog import CogWriter, copy_with_rasterio
from parallel_raster.core.writing.cog_options import resolve_cog_profile
from parallel_raster.core.writing.creation_options import resolve_profile
from parallel_raster.core.writing.partial_file import PartialFile, StagedFile, remove_dead_partials

BLOCKS = "BLOCKSIZE=128"


@pytest.fixture
def source(make_raster, random_bands, tmp_path):
    """Return the path of a raster with a nodata corner larger than a block; create the folder `out` for results."""
    (tmp_path / "out").mkdir()
    a, b = (band // 8 + 1 for band in random_bands(shape=(700, 530)))
    a[:300, :300] = 0
    return make_raster([a, b], blocks=128, nodata=0)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out" / "out.tif"


def run(source, out, **options):
    given = {"band_a": 1, "band_b": 2, "creation_options": BLOCKS, "chunk_size": 128, "workers": 2, "cog": True}
    return difference.normalized_difference(source, out, **{**given, **options})


def names(out):
    return sorted(os.listdir(out.parent))


def plain(source, out, read, **options):
    """Write the same result as a plain GeoTIFF instead of a COG; return its pixels and metadata."""
    path = out.parent.parent / "plain.tif"
    run(source, path, **{"cog": False, "creation_options": "BLOCKXSIZE=128|BLOCKYSIZE=128", **options})
    return read(path)


@pytest.mark.parametrize("data_type", ["float32", "int16", "uint8"])
def test_pixels_and_metadata_equal_those_of_the_plain_file(source, out, read, data_type):
    result = run(source, out, data_type=data_type)
    expected, found = plain(source, out, read, data_type=data_type), read(out)
    assert names(out) == ["out.tif"]
    assert np.array_equal(found.values, expected.values)
    assert found.tags == expected.tags and "STATISTICS_MEAN" in found.tags
    for name in ("nodata", "dtype", "scale", "offset", "description", "transform", "crs"):
        assert getattr(found, name) == getattr(expected, name), name
    assert result.output == str(out) and result.valid_percent < 100


def test_the_result_is_a_valid_cog(source, out):
    validator = pytest.importorskip("rio_cogeo.cogeo")
    run(source, out)
    assert validator.cog_validate(str(out), strict=True) == (True, [], [])
    with rasterio.open(out) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.overviews(1) == [2, 4, 8]
        assert dataset.block_shapes == [(128, 128)]


def test_overviews_average_valid_pixels_only(source, out, read):
    run(source, out)
    full = read(out).values.astype("float64")
    full[full == -9999] = np.nan
    with rasterio.open(out, overview_level=0) as dataset:
        overview = dataset.read(1)
    rows, cols = overview.shape
    quads = full[: 2 * rows, : 2 * cols].reshape(rows, 2, cols, 2)
    valid = np.isfinite(quads).any(axis=(1, 3))
    assert np.array_equal(overview == -9999, ~valid)
    expected = np.nansum(quads, axis=(1, 3))[valid] / np.isfinite(quads).sum(axis=(1, 3))[valid]
    assert np.allclose(overview[valid], expected, atol=1e-6)


def test_overview_options_are_applied(source, out):
    run(source, out, creation_options=BLOCKS + "|OVERVIEW_RESAMPLING=NEAREST|OVERVIEW_COUNT=1")
    with rasterio.open(out) as dataset:
        assert dataset.overviews(1) == [2]
    with rasterio.open(out, overview_level=0) as dataset, rasterio.open(out) as full:
        expected = full.read(1, out_shape=dataset.shape, resampling=Resampling.nearest)
        assert np.array_equal(dataset.read(1), expected)


def test_the_file_does_not_depend_on_chunks_and_workers(source, out):
    contents = set()
    for options in ({"workers": 1}, {"workers": 3, "chunk_size": 512}, {"chunk_size": 256}):
        run(source, out, creation_options=BLOCKS, **options)
        contents.add(out.read_bytes())
    assert len(contents) == 1


def test_a_raster_of_one_block_has_no_overviews(make_raster, random_bands, tmp_path):
    out = tmp_path / "out.tif"
    run(make_raster(random_bands()), out, creation_options="")
    with rasterio.open(out) as dataset:
        assert dataset.overviews(1) == [] and dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_options_are_logged_and_unknown_ones_rejected(source, out, log):
    run(source, out, log=log)
    assert "BLOCKSIZE=128" in log.line("Creation options") and log.line("Cloud Optimized GeoTIFF")
    with pytest.raises(OptionError, match="TILED"):
        run(source, out, creation_options="TILED=YES")


@pytest.mark.parametrize("given", ["COMPRESS=LERC|MAX_Z_ERROR=0.01", "COMPRESS=LERC"])
def test_lossy_options_are_accepted_and_logged(source, out, read, log, given):
    run(source, out, creation_options=f"{BLOCKS}|{given}", log=log)
    expected, found = plain(source, out, read).values, read(out).values
    assert np.allclose(found, expected, atol=0.011)
    assert np.array_equal(found, expected) == ("MAX" not in given)
    assert any("options are lossy" in line for line in log.infos) == ("MAX" in given)


def test_jpeg_is_accepted(source, out, read):
    """JPEG, which is lossy, is accepted; only the existence of blocks is verified."""
    run(source, out, creation_options=BLOCKS + "|COMPRESS=JPEG|QUALITY=90", data_type="uint8")
    assert read(out).structure["COMPRESSION"] == "JPEG"


# Verification and failures.


def damage_copy(monkeypatch, where, how):
    """Damage the block `where` (level, column, row) of the finished copy before the copy is verified."""
    real = PartialFile.sync

    def damage(self):
        real(self)
        level, col, row = where
        with rasterio.open(self.path, **({} if level < 0 else {"overview_level": level})) as dataset:
            start = int(dataset.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=1))
        if how == "cut":
            os.truncate(self.path, start + 10)
            return
        with open(self.path, "rb+") as file:
            file.seek(start + 40)
            file.write(bytes(200))

    monkeypatch.setattr(PartialFile, "sync", damage)


@pytest.mark.parametrize("where", [(-1, 1, 2), (0, 1, 1), (2, 0, 0)])
@pytest.mark.parametrize(("how", "lossy"), mostly_long(["zeros", "cut"], [False, True], every=3))
def test_a_damaged_copy_is_an_error_and_the_old_file_stays(source, out, state, monkeypatch, where, how, lossy):
    out.write_text("old")
    before = state(out.parent)
    damage_copy(monkeypatch, where, how)
    given = BLOCKS + ("|COMPRESS=LERC_DEFLATE|MAX_Z_ERROR=0.001" if lossy else "")
    with pytest.raises(OutputError) as caught:
        run(source, out, creation_options=given)
    assert str(out) in str(caught.value) and "\n" not in str(caught.value)
    assert state(out.parent) == before


def test_a_pixel_changed_by_the_copy_is_detected(source, out, monkeypatch):
    """The copy is compared at full resolution with the computed pixels, not with the plain file."""
    real = cog.copy_with_rasterio

    def changed(source, *arguments):
        with rasterio.open(source, "r+") as dataset:
            values = dataset.read(1)
            values[600, 500] += np.float32(0.001)
            dataset.write(values, 1)
        real(source, *arguments)

    with pytest.raises(OutputError, match="row 512, column 384"):
        run(source, out, copy=changed)
    assert names(out) == []


def test_a_mask_changed_by_the_copy_is_detected(make_raster, random_bands, out):
    """A changed pixel of the mask is an error, because masks are verified in the same way as pixels."""
    out.parent.mkdir()
    values = random_bands("uint8", shape=(300, 260))[0]
    shown = values % 3 > 0
    tiles = [make_raster([values], blocks=128, mask=shown)]
    real = cog.copy_with_rasterio

    def changed(source, *arguments):
        with rasterio.open(source, "r+") as dataset:
            mask = dataset.read_masks(1)
            mask[200, 200] = 255 - mask[200, 200]
            dataset.write_mask(mask)
        real(source, *arguments)

    options = {"method": "mean", "data_type": "uint8", "cog": True, "creation_options": BLOCKS}
    with pytest.raises(OutputError, match="of the mask differs from the data written"):
        merge_tiles(tiles, out, copy=changed, **options)
    assert names(out) == []
    merge_tiles(tiles, out, **options)
    with rasterio.open(out) as dataset:
        assert np.array_equal(dataset.read_masks(1) > 0, shown)


@pytest.mark.parametrize("result", ["without overviews", "plain"])
def test_a_copy_that_is_not_a_cog_or_lacks_overviews_is_an_error(source, out, result):
    def copy(source, target, options, stop, tell):
        if result == "plain":
            shutil.copyfile(source, target)
        else:
            copy_with_rasterio(source, target, {**options, "OVERVIEWS": "NONE"}, stop, tell)

    with pytest.raises(OutputError, match="unexpected file"):
        run(source, out, copy=copy)
    assert names(out) == []


@pytest.mark.parametrize("exists", [True, False])
def test_a_failing_copy_leaves_the_old_files_unchanged(source, out, state, exists):
    if exists:
        out.write_text("old")
        Path(f"{out}.ovr").write_text("old overviews")
    before = state(out.parent)

    def copy(source, target, options, stop, tell):
        Path(f"{target}.ovr.tmp").write_text("overviews that the driver left")
        raise RuntimeError("words of the driver.")

    with pytest.raises(OutputError) as caught:
        run(source, out, copy=copy)
    assert str(caught.value) == f"{out} could not be written: words of the driver."
    assert state(out.parent) == before


def test_a_full_disk_during_the_copy_is_reported(source, out, monkeypatch):
    """The error reports a full disk, although the failed driver deletes its files before the free space is measured."""

    def copy(source, target, options, stop, tell):
        usage = os.path.getsize(source)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(usage, 0, usage))
        raise RuntimeError("write error")

    with pytest.raises(OutputError, match=f"Not enough space on {out.parent}: about .* MB needed"):
        run(source, out, copy=copy)


def test_files_are_hidden_and_locked_during_the_copy(source, out):
    """During the copy, the plain file and the copy are hidden and locked. At the end, only the output is left."""
    seen = []

    def copy(source, target, options, stop, tell):
        copy_with_rasterio(source, target, options, stop, tell)
        remove_dead_partials(str(out.parent))
        seen.extend([os.path.basename(path) for path in (source, target)])
        assert all(not partial_file._is_dead(Path(path)) for path in (source, target))
        assert sorted(seen) == names(out)

    run(source, out, copy=copy)
    assert len(seen) == 2 and all(name.startswith(".out.parallelraster-") for name in seen)
    assert names(out) == ["out.tif"]


def test_files_of_a_crashed_copy_are_removed(tmp_path):
    """The COG driver's temporary file is removed together with the partial file of the crashed run."""
    living = PartialFile(str(tmp_path / "out.tif"))
    dead = tmp_path / os.path.basename(living.path).replace(f"-{os.getpid()}-", "-1-")
    for path in (dead, Path(f"{dead}.ovr.tmp"), Path(f"{living.path}.ovr.tmp")):
        path.touch()
    remove_dead_partials(str(tmp_path))
    assert sorted(os.listdir(tmp_path)) == [os.path.basename(living.path) + end for end in ("", ".ovr.tmp")]
    living.discard()
    assert os.listdir(tmp_path) == []


# Progress and cancellation.


def test_progress_moves_during_the_copy(source, out, make_progress):
    progress = make_progress()

    def slow(source, target, options, stop, tell):
        copy_with_rasterio(source, target, options, stop, tell)
        for share in (0.6, 0.7, 0.8):
            tell(share)
            reports = len(progress.reports)
            assert wait_for(lambda reports=reports: len(progress.reports) > reports), "no progress during the copy"
        tell(0.1)

    run(source, out, progress=progress, copy=slow)
    done = [each for each, _ in progress.reports]
    total = progress.reports[-1][1]
    assert done == sorted(done) and done[-1] == total and progress.threads == {threading.get_ident()}
    assert len({each for each in done if total / 4 < each < total * 3 / 4}) >= 3


@pytest.mark.parametrize("interrupt", [False, True])
def test_cancelling_stops_the_copy(source, out, state, make_progress, interrupt):
    out.write_text("old")
    before = state(out.parent)
    count = 30 * 1000
    progress = make_progress(
        **({"raise_at": count, "error": KeyboardInterrupt()} if interrupt else {"cancel_at": count})
    )

    def endless(source, target, options, stop, tell):
        while not stop.is_set():
            time.sleep(0.01)
        raise RuntimeError("the driver was stopped")

    with pytest.raises(KeyboardInterrupt if interrupt else Cancelled):
        run(source, out, progress=progress, copy=endless)
    assert state(out.parent) == before


def test_rasterios_copy_ends_when_the_run_is_stopped(source, tmp_path):
    """If the run is stopped, the source appears to end early, so GDAL's copy fails."""
    from parallel_raster.core.progress import Stop

    (tmp_path / "copy.tif").touch()
    stop, shares = Stop(), []

    def tell(share):
        shares.append(share)
        if share > 0.2:
            stop.set()

    with pytest.raises(Exception, match="read|Read|IReadBlock"):
        copy_with_rasterio(str(source), str(tmp_path / "copy.tif"), {"BLOCKSIZE": "128"}, stop, tell)
    assert shares == sorted(shares) and 0.2 < shares[-1] < 0.5


def test_encoded_blocks_are_not_supported(source, out):
    assert CogWriter.takes_encoded is False


def test_the_path_of_the_copy_is_given_by_the_plain_file(tmp_path):
    """The destination is claimed once, for the plain file, and the path of the copy is derived from the plain file."""
    grid = Grid(rasterio.crs.CRS.from_epsg(32633), rasterio.Affine(10, 0, 0, 0, -10, 0), 300, 200)
    profile = resolve_cog_profile(grid, 1, "uint8", None, BLOCKS, 1)
    assert profile.is_cog and not resolve_profile(grid, 1, "uint8", None, "", 1).is_cog
    plain, copied, out = (str(tmp_path / name) for name in ("plain.tif", "copied.tif", "out.tif"))
    claimed, targets = [], []

    def claim(destination):
        claimed.append(destination)
        return StagedFile(plain, destination, copy_path=copied)

    def copy(source, target, *options):
        targets.append((source, target))
        copy_with_rasterio(source, target, *options)

    with cog.raster_writer(out, profile, claim=claim, copy=copy) as writer:
        writer.write(np.full((1, 200, 300), 7, "uint8"), Window(0, 0, 300, 200))
        writer.finish(workers=1, progress=NoProgress())
    assert claimed == [out] and targets == [(plain, copied)]
    assert os.listdir(tmp_path) == ["out.tif"]
