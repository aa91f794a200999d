"""The folder of a tile set is complete or unchanged, can be resumed on request, and keeps unrelated files."""

from __future__ import annotations

import itertools
import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio

import parallel_raster
from cancels import PATIENCE, Cancel
from cases import long
from forks import Forks
from parallel_raster.core import tile_raster
from parallel_raster.core.errors import Cancelled, InputError, OutputError
from parallel_raster.core.jobs.tiling import run as tile_run
from parallel_raster.core.jobs.tiling import task as tile_task
from parallel_raster.core.tileset.folder import TileSet
from parallel_raster.core.tileset.manifest import JOURNAL_NAME, STAGING_NAME, is_unfinished, read_manifest
from parallel_raster.core.writing.writer import RasterWriter

ROOT = Path(parallel_raster.__file__).parent
TILES = {"tile_width": 20, "tile_height": 20}
NAMES = [f"in_{row}_{col}.tif" for row in range(3) for col in range(4)]


@pytest.fixture
def source(make_raster):
    """Return the path of a raster of 70 x 60 pixels of noise, which gives twelve tiles of 20 x 20 pixels."""
    return make_raster(list(np.random.default_rng(5).integers(1, 60_000, (2, 60, 70), dtype="uint16")))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def listing(folder):
    return sorted(os.listdir(folder)) if folder.exists() else None


def read_all(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def fail_at(monkeypatch, number, error):
    """Make reading the pixels of the tile `number` (counted from 0) raise `error`."""
    count = iter(range(10_000))
    real = tile_task.read_piece

    def read(*arguments):
        if next(count) == number:
            raise error
        return real(*arguments)

    monkeypatch.setattr(tile_task, "read_piece", read)


def test_set_replaces_an_older_set_completely(source, out):
    """A new tile set of 4 x 4 tiles replaces 10 x 10 old tiles and their sidecars; unrelated files remain."""
    tile_raster(source, out, tiling="grid", columns=10, rows=10)
    assert len(listing(out)) == 102
    for suffix in (".ovr", ".aux.xml", ".msk"):
        for name in ("in_0_0.tif", "in_9_9.tif"):
            (out / f"{name}{suffix}").write_text("old")
    for name in ("in_7.tif", "in_0_99.tif", "notes.txt"):
        (out / name).write_text("not of the set")
    result = tile_raster(source, out, tiling="grid", columns=4, rows=4)
    tiles = [f"in_{row}_{col}.tif" for row in range(4) for col in range(4)]
    others = ["in.vrt", "in_0_99.tif", "in_7.tif", "notes.txt", "tiles.json"]
    assert listing(out) == sorted([*tiles, *others])
    assert (out / "in_7.tif").read_text() == "not of the set"
    assert [record.file for record in read_manifest(str(out)).tiles] == tiles
    assert np.array_equal(read_all(result.vrt), read_all(source))


@pytest.mark.parametrize("text", ["mine", '<VRTDataset><SourceFilename relativeToVRT="1">b.tif</SourceFilename>'])
def test_vrt_of_other_files_is_kept(source, make_raster, out, text):
    """A VRT with the name of the older tile set's mosaic is not removed if it refers to other files."""
    other = make_raster([np.ones((30, 30), "uint8")], "a & b.tif")
    tile_raster(other, out, **TILES)
    (out / "a & b.vrt").write_text(text)
    tile_raster(source, out, **TILES)
    assert listing(out) == sorted(["a & b.vrt", "in.vrt", "tiles.json", *NAMES])
    assert (out / "a & b.vrt").read_text() == text


@pytest.mark.parametrize("name", ["other.tif", "a & b.tif"])
@pytest.mark.parametrize("skip", [True, False])
def test_mosaic_is_removed_with_its_set(source, make_raster, out, name, skip):
    """The mosaic of an older tile set is removed, even if the tile set has no tiles or the name is escaped in XML."""
    other = make_raster([np.ones((30, 30), "uint8")], name, nodata=1)
    assert bool(tile_raster(other, out, **TILES, skip_empty=skip).tile_count) is not skip
    tile_raster(source, out, **TILES)
    assert listing(out) == sorted(["in.vrt", "tiles.json", *NAMES])


@pytest.mark.parametrize("name", ["in_0_0.tif", "in_9_9.tif"])
def test_folder_named_like_a_tile_is_not_emptied(source, out, state, name):
    tile_raster(source, out, tiling="grid", columns=10, rows=10)
    (out / name).unlink()
    (out / name).mkdir()
    (out / name / "mine.txt").write_text("mine")
    before = state(out)
    if name in NAMES:
        with pytest.raises(OutputError, match="could not be completed"):
            tile_raster(source, out, **TILES)
        assert state(out) == before
    else:
        tile_raster(source, out, **TILES)
    assert (out / name / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("number", [0, 5, 11])
@pytest.mark.parametrize("older", [False, True])
def test_failed_run_leaves_the_folder_unchanged(source, out, state, monkeypatch, tmp_path, number, older):
    if older:
        tile_raster(source, out, tiling="grid", columns=2, rows=3)
    before = state(tmp_path)
    fail_at(monkeypatch, number, ZeroDivisionError("in tile"))
    with pytest.raises(ZeroDivisionError, match="in tile"):
        tile_raster(source, out / "deeper" if not older else out, **TILES)
    assert state(tmp_path) == before


@pytest.mark.parametrize("done", [0, 3, 12])
@pytest.mark.parametrize("older", [False, True])
def test_cancelled_run_leaves_the_folder_unchanged(
    source, out, state, tmp_path, make_progress, monkeypatch, done, older
):
    if older:
        tile_raster(source, out, tiling="grid", columns=2, rows=3)
    before = state(tmp_path)
    progress = make_progress(cancel_at=done)
    real = tile_task.read_piece
    count = iter(range(10_000))

    def wait(*arguments):
        if next(count) >= done:
            assert progress.ended.wait(PATIENCE)
        return real(*arguments)

    if done < 12:
        monkeypatch.setattr(tile_task, "read_piece", wait)
    with pytest.raises(Cancelled):
        tile_raster(source, out, **TILES, progress=progress)
    assert state(tmp_path) == before


def test_cancelled_run_does_not_start_further_tiles(make_raster, out):
    path = make_raster([np.zeros((400, 400), "uint8")])
    with Cancel((tile_task, "read_piece"), at=300) as cancel, pytest.raises(Cancelled):
        tile_raster(path, out, tile_width=8, tile_height=8, workers=2, progress=cancel)
    assert 300 < cancel.begun <= 304 and cancel.begun_later <= 2
    assert not out.exists()


def test_older_set_stays_complete_during_a_run(source, out, make_progress):
    """Until the run ends, all visible files belong to the older tile set; then the new tile set replaces them."""
    tile_raster(source, out, tiling="grid", columns=2, rows=3)
    old = {path.name: path.read_bytes() for path in out.iterdir()}

    class Watcher:
        reports = 0

        def report(self, done, total):
            files = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
            assert files == old
            self.reports += 1

        def is_cancelled(self):
            return False

    watcher = Watcher()
    tile_raster(source, out, **TILES, progress=watcher)
    assert watcher.reports and listing(out) == sorted(["in.vrt", "tiles.json", *NAMES])


def test_set_is_unfinished_during_a_run(source, out):
    states = []

    class Watcher:
        def report(self, done, total):
            states.append(is_unfinished(str(out)))

        def is_cancelled(self):
            return False

    tile_raster(source, out, **TILES, progress=Watcher())
    assert set(states) == {True} and not is_unfinished(str(out))


def test_second_run_in_the_same_folder_is_rejected(source, out):
    messages = []

    class SecondRun:
        def report(self, done, total):
            if not messages:
                with pytest.raises(OutputError) as caught:
                    tile_raster(source, out, **TILES)
                messages.append(str(caught.value))

        def is_cancelled(self):
            return False

    result = tile_raster(source, out, **TILES, progress=SecondRun())
    assert "Another run is writing tiles" in messages[0] and str(out) in messages[0]
    assert result.tile_count == 12 and listing(out) == sorted(["in.vrt", "tiles.json", *NAMES])


@pytest.mark.parametrize("name", ["in_1_2.tif", "IN_1_2.TIF", "in.vrt"])
def test_files_that_belong_to_no_set_are_not_replaced(source, out, state, name):
    out.mkdir()
    (out / name).write_text("mine")
    before = state(out)
    with pytest.raises(OutputError, match=f"{name} exists and does not belong to any tile set"):
        tile_raster(source, out, **TILES)
    assert state(out) == before


def test_folder_of_the_input_is_rejected(source, state, tmp_path):
    before = state(tmp_path)
    with pytest.raises(OutputError, match=r"contains the input .*in\.tif"):
        tile_raster(source, tmp_path, **TILES)
    with pytest.raises(OutputError, match="contains the input"):
        tile_raster(source, os.path.join(tmp_path, ".", "x", ".."), **TILES)
    assert state(tmp_path) == before


def test_folder_of_the_input_tiles_is_rejected(source, out, tmp_path, state):
    """The mosaic of a tile set cannot be tiled into the folder of the same tile set."""
    result = tile_raster(source, out, **TILES)
    before = state(tmp_path)
    with pytest.raises(OutputError, match="contains the input"):
        tile_raster(result.vrt, out, **TILES)
    assert state(tmp_path) == before


def test_damaged_list_is_not_overwritten(source, out, state):
    out.mkdir()
    (out / "tiles.json").write_text("{")
    before = state(out)
    with pytest.raises(OutputError, match=r"tiles\.json is damaged.*first remove tiles\.json"):
        tile_raster(source, out, **TILES)
    assert state(out) == before


@pytest.mark.parametrize("kind", ["file", "file above"])
def test_output_that_is_not_a_folder(source, tmp_path, state, kind):
    (tmp_path / "plain").write_text("x")
    before = state(tmp_path)
    with pytest.raises(OutputError, match="is not a folder"):
        tile_raster(source, tmp_path / "plain" / ("" if kind == "file" else "deeper"), **TILES)
    assert state(tmp_path) == before


@pytest.mark.parametrize("number", [0, 16, 36, *long(1, 8, 24, 35)])
def test_failed_exchange_is_undone(source, out, tmp_path, state, monkeypatch, number):
    """If a file cannot be moved while tile sets are exchanged, the older tile set is restored completely."""
    tile_raster(source, out, tiling="grid", columns=5, rows=4)
    before = state(tmp_path)
    count = iter(range(1000))
    real = TileSet._move

    def move(name, *folders):
        if next(count) == number:
            raise PermissionError(13, "in use")
        real(name, *folders)

    monkeypatch.setattr(TileSet, "_move", staticmethod(move))
    if number < 36:
        with pytest.raises(OutputError, match="in use"):
            tile_raster(source, out, **TILES)
        assert state(tmp_path) == before
    else:
        tile_raster(source, out, **TILES)


def test_input_that_changes_during_the_run_is_rejected(source, out, monkeypatch):
    real = tile_run.flush_tiles

    def touch(*arguments, **options):
        os.utime(source, ns=(1, 1))
        return real(*arguments, **options)

    monkeypatch.setattr(tile_run, "flush_tiles", touch)
    with pytest.raises(InputError, match="changed while it was being read"):
        tile_raster(source, out, **TILES)
    assert not out.exists()


def test_tile_that_changes_after_reading_back_is_detected(source, out, monkeypatch):
    """Tiles are verified again after they are flushed to disk, so a change after reading back is an error."""
    real = tile_run.flush_tiles

    def flip(tiles, **options):
        path = tiles[3][0]
        data = bytearray(Path(path).read_bytes())
        data[len(data) // 2] ^= 1
        Path(path).write_bytes(data)
        return real(tiles, **options)

    monkeypatch.setattr(tile_run, "flush_tiles", flip)
    with pytest.raises(OutputError, match="differ from the bytes written"):
        tile_raster(source, out, **TILES)
    assert not out.exists()


@pytest.fixture
def damaged_tile(monkeypatch):
    """Change an encoded byte of the fourth tile after the tile is written but before it is entered in the journal."""
    real, closed = RasterWriter.close, itertools.count()

    def close(self, run):
        real(self, run)
        if next(closed) == 3:
            span, _ = next(iter(self._appended.spans))
            with open(self.path, "rb+") as file:
                file.seek(span.offset + span.length // 2)
                (byte,) = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte ^ 1]))

    monkeypatch.setattr(RasterWriter, "close", close)


@pytest.mark.parametrize("copied", [True, False])
def test_changed_encoded_bytes_are_detected(make_raster, random_bands, out, damaged_tile, copied):
    source = make_raster(random_bands(shape=(256, 256)), "encoded.tif", blocks=64, compress="deflate")
    options = "COMPRESS=DEFLATE|BLOCKXSIZE=64|BLOCKYSIZE=64" + ("" if copied else "|PREDICTOR=2")
    with pytest.raises(OutputError, match="differ from the bytes written"):
        tile_raster(source, out, **{**TILES, "tile_width": 128, "tile_height": 128}, creation_options=options)
    assert not out.exists()


def test_resume_does_not_keep_a_damaged_tile(out, damaged_tile, make_raster, random_bands):
    source = make_raster(random_bands(shape=(256, 256)), "encoded.tif", blocks=64, compress="deflate")
    keywords = {**TILES, "tile_width": 128, "tile_height": 128, "resume": True}
    options = "COMPRESS=DEFLATE|BLOCKXSIZE=64|BLOCKYSIZE=64"
    with pytest.raises(OutputError, match="differ from the bytes written"):
        tile_raster(source, out, **keywords, creation_options=options)
    assert len([name for name in listing(out) if name.endswith(".tif")]) == 3
    tile_raster(source, out, **keywords, creation_options=options)
    assert np.array_equal(read_all(out / "encoded.vrt"), read_all(source))


# Runs that are killed.

FORKS = Forks(f"""
import importlib.util
spec = importlib.util.spec_from_file_location("parallel_raster", {str(ROOT / "__init__.py")!r},
                                              submodule_search_locations=[{str(ROOT)!r}])
module = importlib.util.module_from_spec(spec)
sys.modules["parallel_raster"] = module
spec.loader.exec_module(module)
import signal
from parallel_raster.core.jobs.tiling import job
from parallel_raster.core.jobs.tiling import task as tile_task
from parallel_raster.core.tileset import folder as tile_set
from parallel_raster.core.tileset import journal as tile_journal
""")

KILLED = """
options = json.loads(sys.argv[1])
when = options.pop("when")
count = iter(range(100_000))
def killing(real):
    def call(*arguments, **keywords):
        if next(count) == when[1]:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **keywords)
    return call
target = {"read": (tile_task, "read_piece"), "enter": (tile_journal.Journal, "_append"),
          "commit": (tile_set.StagedFile, "commit"), "move": (tile_set.TileSet, "_move")}[when[0]]
kill = killing(getattr(*target))
setattr(*target, staticmethod(kill) if when[0] == "move" else kill)
job.tile_raster(**options)
"""


def kill(source, out, place, number, **options):
    """Run Tile raster in a process that kills itself at call `number` (from 0) of the function named by `place`."""
    arguments = {"src": str(source), "folder": str(out), **TILES, **options, "when": [place, number]}
    run = FORKS.run(KILLED, json.dumps(arguments), environment={}, timeout=300)
    assert run.returncode == -signal.SIGKILL, run.stderr[-2000:]


def stamps(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.tif")}


@pytest.mark.parametrize(
    ("place", "number"),
    [("enter", 6), ("commit", 1), *long(("read", 1), ("read", 6), ("enter", 1), ("commit", 6))],
)
def test_resume_after_a_kill(source, out, tmp_path, log, place, number):
    undisturbed = tile_raster(source, tmp_path / "undisturbed", **TILES)
    kill(source, out, place, number, resume=True)
    assert is_unfinished(str(out))
    before = stamps(out)
    assert len(before) >= number - 3
    time.sleep(0.02)
    result = tile_raster(source, out, **TILES, resume=True, log=log)
    assert {name: stamps(out)[name] for name in before} == before, "finished tiles are not written again"
    assert listing(out) == listing(tmp_path / "undisturbed")
    for tile, other in zip(result.tiles, undisturbed.tiles):
        assert Path(tile).read_bytes() == Path(other).read_bytes()
    assert (out / "tiles.json").read_text() == (tmp_path / "undisturbed" / "tiles.json").read_text()
    if before:
        assert log.line("Resumed")


def test_resume_with_another_path_to_the_input(source, out, monkeypatch):
    kill(source, out, "read", 6, resume=True)
    before = stamps(out)
    monkeypatch.chdir(source.parent)
    tile_raster("in.tif", out, **TILES, resume=True)
    assert before and {name: stamps(out)[name] for name in before} == before


def test_resume_with_an_older_set(source, out):
    """The older tile set stays complete until the resumed run ends, and finished tiles are not rewritten."""
    tile_raster(source, out, tiling="grid", columns=2, rows=3)
    old = read_manifest(str(out))
    kill(source, out, "read", 6, resume=True)
    assert read_manifest(str(out)) == old and len(stamps(out)) == 6
    waiting = stamps(out / STAGING_NAME / "new")
    assert len(waiting) >= 4
    time.sleep(0.02)
    tile_raster(source, out, **TILES, resume=True)
    assert {name: stamps(out)[name] for name in waiting} == waiting
    assert listing(out) == sorted(["in.vrt", "tiles.json", *NAMES])


def test_resume_writes_a_damaged_tile_again(source, out):
    kill(source, out, "read", 8, resume=True)
    first = next(iter(sorted(stamps(out))))
    data = bytearray((out / first).read_bytes())
    data[-1] ^= 255
    (out / first).write_bytes(data)
    result = tile_raster(source, out, **TILES, resume=True)
    assert np.array_equal(read_all(result.vrt), read_all(source))


@pytest.mark.parametrize("change", ["parameter", "input", "resume off"])
def test_changed_run_is_not_resumed(source, out, log, change):
    kill(source, out, "read", 6, resume=True)
    before = stamps(out)
    assert before
    options = {**TILES, "resume": change != "resume off"}
    if change == "parameter":
        options["creation_options"] = "COMPRESS=LZW"
    elif change == "input":
        os.utime(source, ns=(1, 1))
    time.sleep(0.02)
    result = tile_raster(source, out, **options, log=log)
    now = stamps(out)
    assert all(now[name] != stamp for name, stamp in before.items())
    assert listing(out) == sorted(["in.vrt", "tiles.json", *NAMES])
    assert log.line("Removed") and np.array_equal(read_all(result.vrt), read_all(source))


def test_failed_run_with_resume_keeps_finished_tiles(source, out, monkeypatch):
    fail_at(monkeypatch, 6, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        tile_raster(source, out, **TILES, resume=True, workers=1)
    assert len(stamps(out)) == 6 and is_unfinished(str(out))
    assert listing(out / STAGING_NAME / "work") == []
    monkeypatch.undo()
    tile_raster(source, out, **TILES, resume=True)
    assert listing(out) == sorted(["in.vrt", "tiles.json", *NAMES])


def test_a_cancelled_run_with_resume_says_that_finished_tiles_are_kept(source, out):
    with Cancel((tile_task, "read_piece"), at=6) as cancel, pytest.raises(Cancelled) as cancelled:
        tile_raster(source, out, **TILES, resume=True, workers=1, progress=cancel)
    kept = len(stamps(out))
    assert kept >= 5 and str(cancelled.value) == (
        f"The run was cancelled. Finished tiles kept: {kept}. To continue, run again with RESUME, the same inputs and "
        "the same parameters."
    )
    tile_raster(source, out, **TILES, resume=True)
    with Cancel((tile_task, "read_piece"), at=6) as cancel, pytest.raises(Cancelled, match="; nothing was written"):
        tile_raster(source, out, **{**TILES, "overlap": 1}, workers=1, progress=cancel)


def test_resume_does_not_write_left_out_tiles_again(make_raster, out, monkeypatch):
    values = np.zeros((40, 40), "uint8")
    values[20:, :20] = values[:20, 20:] = 1  # in either order of Dask, the first 3 tiles include both kinds
    path = make_raster([values], nodata=0)
    fail_at(monkeypatch, 3, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        tile_raster(path, out, **TILES, resume=True, workers=1, skip_empty=True)
    assert listing(out) == [STAGING_NAME, "in_0_1.tif", "in_1_0.tif"]
    monkeypatch.undo()
    assert tile_raster(path, out, **TILES, resume=True, skip_empty=True).tile_count == 2


def test_tiles_of_a_killed_run_are_removed_without_resume(source, out):
    """The next run removes the tiles of a killed run, even if the tiles of the two runs have different names."""
    kill(source, out, "read", 6)
    assert stamps(out)
    tile_raster(source, out, tiling="grid", columns=2, rows=2, name_template="new_{id}")
    assert listing(out) == ["in.vrt", "new_0.tif", "new_1.tif", "new_2.tif", "new_3.tif", "tiles.json"]


@pytest.mark.parametrize(
    ("number", "resume"),
    [(9, True), (20, False), *long((9, False), (20, True), (0, True), (0, False), (33, True), (33, False))],
)
def test_kill_during_the_exchange(source, out, tmp_path, number, resume):
    """If a run is killed while old and new files are exchanged, the next run still produces a complete tile set."""
    tile_raster(source, out, tiling="grid", columns=5, rows=4)
    kill(source, out, "move", number, resume=resume)
    result = tile_raster(source, out, **TILES, resume=resume)
    assert listing(out) == sorted(["in.vrt", "tiles.json", *NAMES])
    assert np.array_equal(read_all(result.vrt), read_all(source))


def test_kill_during_the_exchange_and_kill_of_the_next_run(source, out):
    """If a run is killed during the exchange, and so is the next run, a third run keeps the tiles of the first run."""
    tile_raster(source, out, tiling="grid", columns=5, rows=4)
    kill(source, out, "move", 9, resume=True)
    waiting = out / STAGING_NAME / "new"
    before = stamps(waiting)
    (waiting / NAMES[-1]).unlink()
    kill(source, out, "read", 0, resume=True)
    tile_raster(source, out, **TILES, resume=True)
    now = stamps(out)
    assert len(before) == 12 and [name for name in NAMES if now[name] != before[name]] == [NAMES[-1]]


@pytest.mark.parametrize("number", [3, 20])
def test_kill_during_the_exchange_and_cancel_of_the_next_run(source, out, tmp_path, state, number, make_progress):
    """If a run is killed during the exchange and the next run is cancelled, the old tile set is complete again."""
    tile_raster(source, out, tiling="grid", columns=5, rows=4)
    before = state(tmp_path)
    kill(source, out, "move", number)
    with pytest.raises(Cancelled):
        tile_raster(source, out, **TILES, progress=make_progress(cancel_at=0))
    assert state(tmp_path) == before


def test_kill_after_the_exchange(source, out, monkeypatch, tmp_path):
    """If a run is killed before it removes the staging folder, its tile set counts as complete and can be replaced."""
    monkeypatch.setattr(TileSet, "_leave", lambda self: os.close(self._locked._descriptor))
    tile_raster(source, out, **TILES)
    monkeypatch.undo()
    assert (out / STAGING_NAME / JOURNAL_NAME).exists() and not is_unfinished(str(out))
    tile_raster(source, out, tiling="grid", columns=2, rows=2, name_template="new_{id}")
    assert listing(out) == ["in.vrt", "new_0.tif", "new_1.tif", "new_2.tif", "new_3.tif", "tiles.json"]


@pytest.mark.parametrize("resume", [True, False])
def test_journal_names_cannot_lead_out_of_the_folder(source, out, tmp_path, resume):
    """Files outside the folder are not changed, even if a manipulated journal lists them."""
    kill(source, out, "read", 6, resume=True)
    staging, mine = out / STAGING_NAME, tmp_path / "mine.txt"
    mine.write_text("mine")
    (staging / "tiles.json").write_text("{}")
    with (staging / JOURNAL_NAME).open("a") as journal:
        for line in (
            {"tile": {"file": "../mine.txt", "valid_share": 1.0, "size": 4}}, {"tile": {"file": 5, "valid_share": 1}},
            {"swap": 7}, {"swap": ["../mine.txt", str(mine), 5, None]},
        ):  # fmt: skip
            journal.write("\n" + json.dumps(line))
    result = tile_raster(source, out, **TILES, resume=resume)
    assert mine.read_text() == "mine" and result.tile_count == 12
    assert listing(out) == sorted(["in.vrt", "tiles.json", *NAMES])


def test_resume_with_an_incomplete_line_in_the_journal(source, out):
    kill(source, out, "read", 8, resume=True)
    journal = out / STAGING_NAME / JOURNAL_NAME
    text = journal.read_text()
    journal.write_text(text + '{"tile": {"file": "in_2_')
    before = stamps(out)
    result = tile_raster(source, out, **TILES, resume=True)
    assert {name: stamps(out)[name] for name in before} == before and result.tile_count == 12
