"""Tests for normalized differences of many files: results, errors, cancellation, resources, reports and tile sets."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from cancels import PATIENCE
from cases import long, mostly_long
from parallel_raster.core import merge_tiles, tile_raster
from parallel_raster.core.errors import Cancelled, InputError, OptionError, OutputError, ParallelRasterError
from parallel_raster.core.jobs.difference import tiles as module
from parallel_raster.core.jobs.difference.job import normalized_difference
from parallel_raster.core.jobs.difference.tiles import check_normalized_difference_tiles, normalized_difference_tiles
from parallel_raster.core.pixels import job as pixel_job
from parallel_raster.core.pixels import tiles_plan, tiles_summary
from parallel_raster.core.pixels.job import in_strips
from parallel_raster.core.tileset import file_set
from parallel_raster.core.tileset.manifest import (
    JOURNAL_NAME,
    MANIFEST_NAME,
    STAGING_NAME,
    Manifest,
    SourceIdentity,
    TileRecord,
    read_manifest,
    write_manifest,
)
from parallel_raster.core.writing import header_template
from parallel_raster.core.writing.gdal_file import TWIN

BLOCKS = "BLOCKXSIZE=128|BLOCKYSIZE=128"
GIVEN = {"band_a": 1, "band_b": 2, "creation_options": BLOCKS, "workers": 2}


@pytest.fixture
def tiles(make_raster, random_bands, tmp_path):
    """Return a folder of five rasters: some are larger than a block, and one has a nodata value."""
    (tmp_path / "in").mkdir()
    for number, shape in enumerate([(60, 70), (60, 70), (300, 260), (10, 400), (128, 128)]):
        bands = [band // 2 for band in random_bands(shape=shape, seed=number)]
        make_raster(
            bands, f"in/t{number}.tif", nodata=0 if number == 1 else None, blocks=64 if min(shape) > 60 else "strips"
        )
    return tmp_path / "in"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def run(sources, out, **options):
    return normalized_difference_tiles(sources, out, **{**GIVEN, **options})


def names(folder):
    return sorted(os.listdir(folder))


def assert_equals_single_runs(tiles, out, tmp_path, read, **options):
    for name in names(tiles):
        normalized_difference(tiles / name, tmp_path / "alone.tif", **{**GIVEN, **options})
        alone, found = read(tmp_path / "alone.tif"), read(out / f"NDVI_{name}")
        for each in (alone, found):
            each.structure.pop("LAYOUT", None)  # newer GDAL versions label a small file written in one step as a COG
        assert np.array_equal(found.values, alone.values, equal_nan=True)
        for key in ("tags", "nodata", "dtype", "scale", "offset", "transform", "crs", "block", "structure"):
            assert getattr(found, key) == getattr(alone, key), key
        assert found.description == alone.description


@pytest.mark.parametrize(
    ("small", "options"),
    mostly_long(
        [2**22, 5000, 0],
        [{}, {"workers": 1, "chunk_size": 128}, {"workers": 3, "data_type": "int16"}],
        every=4,
    ),
)
def test_each_result_equals_that_of_a_single_run(tiles, out, tmp_path, read, monkeypatch, small, options):
    """Results equal those of single runs, with any number of threads, whether a file is one task or several chunks."""
    monkeypatch.setattr(tiles_plan, "SMALL_PIXELS", small)
    result = run(tiles, out, **options)
    assert names(out) == [f"NDVI_t{number}.tif" for number in range(5)]
    assert result.tiles == tuple(str(out / name) for name in names(out))
    assert (result.output, result.tile_count) == (str(out), 5)
    assert_equals_single_runs(tiles, out, tmp_path, read, **options)


def test_cloud_optimized_tiles(tiles, out, tmp_path, read):
    run(tiles, out, cog=True, creation_options="BLOCKSIZE=128")
    assert_equals_single_runs(tiles, out, tmp_path, read, cog=True, creation_options="BLOCKSIZE=128")
    assert len(names(out)) == 5


def test_results_keep_the_order_of_the_list(tiles, out):
    chosen = [tiles / "t3.tif", str(tiles / "t0.tif")]
    result = run(chosen, out, index="nbr")
    assert [os.path.basename(path) for path in result.tiles] == ["NBR_t3.tif", "NBR_t0.tif"]


def test_a_pattern_selects_files(tiles, out, make_raster):
    (tiles / ".t0.parallelraster-x-1-2.tif").write_text("hidden")
    (tiles / "notes.txt").write_text("text")
    run(tiles, out, pattern="t[02]*")
    assert names(out) == ["NDVI_t0.tif", "NDVI_t2.tif"]


def test_results_of_other_formats_are_tif_files(tiles, out, tmp_path):
    with rasterio.open(tiles / "t0.tif") as dataset:
        rasterio.shutil.copy(dataset, tmp_path / "in" / "other.vrt", driver="VRT")
    run([tmp_path / "in" / "other.vrt"], out)
    assert names(out) == ["NDVI_other.tif"]


@pytest.mark.parametrize(
    ("sources", "options", "error", "words"),
    [
        ([], {}, OptionError, "INPUTS or INPUT_FOLDER"),
        ("{tmp}/none", {}, InputError, "none is not a folder"),
        ("{tmp}/in/t0.tif", {}, InputError, "is not a folder"),
        ("{tmp}/in", {"pattern": "*.jp2"}, InputError, "*.jp2"),
        ("{tmp}/in", {"pattern": "../*.tif"}, InputError, "../*.tif"),
        (["{tmp}/in/t0.tif", "{tmp}/in/./t0.tif"], {}, InputError, "listed twice"),
        (["{tmp}/in/t0.tif", "{tmp}/missing.tif"], {}, InputError, "missing.tif does not exist"),
        (["{tmp}/in/t0.tif", "{tmp}/copy/T0.tif"], {}, InputError, "would both be named"),
        ("{tmp}/in", {"band_b": 3}, InputError, "band 3 does not exist"),
        ("{tmp}/in", {"index": "evi"}, OptionError, "INDEX"),
        ("{tmp}/in", {"creation_options": "FOO=1"}, OptionError, "FOO"),
        ("{tmp}/in", {"workers": -1}, OptionError, "WORKERS"),
        ("{tmp}/in", {"folder": "{tmp}/in"}, OutputError, "contains inputs"),
        ("{tmp}/in", {"folder": "{tmp}/link"}, OutputError, "contains inputs"),
        ("{tmp}/in", {"folder": "{tmp}/copy/T0.tif"}, OutputError, "T0.tif"),
    ],
)
@pytest.mark.parametrize("only_check", [False, True])
def test_invalid_runs_are_rejected_before_any_work(
    tiles, tmp_path, state, make_raster, random_bands, sources, options, error, words, only_check
):
    (tmp_path / "copy").mkdir()
    make_raster(random_bands(), "copy/T0.tif")
    (tmp_path / "link").symlink_to(tiles)
    before = state(tmp_path)

    def real(value):
        return value.format(tmp=tmp_path) if isinstance(value, str) else value

    sources = [real(each) for each in sources] if isinstance(sources, list) else real(sources)
    options = {key: real(value) for key, value in options.items()}
    folder = options.pop("folder", str(tmp_path / "new" / "out"))
    if only_check and ("missing.tif" in words or "T0.tif" in words):
        pytest.skip("the check reads only the first file, and creates no folder")
    with pytest.raises(error) as caught:
        if only_check:
            defaults = inspect.signature(normalized_difference_tiles).parameters.items()
            unused = ("sources", "folder", "pattern", "verify", "progress", "log", "create", "copy")
            defaults = {name: each.default for name, each in defaults if name not in unused}
            check_normalized_difference_tiles(sources, folder, **{**defaults, **GIVEN, **options})
        else:
            run(sources, folder, **options)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert state(tmp_path) == before


@pytest.mark.parametrize("name", ["NDVI_x.tif", "NDVI_t1.tif.msk"])
def test_a_result_that_would_replace_a_source_of_a_vrt_is_rejected(tiles, out, tmp_path, state, name):
    out.mkdir()
    os.rename(tiles / "t0.tif", out / name)
    with rasterio.open(out / name) as dataset:
        rasterio.shutil.copy(dataset, tmp_path / "x.vrt", driver="VRT")
    before = state(tmp_path)
    with pytest.raises(OutputError, match="one of the inputs"):
        run([tmp_path / "x.vrt", tiles / "t1.tif"], out)
    assert state(tmp_path) == before


def test_a_result_that_is_a_link_is_rejected(tiles, out, tmp_path):
    out.mkdir()
    (out / "NDVI_t0.tif").symlink_to(tmp_path / "elsewhere.tif")
    with pytest.raises(OutputError, match="is a symbolic link"):
        run(tiles, out)


def damage(path):
    """Overwrite the first 50 bytes of the first block of a raster."""
    with rasterio.open(path) as dataset:
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
    data = bytearray(path.read_bytes())
    data[offset : offset + 50] = b"\xff" * 50
    path.write_bytes(data)


@pytest.fixture
def damaged(make_raster, random_bands, tiles):
    for number in (1, 4):
        make_raster(random_bands(shape=(200, 200)), f"in/t{number}.tif", blocks=64, compress="deflate")
        damage(tiles / f"t{number}.tif")
    return tiles


@pytest.mark.parametrize("small", [2**22, 0])
def test_a_damaged_file_does_not_stop_the_others(damaged, out, monkeypatch, log, small):
    monkeypatch.setattr(tiles_plan, "SMALL_PIXELS", small)
    with pytest.raises(InputError) as caught:
        run(damaged, out, log=log)
    message = str(caught.value)
    assert message.startswith(f"Files not computed: 2 of 5 ({damaged}/t1.tif, {damaged}/t4.tif). Files completed in")
    assert "is damaged" in message and "\n" not in message
    assert names(out) == ["NDVI_t0.tif", "NDVI_t2.tif", "NDVI_t3.tif"]
    assert log.line("Files computed: 3 of 5;")
    assert len([line for line in log.warnings if line.startswith("Not computed")]) == 2


def test_no_folder_is_left_if_all_files_fail(damaged, out):
    with pytest.raises(InputError, match=r"2 of 2 .* Nothing was written"):
        run([damaged / "t1.tif", damaged / "t4.tif"], out)
    assert not out.exists()


def test_an_error_if_an_input_changes_while_it_is_read(tiles, out, monkeypatch):
    """An input changes while its result is computed, not while the inputs are being planned: others are completed."""

    def changing(kernel, stack, dtype):
        if len(stack.values[0]) == 10:  # rows of t3.tif
            os.utime(tiles / "t3.tif", ns=(1, 1))
        return in_strips(kernel, stack, dtype)

    monkeypatch.setattr(pixel_job, "in_strips", changing)
    with pytest.raises(InputError, match=r"1 of 5 .*t3\.tif changed while it was being read"):
        run(tiles, out)
    assert names(out) == [f"NDVI_t{number}.tif" for number in (0, 1, 2, 4)]


def failing(*_):
    raise ZeroDivisionError("in a chunk")


@pytest.mark.parametrize("small", [2**22, 0])
@pytest.mark.parametrize("exists", [True, False])
def test_any_other_error_leaves_the_folder_unchanged(tiles, out, tmp_path, state, monkeypatch, small, exists):
    monkeypatch.setattr(tiles_plan, "SMALL_PIXELS", small)
    if exists:
        run([tiles / "t0.tif"], out)
    before = state(tmp_path)
    monkeypatch.setattr(pixel_job, "in_strips", failing)
    with pytest.raises(ZeroDivisionError):
        run(tiles, out)
    assert state(tmp_path) == before


@pytest.mark.parametrize(
    ("at", "quick", "interrupt"),
    [(2, 0, True), (14, 10, False), *long((0, 0, False), (0, 0, True), (2, 0, False), (14, 10, True))],
)  # cancel during planning, at the first file and later in the run
def test_a_cancellation_leaves_the_folder_unchanged(
    tiles, out, tmp_path, state, make_progress, monkeypatch, at, quick, interrupt
):
    monkeypatch.setattr(tiles_plan, "SMALL_PIXELS", 10_000)
    run([tiles / "t0.tif"], out)
    before = state(tmp_path)
    begun = itertools.count()
    progress = make_progress(**({"raise_at": at, "error": KeyboardInterrupt()} if interrupt else {"cancel_at": at}))

    def held(*arguments):
        if next(begun) >= quick:
            assert progress.ended.wait(PATIENCE)
        return in_strips(*arguments)

    monkeypatch.setattr(pixel_job, "in_strips", held)
    with pytest.raises(KeyboardInterrupt if interrupt else Cancelled):
        run(tiles, out, progress=progress)
    assert state(tmp_path) == before


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("share", [0.9, 1.3])
def test_disk_space_is_checked_against_the_space_before_the_first_file(
    make_raster, random_bands, tmp_path, out, monkeypatch, workers, share
):
    """Disk space that finished results already use is not required again when further files are planned."""
    (tmp_path / "in").mkdir()
    for number in range(8):
        make_raster(random_bands(shape=(64, 64)), f"in/t{number}.tif")
    needed, real, usage = 8 * 64 * 64 * 4, module.plan_index, shutil._ntuple_diskusage

    def slow(*arguments, **options):
        threading.Event().wait(0.02)
        return real(*arguments, **options)

    def free(folder):
        there = [path for path in Path(folder).rglob("*") if path.is_file()] if Path(folder).is_dir() else []
        return usage(2**40, 0, int(share * needed) - sum(path.stat().st_size for path in there))

    monkeypatch.setattr(module, "plan_index", slow)
    monkeypatch.setattr(shutil, "disk_usage", free)
    given = {"creation_options": "COMPRESS=NONE|TILED=NO", "workers": workers}
    if share > 1:
        assert run(tmp_path / "in", out, **given).tile_count == 8
    else:
        with pytest.raises(OutputError, match="Not enough space"):
            run(tmp_path / "in", out, **given)
        assert not out.exists()


@pytest.mark.parametrize("twin", [False, True])
def test_a_truncated_result_is_not_reported_as_a_damaged_input(tiles, out, monkeypatch, twin):
    """If a result or its header template is truncated, as on a full disk, the error says that writing failed."""
    real = header_template.OutputFile.close

    def close(self):
        real(self)
        if self._path.endswith(TWIN) == twin:
            os.truncate(self._path, 100)

    monkeypatch.setattr(header_template.OutputFile, "close", close)
    with pytest.raises(OutputError, match="could not be written"):
        run([tiles / "t0.tif", tiles / "t1.tif"], out, creation_options="COMPRESS=DEFLATE")
    assert not out.exists()


@pytest.mark.parametrize("small", [2**22, 10_000, 0])
def test_progress(tiles, out, make_progress, monkeypatch, small):
    monkeypatch.setattr(tiles_plan, "SMALL_PIXELS", small)
    progress = make_progress()
    run(tiles, out, progress=progress)
    assert progress.reports == sorted(progress.reports) and progress.reports[-1] == (55, 55)
    assert progress.threads == {threading.get_ident()}


def test_threads_and_memory_are_shared(tiles, out, monkeypatch):
    """The number of files that are computed at the same time equals the number of workers."""
    running, most, lock, meeting = [0], [0, 0], threading.Lock(), threading.Barrier(2)

    def counting(*arguments):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
            first = most[1] < 2
            most[1] += first
        try:
            if first:  # the first two calls wait for each other, which requires two threads
                meeting.wait(PATIENCE)
            threading.Event().wait(0.03)  # gives a third thread, if there is one, time to start
            return in_strips(*arguments)
        finally:
            with lock:
                running[0] -= 1

    monkeypatch.setattr(pixel_job, "in_strips", counting)
    run(tiles, out, workers=2, chunk_size=128)
    assert most[0] == 2


def test_memory_for_one_thread_is_sufficient(tiles, out):
    """If a thread's share of the memory is too small for a block, the file gets the memory of all threads."""
    needed = 2
    while True:
        try:
            run(tiles, out, workers=1, memory=needed / 10)
            break
        except ParallelRasterError:
            needed += 1
    run(tiles, out, workers=4, memory=needed / 10)


def test_creation_options_are_tested_once(tiles, out, monkeypatch):
    from parallel_raster.core.writing import creation_options

    real, tried = creation_options._tried_block, []
    monkeypatch.setattr(creation_options, "_tried_block", lambda profile: tried.append(1) or real(profile))
    run([tiles / "t0.tif", tiles / "t1.tif"], out, workers=1)
    assert len(tried) == 1


def test_the_log_is_complete_and_short(tiles, out, log):
    run(tiles, out, log=log)
    assert log.line("Files: 5. Plan of") and log.line("Files: 5, ") and log.line("Files computed: 5 of 5;")
    assert len(log.infos) < 15


@pytest.mark.parametrize("small", [2**22, 10_000, 0])
def test_the_report_lists_every_file(tiles, out, tmp_path, monkeypatch, log, small):
    """The report shows each file as one chunk, even if it was computed in several chunks."""
    monkeypatch.setattr(tiles_plan, "SMALL_PIXELS", small)
    records = []
    monkeypatch.setattr(tiles_summary, "write_report", lambda recorder, record: records.append(record))
    with rasterio.open(tiles / "t2.tif") as dataset:
        hidden = int(dataset.read(1)[0, 0])
    result = run(tiles, out, report=tmp_path / "report.html", nodata=hidden, log=log)
    (record,) = records
    stored = []
    for path in result.tiles:
        with rasterio.open(path) as dataset:
            stored.append(dataset.read(1))
    assert record.pixels == sum(each.size for each in stored)
    assert record.valid == sum(np.count_nonzero(each != -9999) for each in stored) < record.pixels
    assert sorted(span.chunk for span in record.spans) == list(range(5)) and record.counts["Files"] == 5
    assert sorted(place[2:] for place in record.chunks) == sorted(each.shape[::-1] for each in stored)
    drawn = np.zeros((record.height, record.width), int)
    for col, row, width, height in record.chunks:
        drawn[row : row + height, col : col + width] += 1
    assert drawn.max() == 1 and drawn.sum() == record.pixels, "files do not overlap in the drawing"
    assert record.parameters["input_folder"] == tiles and record.parameters["memory"] == 0
    assert not {"inputs", "mask", "overview"} & set(record.parameters)
    assert {text for _, text in record.log} == {*log.infos, *log.warnings} and record.memory


def test_the_report_is_an_html_page(tiles, out, tmp_path):
    run(tiles, out, report=tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for words in ("NDVI of 5 files", str(out), "5 of 5 files done", "Each bar is a file", "file 5: ", "PATTERN"):
        assert words in page, words
    with pytest.raises(OutputError, match=r"must end in \.html"):
        run(tiles, tmp_path / "new", report=tmp_path / "report.txt")
    assert not (tmp_path / "new").exists()


def test_few_files_are_open_at_once(tiles, out, make_raster, random_bands):
    """150 files can be processed even if the process may open only 30 more files at a time."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    paths = [make_raster(random_bands(shape=(8, 8), seed=number), f"many{number}.tif") for number in range(150)]
    open_now = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_now + 30, limits[1]))
    try:
        assert run(paths, out).tile_count == 150
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


# Tile sets with a tiles.json.


@pytest.fixture
def tile_set(tiles):
    """Add a `tiles.json` to the folder of five rasters; return the folder."""
    places = [(0, 0, 70, 60), (70, 0, 70, 60), (0, 60, 260, 300), (0, 360, 400, 10), (0, 370, 128, 128)]
    records = [
        TileRecord(f"t{number}.tif", number, 0, number, place, place, 0.5) for number, place in enumerate(places)
    ]
    source = SourceIdentity("/data/scene.tif", 123, 456)
    manifest = Manifest(source, "", (30.0, 0.0, 4e5, 0.0, -30.0, 5e6), 1000, 1000, {"tiling": "pixels"}, tuple(records))
    write_manifest(str(tiles / MANIFEST_NAME), manifest)
    return tiles


@pytest.mark.parametrize("as_list", [False, True])
def test_the_tile_list_is_copied(tile_set, out, as_list):
    """The new `tiles.json` equals that of the input except for file names and valid shares, even if a list is given."""
    sources = [tile_set / f"t{number}.tif" for number in (3, 1, 0, 4, 2)] if as_list else tile_set
    run(sources, out)
    old, new = read_manifest(str(tile_set)), read_manifest(str(out))
    assert [tile.file for tile in new.tiles] == [f"NDVI_t{number}.tif" for number in range(5)]
    assert replace(new, tiles=()) == replace(old, tiles=())
    for before, after in zip(old.tiles, new.tiles):
        assert replace(after, file=before.file, valid_share=before.valid_share) == before
        with rasterio.open(out / after.file) as dataset:
            assert after.valid_share == pytest.approx(np.mean(dataset.read(1) != -9999))
    assert len(names(out)) == 6


def test_the_tile_list_is_written_last(tile_set, out, monkeypatch):
    replaced = []
    real = file_set.replace_file
    monkeypatch.setattr(file_set, "replace_file", lambda path, name: replaced.append(name) or real(path, name))
    run(tile_set, out)
    assert replaced[-1] == str(out / MANIFEST_NAME)


@pytest.mark.parametrize("how", ["part", "mixed", "damaged"])
def test_an_incomplete_set_gets_no_tile_list(tile_set, out, make_raster, random_bands, how, log):
    sources = [tile_set / f"t{number}.tif" for number in range(5)]
    if how == "part":
        sources.pop()
    elif how == "mixed":
        sources.append(make_raster(random_bands(), "foreign.tif"))
    else:
        make_raster(random_bands(shape=(200, 200)), "in/t4.tif", blocks=64, compress="deflate")
        damage(tile_set / "t4.tif")
    with contextlib.suppress(InputError):
        run(sources, out, log=log)
    assert "NDVI_t0.tif" in names(out) and MANIFEST_NAME not in names(out)
    assert any(MANIFEST_NAME in line for line in log.warnings)


@pytest.mark.parametrize("how", ["missing", "foreign", "unfinished", "unreadable"])
def test_a_set_that_does_not_match_its_tile_list_is_rejected(
    tile_set, out, tmp_path, state, make_raster, random_bands, how
):
    if how == "missing":
        (tile_set / "t3.tif").unlink()
    elif how == "foreign":
        make_raster(random_bands(), "in/t9.tif")
    elif how == "unfinished":
        (tile_set / MANIFEST_NAME).unlink()
        (tile_set / STAGING_NAME).mkdir()
        (tile_set / STAGING_NAME / JOURNAL_NAME).touch()
    else:
        (tile_set / MANIFEST_NAME).write_text('{"format": 2}')
    before = state(tmp_path)
    with pytest.raises(InputError) as caught:
        run(tile_set, out)
    assert {"missing": "t3.tif", "foreign": "t9.tif"}.get(how, str(tile_set)) in str(caught.value)
    assert state(tmp_path) == before


def test_a_new_set_replaces_an_older_one(tile_set, out, tmp_path):
    """A new tile set deletes the files of the older tile set in the same folder and keeps unrelated files."""
    run(tile_set, out)
    (out / "foreign.tif").write_text("not of the set")
    run(tile_set, out, index="ndwi")
    assert names(out) == sorted(["foreign.tif", MANIFEST_NAME, *(f"NDWI_t{number}.tif" for number in range(5))])


def test_the_tile_list_of_an_older_set_is_deleted_if_a_tile_is_replaced(tile_set, out, tmp_path):
    """If a result outside any tile set replaces a tile of an older tile set, the older `tiles.json` is deleted."""
    run(tile_set, out)
    run([tile_set / "t0.tif"], out, index="ndwi")
    assert MANIFEST_NAME in names(out)
    run([tile_set / "t0.tif"], out, band_a=2, band_b=1)
    assert MANIFEST_NAME not in names(out) and len(names(out)) == 6


@pytest.mark.parametrize("overlap", [0, 16])
def test_the_merged_index_of_tiles_equals_that_of_the_raster(make_raster, random_bands, tmp_path, overlap):
    """Merging the indices of a raster's tiles gives the same pixels as the index of the raster itself."""
    source = make_raster([band // 2 for band in random_bands(shape=(300, 430))], blocks=64)
    tile_raster(source, tmp_path / "tiles", tile_width=128, tile_height=100, overlap=overlap, workers=2)
    run(tmp_path / "tiles", tmp_path / "out")
    merge_tiles(tmp_path / "out", tmp_path / "merged.tif", workers=2)
    normalized_difference(source, tmp_path / "whole.tif", **GIVEN)
    with rasterio.open(tmp_path / "merged.tif") as merged, rasterio.open(tmp_path / "whole.tif") as whole:
        assert np.array_equal(merged.read(), whole.read())
        assert merged.nodata == whole.nodata and merged.transform == whole.transform
