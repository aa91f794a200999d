"""Tests for merge inputs: file names, a pattern or a tile list, and the cores of listed tiles."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
from affine import Affine

from parallel_raster.core.errors import InputError, OptionError
from parallel_raster.core.jobs.merging.job import merge_tiles
from parallel_raster.core.jobs.tiling.job import tile_raster
from parallel_raster.core.tileset.inputs import list_inputs
from parallel_raster.core.tileset.manifest import JOURNAL_NAME, STAGING_NAME

BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)
RASTER = np.arange(1, 201, dtype="uint8").reshape(10, 20)


@pytest.fixture
def tile_set(make_raster, tmp_path):
    """Return a function that creates a tile set with two tiles, a halo of 2 pixels and a `tiles.json`."""

    def make(**changes):
        folder = tmp_path / "set"
        folder.mkdir()
        tiles = []
        for number, (start, stop, core) in enumerate(((0, 12, (0, 10)), (8, 20, (10, 10)))):
            name = f"t_{number}.tif"
            values = RASTER[:, start:stop].copy()
            values[:, 10:] += 50 * (number == 0)  # the first tile's halo differs from the second tile's core
            make_raster([values], f"set/{name}", transform=BASE * Affine.translation(start, 0))
            tiles.append(
                {"file": name, "row": 0, "col": number, "id": number, "window": [start, 0, stop - start, 10],
                 "core": [core[0], 0, core[1], 10], "valid_share": None}
            )  # fmt: skip
        with rasterio.open(folder / "t_0.tif") as dataset:
            wkt = dataset.crs.to_wkt()
        manifest = {
            "format": 1, "source": {"path": "x.tif", "size": 1, "mtime_ns": 1}, "crs_wkt": wkt,
            "transform": list(BASE)[:6], "width": 20, "height": 10, "parameters": {}, "tiles": tiles, **changes,
        }  # fmt: skip
        (folder / "tiles.json").write_text(json.dumps(manifest))
        return folder

    return make


def names(files):
    return [file.path.rsplit("/", 1)[-1] for file in files]


def listed(folder, pattern="*.tif", destination="/elsewhere/out.tif"):
    return list_inputs([], str(folder), pattern, str(destination), records=True)


def test_matching_files_of_a_folder_are_sorted(tmp_path):
    for name in ("b.tif", "a.tif", "c.tiff", ".hidden.tif", "a.tif.aux.xml", "d.TIF"):
        (tmp_path / name).touch()
    (tmp_path / "folder.tif").mkdir()
    assert names(listed(tmp_path)) == ["a.tif", "b.tif", "d.TIF"]
    assert names(listed(tmp_path, "*.tif*")) == ["a.tif", "a.tif.aux.xml", "b.tif", "c.tiff", "d.TIF"]
    assert names(listed(tmp_path, "[b-c].*")) == ["b.tif", "c.tiff"]
    with pytest.raises(InputError, match=r"No file in .* matches \*.img"):
        listed(tmp_path, "*.img")


@pytest.mark.parametrize(("inputs", "folder"), [([], None), (["a.tif"], "folder")])
def test_files_and_folder_are_mutually_exclusive(inputs, folder):
    with pytest.raises(OptionError, match="either INPUTS or INPUT_FOLDER"):
        list_inputs(inputs, folder, "*.tif", "out.tif", records=True)


def test_path_that_is_not_a_folder(tmp_path):
    (tmp_path / "file.tif").touch()
    for path in (tmp_path / "nowhere", tmp_path / "file.tif"):
        with pytest.raises(InputError, match="is not a folder"):
            listed(path)


def test_output_that_the_next_run_would_read_is_rejected(tmp_path, tile_set):
    folder = tile_set()
    (tmp_path / "link").symlink_to(folder)
    for destination in (folder / "out.tif", tmp_path / "link" / "out.tif"):
        with pytest.raises(OptionError, match="the next run would read the output as an input"):
            listed(folder, destination=destination)
    assert names(listed(folder, destination=folder / "out.tiff")) == ["t_0.tif", "t_1.tif"]


def test_listed_tiles_of_a_folder_are_the_input(tile_set):
    found = listed(tile_set(), pattern="")
    assert names(found) == ["t_0.tif", "t_1.tif"] and all(file.record for file in found)


def test_missing_and_unlisted_files_are_named(tile_set):
    folder = tile_set()
    (folder / "t_1.tif").rename(folder / "other.tif")
    with pytest.raises(InputError, match=r"\(missing: .*set/t_1.tif; not listed: .*set/other.tif\)\. Run Tile"):
        listed(folder)


@pytest.mark.parametrize("pattern", ["*", "scene*", "*.vrt"])
def test_other_files_of_a_set_are_not_unlisted(pattern, make_raster, tmp_path):
    make_raster([RASTER], "scene.tif", transform=BASE)
    folder = tmp_path / "set"
    tile_raster(tmp_path / "scene.tif", folder, tile_width=16, tile_height=16, overlap=2)
    for name in ("scene_0_0.tif.aux.xml", "scene.vrt.ovr"):
        (folder / name).touch()
    assert (folder / "scene.vrt").exists()
    assert names(listed(folder, pattern)) == ["scene_0_0.tif", "scene_0_1.tif"]
    (folder / "scene_other.vrt").touch()
    with pytest.raises(InputError, match=r"not listed: [^,]*scene_other.vrt\)"):
        listed(folder, pattern)


def test_incomplete_set_is_rejected(tile_set):
    folder = tile_set()
    (folder / "tiles.json").unlink()
    assert len(listed(folder)) == 2
    (folder / STAGING_NAME).mkdir()
    (folder / STAGING_NAME / JOURNAL_NAME).touch()
    with pytest.raises(InputError, match="not complete"):
        listed(folder)


@pytest.mark.parametrize("changes", [{"format": 2}, {"tiles": "none"}, {"tiles": []}])
def test_invalid_list(changes, tile_set):
    with pytest.raises(InputError, match="tiles.json"):
        listed(tile_set(**changes))


def values(path):
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def shown_values(path):
    """Return the floats of a raster, with NaN for pixels that its mask hides."""
    with rasterio.open(path) as dataset:
        return dataset.read(1, masked=True).filled(np.nan)


@pytest.mark.parametrize("method", ["first", "last"])
def test_only_cores_are_merged(method, tile_set, tmp_path, log):
    folder = tile_set()
    for sources in (folder, [folder / "t_1.tif", folder / "t_0.tif"]):
        merge_tiles(sources, tmp_path / "out.tif", method=method, log=log)
        assert (values(tmp_path / "out.tif") == RASTER).all()
    assert "tiles trimmed to the cores recorded in tiles.json: 2" in log.infos[2]


@pytest.mark.parametrize("remainder", ["trim", "pad"])
@pytest.mark.parametrize("method", ["first", "last"])
@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "cubic", "average"])
def test_resampled_tiles_are_trimmed_to_their_cores(resampling, method, remainder, make_raster, tmp_path, log):
    """Resampled tiles give the same pixels as the resampled source, for any chunk size, if the overlap is sufficient.

    A pixel size of 7 m gives positions that cannot be represented exactly, so the last digits may differ.
    """
    source = make_raster([np.random.default_rng(3).random((50, 64)) + 1], "scene.tif", transform=BASE)
    tile_raster(source, tmp_path / "set", tile_width=20, tile_height=20, overlap=6, remainder=remainder)
    for size, most in ((5, 0), (20, 0), (7, 1e-10)):
        options = {"resolution": "user", "pixel_size": size, "resampling": resampling, "method": method}
        merge_tiles([source], tmp_path / "whole.tif", **options)
        wanted, found = shown_values(tmp_path / "whole.tif"), []
        for chunk in (0, 16):
            blocks = "TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16"
            merge_tiles(
                tmp_path / "set", tmp_path / "out.tif", chunk_size=chunk, creation_options=blocks, log=log, **options
            )
            found.append(shown_values(tmp_path / "out.tif"))
        assert "tiles trimmed to the cores recorded in tiles.json: 12" in log.infos[3]
        np.testing.assert_array_equal(*found)
        np.testing.assert_allclose(found[0], wanted, rtol=most, atol=0)


def test_tiles_are_not_trimmed_to_a_rotated_grid(tile_set, make_raster, tmp_path, log):
    folder = tile_set()
    other = make_raster([RASTER], "other.tif", transform=BASE * Affine.rotation(20))
    paths = [other, folder / "t_0.tif", folder / "t_1.tif"]
    merge_tiles(paths, tmp_path / "out.tif", resampling="nearest", log=log)
    reason = "because their CRS differs from the mosaic's or their grid is rotated relative to the mosaic, or because "
    reason += "no core contains the centre of a mosaic pixel"
    assert log.line("Method:").endswith(f"tiles not trimmed {reason}: 2")


def test_tiles_smaller_than_a_pixel_of_the_mosaic_are_not_trimmed(make_raster, tmp_path, log):
    source = make_raster([RASTER], "scene.tif", transform=BASE)
    tile_raster(source, tmp_path / "set", tile_width=8, tile_height=8)
    options = {"resolution": "user", "pixel_size": 400, "resampling": "nearest"}
    merge_tiles([tmp_path / "set" / "scene_0_0.tif"], tmp_path / "out.tif", log=log, **options)
    assert values(tmp_path / "out.tif").shape == (1, 1)
    assert log.line("Method:").endswith("or because no core contains the centre of a mosaic pixel: 1")


def test_complete_tiles_are_merged_on_request_and_for_other_methods(tile_set, tmp_path, log):
    folder = tile_set()
    merge_tiles(folder, tmp_path / "out.tif", trim_overlap=False)
    assert (values(tmp_path / "out.tif")[:, 10:12] == RASTER[:, 10:12] + 50).all()
    merge_tiles(folder, tmp_path / "out.tif", method="mean", log=log)
    assert (values(tmp_path / "out.tif")[:, 10:12] == RASTER[:, 10:12] + 25).all()
    assert "tiles not trimmed" in log.line("Method: mean")


def test_padding_is_not_merged(tile_set, make_raster, tmp_path):
    folder = tile_set()
    manifest = json.loads((folder / "tiles.json").read_text())
    manifest["tiles"][1].update(window=[8, 0, 16, 14])
    (folder / "tiles.json").write_text(json.dumps(manifest))
    padded = np.full((14, 16), 255, "uint8")
    padded[:10, :12] = RASTER[:, 8:]
    make_raster([padded], "set/t_1.tif", transform=BASE * Affine.translation(8, 0))
    merge_tiles(folder, tmp_path / "out.tif")
    assert (values(tmp_path / "out.tif") == RASTER).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"transform": BASE * Affine.translation(9, 0)}, r"shifted \(columns: 1, rows: 0\)"),
        ({"transform": BASE * Affine.translation(8.5, 0)}, "0.5 columns"),
        ({"crs": "EPSG:32634"}, "CRS is different"),
        ({"shape": (10, 11)}, "11 x 10 pixels instead of 12 x 10"),
    ],
)
def test_tile_that_does_not_match_the_list_is_rejected(options, words, tile_set, make_raster, tmp_path):
    folder = tile_set()
    shape = options.pop("shape", (10, 12))
    profile = {"transform": BASE * Affine.translation(8, 0), **options}
    make_raster([np.ones(shape, "uint8")], "set/t_1.tif", **profile)
    if "crs" in options:
        make_raster([RASTER[:, :12]], "set/t_0.tif", transform=BASE, **options)
    with pytest.raises(InputError, match=f"{words}|t_1.tif does not lie on the grid") as error:
        merge_tiles(folder, tmp_path / "out.tif", resampling="nearest" if words == "0.5 columns" else "refuse")
    assert "TRIM_OVERLAP" in str(error.value)
