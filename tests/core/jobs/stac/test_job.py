"""Stacks of scenes from items whose files are on a server or on disk."""

from __future__ import annotations

import csv
import functools
import json
import time
from pathlib import Path

import catalogues
import numpy as np
import pytest
import rasterio
import rasterio.shutil
import server as range_server
from affine import Affine
from catalogues import LEFT, TOP
from server import CancelDuringStall, Fault

from cases import long
from parallel_raster.core import stac_stack, temporal_composite, training_chips
from parallel_raster.core.errors import Cancelled, InputError, OptionError, OutputError
from parallel_raster.core.jobs.stac import job
from parallel_raster.core.jobs.stac.pixels import stored_values
from parallel_raster.core.reading.metadata import read_source
from parallel_raster.core.stac.files import AssetReaders, Network
from parallel_raster.core.tileset.scene_list import read_scene_list
from parallel_raster.core.writing.raster_copy import check_one_mask

# Directories of overviews are opened in advance and have no transform, so rasterio warns.
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

EXTENT = (LEFT, TOP - 640, LEFT + 640, TOP)
PROFILE = {
    "driver": "GTiff", "count": 1, "height": 64, "width": 64, "dtype": "int16", "crs": catalogues.CRS, "nodata": -9999,
    "transform": Affine(10, 0, LEFT, 0, -10, TOP),
}  # fmt: skip
PART = (LEFT + 100, TOP - 300, LEFT + 330, TOP - 50)


def serve(server, item, **arrays):
    """Put the files of an item, given by asset key, on the server; return the item."""
    for key, pixels in arrays.items():
        asset = item["assets"][key]
        size = asset["proj:transform"][0]
        server.files[asset["href"].removeprefix(server.url)] = catalogues.geotiff(pixels, size=size)
    return item


def read(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def text_of(log):
    return "\n".join(log.infos + log.warnings)


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scene(server, number=0, **properties):
    item = catalogues.earth_search(f"{server.url}/data", number, **properties)
    return serve(server, item, red=catalogues.pixels(2 * number), nir=catalogues.pixels(2 * number + 1))


def path_of(server, item, key="red"):
    return item["assets"][key]["href"].removeprefix(server.url)


def test_aligned_pixels_are_exact_and_only_touched_blocks_are_fetched(server, tmp_path, log):
    item = scene(server)
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="red,nir", extent=PART, log=log, memory=777, workers=2)
    assert "memory limit 777 MB; 2 workers, connections: " in log.line("Chunks of each scene")
    assert [Path(path).name for path in result.rasters] == ["2024-05-03.tif"]
    assert result.scene_count == 1
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.bounds == rasterio.coords.BoundingBox(*PART)
        assert (dataset.nodata, dataset.dtypes, dataset.descriptions) == (0, ("uint16", "uint16"), ("red", "nir"))
        assert (dataset.scales, dataset.offsets) == ((0.0001, 0.0001), (0, 0))
        expected = np.stack([catalogues.pixels(0), catalogues.pixels(1)])[:, 5:30, 10:33]
        assert (dataset.read() == expected).all()
    assert {each.status for each in server.requests} == {200, 206}
    listed = read_scene_list(result.scenes)
    assert listed.bands == ("red", "nir")
    (found,) = listed.scenes
    assert (found.file, found.mask, found.items) == ("2024-05-03.tif", None, (item["id"],))
    assert (found.valid_percent, found.cloud_cover) == (100, 12.5)
    (row,) = rows(result.table)
    assert (row["item"], row["used"]) == (item["id"], "yes")
    assert row["offset_from"] == "already applied to the pixels, according to the item"
    with rasterio.open(result.vrt) as stack:
        assert stack.descriptions == ("2024-05-03 red", "2024-05-03 nir")
        assert (stack.read() == expected).all()


def test_items_on_the_disk_with_relative_addresses(tmp_path):
    item = catalogues.usgs_3dep("")
    item["links"] = []
    (tmp_path / "tiles").mkdir()
    pixels = catalogues.pixels(1).astype("float32")
    (tmp_path / "tiles/n47w122.tif").write_bytes(catalogues.geotiff(pixels, nodata=-999999))
    (tmp_path / "items").mkdir()
    items = catalogues.write(tmp_path / "items/items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="data", extent=EXTENT)
    assert (read(result.rasters[0]) == pixels).all()


def test_solar_days_join_items_and_the_last_processed_is_first(server, tmp_path, log):
    first = scene(server, 0, updated="2024-05-04T00:00:00Z")
    second = scene(server, 1, updated="2024-05-05T00:00:00Z", grid__code="MGRS-32TPT", datetime="2024-05-03T10:16:10Z")
    later = scene(server, 2, datetime="2024-05-13T10:16:00Z")
    hole = catalogues.pixels(2)
    hole[:10] = 0
    serve(server, second, red=hole)
    items = catalogues.write(tmp_path / "items.json", later, first, second)
    result = stac_stack(items, tmp_path / "out", assets=["red"], extent=EXTENT, log=log)
    assert [Path(path).name for path in result.rasters] == ["2024-05-03.tif", "2024-05-13.tif"]
    expected = np.where(hole == 0, catalogues.pixels(0), hole)
    assert (read(result.rasters[0])[0] == expected).all()
    assert (read(result.rasters[1])[0] == catalogues.pixels(4)).all()
    shares = {row["item"]: row["valid_percent"] for row in rows(result.table)}
    assert shares[second["id"]] == "84.3750" and shares[first["id"]] == "15.6250"
    by_item = stac_stack(items, tmp_path / "items", assets=["red"], extent=EXTENT, step="item")
    assert [Path(path).stem for path in by_item.rasters] == [first["id"], second["id"], later["id"]]


@pytest.mark.parametrize(
    ("step", "names"),
    [("solar_day", ["2024-05-04"]), ("utc_day", ["2024-05-03", "2024-05-04"]), ("item", ["evening", "night"])],
)
def test_a_solar_day_ends_at_midnight_in_solar_time(tmp_path, step, names):
    """At 10.3 degrees east, an item of 23:30 UTC belongs to the next day, because the solar time is 0:11."""
    evening = local(tmp_path, "evening", catalogues.pixels(1), datetime="2024-05-03T23:30:00Z")
    night = local(tmp_path, "night", catalogues.pixels(2), datetime="2024-05-04T00:20:00Z")
    items = catalogues.write(tmp_path / "items.json", night, evening)
    result = stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT, step=step)
    assert [Path(path).stem for path in result.rasters] == names
    assert f"{result.times[0]:%H:%M}" == "23:30"


def test_an_item_of_midnight_in_utc_is_shifted_to_solar_time(tmp_path):
    """Near Hawaii, at 153 degrees west, midnight in UTC is in the afternoon of the day before."""
    item = local(tmp_path, "x", catalogues.pixels(1), datetime="2024-05-03T00:00:00Z", crs="EPSG:32605")
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT)
    assert [Path(path).stem for path in result.rasters] == ["2024-05-02"]


def test_an_item_with_only_a_date_is_not_shifted_to_solar_time(tmp_path):
    one = local(tmp_path, "a", catalogues.pixels(1), datetime="2024-05-03", crs="EPSG:32605")
    two = local(tmp_path, "b", catalogues.pixels(2), datetime="2024-05-05T02:00:00Z", crs="EPSG:32605")
    three = local(tmp_path, "c", catalogues.pixels(3), datetime="2024-05-04", crs="EPSG:32605")
    items = catalogues.write(tmp_path / "items.json", one, two, three)
    result = stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT)
    assert [Path(path).stem for path in result.rasters] == ["2024-05-03", "2024-05-04"]
    assert [row["datetime"] for row in rows(result.table)] == ["2024-05-03", "2024-05-05T02:00:00Z", "2024-05-04"]
    first, second = read_scene_list(result.scenes).scenes
    assert first.is_day and not second.is_day and second.datetime.hour == 2
    for name, scenes in (("list", result.scenes), ("items", items)):
        found = temporal_composite(None, tmp_path / name, scenes=scenes, bands="d", period="solar_day")
        assert [period.name for period in found.periods] == ["2024-05-03", "2024-05-04"]


def test_duplicates_keep_the_highest_baseline(server, tmp_path, log):
    old = scene(server, 0, s2__processing_baseline="02.08", updated="2025-01-01T00:00:00Z")
    new = scene(server, 1, s2__processing_baseline="05.00")
    items = catalogues.write(tmp_path / "items.json", old, new)
    result = stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, log=log)
    assert (read(result.rasters[0])[0] == catalogues.pixels(2)).all()
    assert f"Items not used (duplicate of {new['id']}): {old['id']}" in text_of(log)
    assert [row["used"] for row in rows(result.table)] == [f"duplicate of {new['id']}", "yes"]
    assert server.asked(path_of(server, old)) == []
    with pytest.raises(InputError, match="show the same scene"):
        stac_stack(items, tmp_path / "other", assets="red", extent=EXTENT, duplicates="refuse")


def test_offsets_become_the_same_by_whole_counts(server, tmp_path, log):
    """Whole numbers are added to the older scene, so that it gets the lower offset of the newer scene."""
    old = catalogues.planetary_computer(f"{server.url}/old", "03.01", datetime="2021-05-03T10:15:59Z")
    new = catalogues.planetary_computer(f"{server.url}/new", "05.10")
    old["id"] += "_old"
    low = np.array([[0, 1], [5, 65535]], "uint16").repeat(32, 0).repeat(32, 1)
    serve(server, old, B04=low)
    serve(server, new, B04=catalogues.pixels(1))
    items = catalogues.write(tmp_path / "items.json", old, new)
    result = stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, log=log)
    shifted = read(result.rasters[0])[0]
    assert shifted[::32, ::32].tolist() == [[0, 1001], [1005, 65535]]
    assert (read(result.rasters[1])[0] == catalogues.pixels(1)).all()
    assert {(each.scale, each.offset) for each in read_scene_list(result.scenes).scenes} == {((0.0001,), (-0.1,))}
    assert "1024 values are outside the range of uint16" in text_of(log)
    assert "does not state the scale and offset" in text_of(log) and "Sentinel-2, baseline 05.10" in text_of(log)
    table = rows(result.table)
    assert [row["shift"] for row in table] == ["1000", "0"]
    below = 100 * np.mean(catalogues.pixels(1) < 1000)
    assert float(table[1]["below_zero_percent"]) == pytest.approx(below, abs=0.001)
    assert below < 20 or "of the values are below zero" in text_of(log)


def test_values_below_zero_are_warned_of(server, tmp_path, log):
    item = catalogues.planetary_computer(f"{server.url}/data")
    serve(server, item, B04=catalogues.pixels(1, 1, 2000))
    items = catalogues.write(tmp_path / "items.json", item)
    stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, log=log)
    assert "of the values are below zero" in text_of(log)
    result = stac_stack(items, tmp_path / "none", assets="red", extent=EXTENT, scaling="none")
    with rasterio.open(result.rasters[0]) as dataset:
        assert (dataset.scales, dataset.offsets) == ((1,), (0,))


def test_a_shift_below_a_pixel_is_not_pasted_silently(server, tmp_path):
    item = catalogues.landsat_look(f"{server.url}/data")
    for asset in item["assets"].values():
        pixels = catalogues.pixels(3)
        server.files[asset["href"].removeprefix(server.url)] = catalogues.geotiff(
            pixels, left=LEFT + 15, top=TOP + 15, size=30
        )
    items = catalogues.write(tmp_path / "items.json", item)
    extent = (LEFT, TOP - 900, LEFT + 900, TOP)
    with pytest.raises(InputError, match=r"asset red is not aligned .*0\.5 columns.*GRID") as error:
        stac_stack(items, tmp_path / "out", assets="red", extent=extent)
    assert error.value.parameter == "resampling" and not (tmp_path / "out").exists()
    grid = tmp_path / "grid.tif"
    grid.write_bytes(
        catalogues.geotiff(catalogues.pixels(0, shape=(20, 20)), left=LEFT + 15 + 60, top=TOP + 15 - 90, size=30)
    )
    result = stac_stack(items, tmp_path / "out", assets="red,nir08", mask_asset="qa_pixel", grid=grid)
    assert (read(result.rasters[0])[0] == catalogues.pixels(3)[3:23, 2:22]).all()
    assert (read(result.masks[0])[0] == catalogues.pixels(3)[3:23, 2:22]).all()
    with rasterio.open(result.rasters[0]) as dataset:
        assert (dataset.scales[0], dataset.offsets[0]) == (0.0000275, -0.2)


def test_masks_are_nearest_and_belong_to_the_item_of_the_pixel(server, tmp_path):
    item = scene(server)
    scl = catalogues.pixels(9, 1, 12, (32, 32), "uint8")
    serve(server, item, scl=scl)
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="red", mask_asset="scl", extent=EXTENT, resampling="bilinear")
    assert (read(result.masks[0])[0] == scl.repeat(2, 0).repeat(2, 1)).all()
    assert read_scene_list(result.scenes).scenes[0].mask == "2024-05-03_mask.tif"


def test_the_coarsest_fitting_overview_is_read(server, tmp_path):
    item = catalogues.earth_search(f"{server.url}/data")
    pixels = catalogues.pixels(0, shape=(512, 512))
    item["assets"]["red"].update(catalogues.place(10, [512, 512]))
    path = path_of(server, item)
    server.files[path] = catalogues.geotiff(pixels, block=64, overviews=(2, 4, 8))
    items = catalogues.write(tmp_path / "items.json", item)
    extent = (LEFT, TOP - 5120, LEFT + 5120, TOP)
    result = stac_stack(items, tmp_path / "out", assets="red", extent=extent, pixel_size=40)
    assert (read(result.rasters[0])[0] == pixels[2::4, 2::4]).all() or (
        read(result.rasters[0])[0] == pixels[::4, ::4]
    ).all()
    assert server.bytes_of(path) < pixels.nbytes / 4
    with pytest.raises(InputError, match="is not aligned.* 10 x 10 instead of 40 x 40"):
        stac_stack(items, tmp_path / "no", assets="red", extent=extent, pixel_size=40, overviews=False)


def test_an_overview_that_the_mask_of_the_file_lacks_is_not_read(server, tmp_path):
    """GDAL would treat all pixels of such an overview as valid. Smaller overviews, with a mask, are still read."""
    pixels = np.where(np.arange(64) < 32, 7, 100).astype("uint16") * np.ones((64, 1), "uint16")
    shown = np.where(pixels == 7, 0, 255).astype("uint8")
    item = catalogues.earth_search(f"{server.url}/data")
    items = catalogues.write(tmp_path / "items.json", item)
    for levels, found in (((), 10), ((2,), 20)):
        path = tmp_path / f"{len(levels)}.tif"
        path.write_bytes(catalogues.geotiff(pixels, nodata=None, overviews=() if levels else (2, 4)))
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
            dataset.write_mask(shown)
            if levels:
                dataset.build_overviews(levels)
        server.files[path_of(server, item)] = path.read_bytes()
        result = stac_stack(
            items, tmp_path / f"{found}", assets="red", extent=EXTENT, pixel_size=40, resampling="average"
        )
        with rasterio.open(result.rasters[0]) as dataset:
            assert np.unique(dataset.read(1)[dataset.read_masks(1) > 0]).tolist() == [100]
            assert (dataset.read_masks(1)[:, 8:] > 0).all() and not dataset.read_masks(1)[:, :8].any()


def test_only_the_touched_blocks_are_fetched(server, tmp_path):
    item = catalogues.earth_search(f"{server.url}/data")
    pixels = catalogues.pixels(0, shape=(2048, 2048))
    item["assets"]["red"].update(catalogues.place(10, [2048, 2048]))
    path = path_of(server, item)
    server.files[path] = catalogues.geotiff(pixels, block=256)
    extent = (LEFT + 2560, TOP - 7680, LEFT + 7680, TOP - 2560)
    result = stac_stack(catalogues.write(tmp_path / "a.json", item), tmp_path / "out", assets="red", extent=extent)
    assert (read(result.rasters[0])[0] == pixels[256:768, 256:768]).all()
    assert 2 * 512 * 512 < server.bytes_of(path) < 1.3 * 2 * 512 * 512
    assert len(server.asked(path)) <= 6


@pytest.mark.parametrize("options", [{}, *long({"memory": 20}, {"pixel_size": 20, "resampling": "bilinear"})])
def test_blocks_at_the_edges_of_chunks_are_fetched_once(server, tmp_path, options):
    """Blocks are requested once, even if chunk edges are inside blocks (the extent starts in the middle of a block)."""
    item = catalogues.earth_search(f"{server.url}/data")
    pixels = catalogues.pixels(0, shape=(2048, 2048))
    item["assets"]["red"].update(catalogues.place(10, [2048, 2048]))
    path = path_of(server, item)
    server.files[path] = catalogues.geotiff(pixels, block=512)
    extent = (LEFT + 7680, TOP - 17520, LEFT + 17520, TOP - 7680)
    result = stac_stack(
        catalogues.write(tmp_path / "a.json", item), tmp_path / "out", assets="red", extent=extent, overviews=False,
        creation_options="TILED=YES|BLOCKXSIZE=128|BLOCKYSIZE=128", chunk_size=256, **options,
    )  # fmt: skip
    if "resampling" not in options:
        assert (read(result.rasters[0])[0] == pixels[768:1752, 768:1752]).all()
    assert 9 * 2 * 512 * 512 < server.bytes_of(path) < 1.3 * 9 * 2 * 512 * 512


def test_as_many_files_are_read_at_once_as_there_are_connections(server, tmp_path):
    items = [scene(server, number, datetime=f"2024-05-{number + 1:02d}T10:15:59Z") for number in range(6)]
    server.latency = 0.05
    path = catalogues.write(tmp_path / "items.json", *items)
    found = []
    for connections in (1, 6):
        server.most_at_once = 0
        stac_stack(path, tmp_path / str(connections), assets="red", extent=EXTENT, connections=connections)
        found.append(server.most_at_once)
    assert found[0] <= 2 < found[1]  # the server may still count a request that it has just answered


def test_jpeg_2000(server, tmp_path):
    item = catalogues.cdse(f"{server.url}/data")
    pixels = catalogues.pixels(5, shape=(512, 512))
    item["assets"]["B04_10m"].update(catalogues.place(10, [512, 512]))
    (tmp_path / "a.tif").write_bytes(catalogues.geotiff(pixels))
    rasterio.shutil.copy(tmp_path / "a.tif", tmp_path / "a.jp2", driver="JP2OpenJPEG", QUALITY=100, REVERSIBLE="YES")
    server.files["/data/B04_10m.jp2"] = (tmp_path / "a.jp2").read_bytes()
    item["assets"]["B04_10m"]["href"] = f"{server.url}/data/B04_10m.jp2"
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="B04_10m", extent=EXTENT)
    assert (read(result.rasters[0])[0] == pixels[:64, :64]).all()
    with rasterio.open(result.rasters[0]) as dataset:
        assert (dataset.scales, dataset.offsets) == ((0.0001,), (-0.1,))


@pytest.mark.parametrize("status", [429, 500, 503, 408])
def test_errors_that_pass_are_repeated(server, tmp_path, status):
    item = scene(server)
    path = path_of(server, item)
    server.faults[path] = [Fault(status, times=2), Fault(status, times=1, after=2)]
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT)
    assert (read(result.rasters[0])[0] == catalogues.pixels(0)).all()
    assert sum(each.status == status for each in server.asked(path)) == 3


@pytest.mark.parametrize(
    ("status", "words"), [(403, "denies access"), (404, "does not exist"), (410, "does not exist")]
)
def test_errors_that_stay_are_asked_once(server, tmp_path, status, words):
    item = scene(server)
    path = path_of(server, item)
    item["assets"]["red"]["href"] += "?sig=secret"
    server.faults[path] = [Fault(status, times=1000)]
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError) as error:
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT)
    text = str(error.value)
    assert words in text and f"status {status}" in text and item["id"] in text and "asset red" in text
    assert f"127.0.0.1:{server.port}" in text and "secret" not in text
    assert len(server.asked(path)) == 1
    assert not (tmp_path / "out").exists()


def test_a_server_that_stays_broken_ends_the_run_after_the_retries(server, tmp_path):
    item = scene(server)
    path = path_of(server, item)
    server.faults[path] = [Fault(503, times=1000)]
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match="status 503 after 2 retries"):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, retries=2)
    assert len(server.asked(path)) == 3


def test_bodies_that_are_cut_short_are_fetched_again(server, tmp_path):
    item = scene(server)
    path = path_of(server, item)
    server.faults[path] = [Fault(kind="cut", times=1, after=1)]
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT)
    assert (read(result.rasters[0])[0] == catalogues.pixels(0)).all()


def test_a_file_that_is_not_a_raster(server, tmp_path):
    item = scene(server)
    server.files[path_of(server, item)] = b"<html>" * 100
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match="asset red .*cannot be decoded"):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, retries=1)


def test_a_web_page_instead_of_a_file_is_asked_for_once(server, tmp_path):
    item = scene(server)
    path = path_of(server, item)
    server.routes[path] = lambda *_: (200, b"<html>login</html>", {"Content-Type": "text/html; charset=utf-8"})
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match="asset red .*web page instead of the file.*requires a login"):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT)
    assert len(server.asked(path)) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501, 503])
def test_a_server_that_rejects_head_is_read_without_it(server, tmp_path, status):
    items = [scene(server, number, datetime=f"2024-05-0{number + 1}T10:00:00Z") for number in range(3)]
    path = catalogues.write(tmp_path / "items.json", *items)
    plain = stac_stack(path, tmp_path / "plain", assets="red", extent=EXTENT, connections=1)
    requests = len(server.requests)
    server.head_status = status
    result = stac_stack(path, tmp_path / "out", assets="red", extent=EXTENT, connections=1, retries=0)
    assert all((read(one) == read(other)).all() for one, other in zip(plain.rasters, result.rasters))
    methods = [each.method for each in server.requests[requests:]]
    assert methods.count("HEAD") <= 4  # only for the first file: while it is opened, and to find out the status


def test_a_temporary_error_does_not_end_the_use_of_head(server, tmp_path):
    item = scene(server)
    server.faults[path_of(server, item)] = [Fault(503, times=1, after=1)]
    path = catalogues.write(tmp_path / "items.json", item)
    stac_stack(path, tmp_path / "out", assets="red,nir", extent=EXTENT)
    assert all(each.range or each.method == "HEAD" for each in server.requests)


def test_items_on_several_servers(server, tmp_path):
    """Each server receives requests for its own files only, and an error names the server that failed."""
    with range_server.running() as second:
        items = [scene(each, number) for number, each in enumerate((server, second))]
        items[1]["properties"].update(datetime="2024-05-13T10:15:59Z")
        second.faults[path_of(second, items[1])] = [Fault(503, times=2)]
        path = catalogues.write(tmp_path / "items.json", *items)
        result = stac_stack(path, tmp_path / "out", assets="red", extent=EXTENT)
        assert [(read(file)[0] == catalogues.pixels(seed)).all() for file, seed in zip(result.rasters, (0, 2))] == [
            True, True
        ]  # fmt: skip
        for own, other in ((server, second), (second, server)):
            assert {each.path for each in own.requests}.isdisjoint(each.path for each in other.requests)
        second.faults[path_of(second, items[1])] = [Fault(403, times=99)]
        with pytest.raises(InputError, match=rf"127\.0\.0\.1:{second.port}"):
            stac_stack(path, tmp_path / "no", assets="red", extent=EXTENT)


def test_a_file_that_names_other_files_for_its_overviews_is_rejected(server, tmp_path):
    """Such a file is rejected, because GDAL would send requests to any server that the file names."""
    item = scene(server)
    path = path_of(server, item)
    (tmp_path / "a.tif").write_bytes(server.files[path])
    with rasterio.open(tmp_path / "a.tif", "r+") as dataset:
        dataset.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=f"/vsicurl/{server.url}/other.tif")
    server.files[path] = (tmp_path / "a.tif").read_bytes()
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match="asset red .*OVERVIEW_FILE"):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT)
    assert server.asked("/other.tif") == []


def test_a_file_that_changes_during_the_run_is_an_error(server, tmp_path, monkeypatch):
    item = scene(server)
    path = path_of(server, item)
    server.etags[path] = '"1"'
    seen = []

    def changed(path_asked):
        seen.append(path_asked)
        if len(seen) == 2:
            server.etags[path] = '"2"'

    real = server.next_fault
    monkeypatch.setattr(server, "next_fault", lambda asked: (changed(asked) if asked == path else None, real(asked))[1])
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match="asset red .*changed while it was being read"):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT)
    assert not (tmp_path / "out").exists()


def test_a_cancelled_run_does_not_wait_for_a_server(server, tmp_path):
    item = scene(server)
    server.faults[path_of(server, item)] = [Fault(kind="stall", times=100, after=1)]
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(Cancelled):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, progress=CancelDuringStall(server))
    assert not server.let_go.is_set()  # the server was still holding the request when the run ended
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("after", [1, *long(0, 3)])
def test_a_stall_ends_with_the_time_out(server, tmp_path, monkeypatch, after):
    """The run waits for one read and one status request, and retries neither."""
    item = scene(server)
    path = path_of(server, item)
    server.faults[path] = [Fault(kind="stall", times=100, after=after)]
    monkeypatch.setattr(job, "Network", functools.partial(Network, timeout=0.3))
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match=r"asset red \(127.*the server does not respond\. Check the connection"):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT)
    assert 1 <= sum(each.status == 0 for each in server.asked(path)) <= 4


def test_a_signature_that_ends_during_the_run_is_renewed(server, tmp_path):
    item = scene(server)
    server.files["/signed/red.tif"] = server.files[path_of(server, item)]
    item["assets"]["red"]["href"] = f"{server.url}/signed/red.tif"
    ends = ["2020-01-01T00:00:00Z"] * 2 + ["2999-01-01T00:00:00Z"]
    signed = []

    def sign(_method, query, _body):
        signed.append(ends[len(signed)])
        return 200, json.dumps({"href": f"{query['href'][0]}?sig=valid", "msft:expiry": signed[-1]}).encode()

    server.routes["/sign"] = sign
    server.faults["/signed/red.tif"] = [Fault(403, times=1, after=2)]
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(
        items, tmp_path / "out", assets="red", extent=EXTENT, signing="service", sign_url=f"{server.url}/sign"
    )
    assert (read(result.rasters[0])[0] == catalogues.pixels(0)).all() and len(signed) == 3


def test_resume_fetches_only_what_is_missing(server, tmp_path, log, monkeypatch):
    first = scene(server, 0)
    second = scene(server, 1, datetime="2024-05-13T10:15:59Z")
    items = catalogues.write(tmp_path / "items.json", first, second)
    asked = []

    def only_the_first(path):
        asked.append(path)
        return None if path == asked[0] else Fault(404)

    monkeypatch.setattr(server, "next_fault", only_the_first)
    with pytest.raises(InputError, match="status 404"):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, resume=True, connections=1)
    assert not (tmp_path / "out/scenes.json").exists()
    monkeypatch.undo()
    before = len(server.asked(asked[0]))
    result = stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, resume=True, log=log)
    assert len(server.asked(asked[0])) == before > 0
    assert "Resumed with scenes left by an unfinished run: 1" in text_of(log)
    pixels = [read(path)[0] for path in result.rasters]
    assert (pixels[0] == catalogues.pixels(0)).all() and (pixels[1] == catalogues.pixels(2)).all()
    assert [row["valid_percent"] for row in rows(result.table)] == ["100.0000"] * 2


def test_scenes_that_cannot_be_read_are_left_out_and_listed(server, tmp_path, log):
    first = scene(server, 0)
    second = scene(server, 1, datetime="2024-05-13T10:15:59Z")
    items = catalogues.write(tmp_path / "items.json", first, second)
    server.faults[path_of(server, second)] = [Fault(403, times=100)]
    result = stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, on_error="skip", log=log)
    assert [Path(path).name for path in result.rasters] == ["2024-05-03.tif"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "2024-05-03.tif", "scenes.csv", "scenes.json", "stack.vrt"
    ]  # fmt: skip
    assert rows(result.table)[1]["used"].startswith("left out: item")
    server.faults[path_of(server, first)] = [Fault(403, times=100)]
    with pytest.raises(InputError, match="None of the scenes can be read"):
        stac_stack(items, tmp_path / "none", assets="red", extent=EXTENT, on_error="skip")
    assert not (tmp_path / "none").exists()


def test_the_first_scene_may_be_the_one_that_cannot_be_read(server, tmp_path):
    """If the catalogue states no data types, they are read from the files of the first scene that can be opened."""
    items = []
    for number in range(3):
        item = catalogues.planetary_computer(f"{server.url}/{number}", datetime=f"2024-05-0{number + 1}T10:00:00Z")
        item["id"] += str(number)
        items.append(serve(server, item, B04=catalogues.pixels(number)))
    for item in items[:2]:
        server.faults[path_of(server, item, "B04")] = [Fault(404, times=100)]
    path = catalogues.write(tmp_path / "items.json", *items)
    result = stac_stack(path, tmp_path / "out", assets="red", extent=EXTENT, on_error="skip")
    assert (read(result.rasters[0])[0] == catalogues.pixels(2)).all()
    assert [row["used"][:8] for row in rows(result.table)] == ["left out", "left out", "yes"]
    with pytest.raises(InputError, match="status 404"):
        stac_stack(path, tmp_path / "no", assets="red", extent=EXTENT)


def test_a_new_run_replaces_the_set(server, tmp_path, log):
    first = scene(server, 0)
    second = scene(server, 1, datetime="2024-05-13T10:15:59Z")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.tif").write_text("mine")
    stac_stack(catalogues.write(tmp_path / "a.json", first), tmp_path / "out", assets="red", extent=EXTENT)
    stac_stack(catalogues.write(tmp_path / "b.json", second), tmp_path / "out", assets="red", extent=EXTENT)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "2024-05-13.tif", "mine.tif", "scenes.csv", "scenes.json", "stack.vrt"
    ]  # fmt: skip


def test_signatures_are_kept_until_they_end(server, tmp_path):
    item = scene(server)
    path = path_of(server, item)
    server.files["/signed/red.tif"] = server.files[path]
    item["assets"]["red"]["href"] = f"{server.url}/signed/red.tif"
    signed = []

    def sign(_method, query, _body):
        signed.append(query["href"][0])
        return 200, json.dumps({"href": signed[-1] + "?sig=valid", "msft:expiry": "2999-01-01T00:00:00Z"}).encode()

    server.routes["/sign"] = sign
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match="denies access"):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT)
    result = stac_stack(
        items, tmp_path / "out", assets="red", extent=EXTENT, signing="service", sign_url=f"{server.url}/sign"
    )
    assert (read(result.rasters[0])[0] == catalogues.pixels(0)).all()
    assert signed == [f"{server.url}/signed/red.tif"]
    for answer in ((500, b""), (200, b"no"), (200, b'{"href": "file:///etc/passwd"}')):
        server.routes["/sign"] = lambda *_, answer=answer: answer
        with pytest.raises(InputError, match="signing service 127.0.0.1") as error:
            stac_stack(
                items, tmp_path / "no", assets="red", extent=EXTENT, signing="service", sign_url=f"{server.url}/sign"
            )
        assert error.value.parameter == "sign_url"


def test_a_signature_that_ends_soon_is_rejected_before_the_start(server, tmp_path):
    item = scene(server)
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 30))
    item["assets"]["red"]["href"] += f"?se={end}&sig=secret"
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match="signature of the URL is valid only until") as error:
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT)
    assert "secret" not in str(error.value) and server.requests == []


def test_a_signing_service_that_is_busy_is_asked_again(server, tmp_path):
    item = scene(server)
    item["assets"]["red"]["href"] += "?sig=valid"
    server.routes["/sign"] = lambda _method, query, _body: (200, json.dumps({"href": query["href"][0]}).encode())
    server.faults["/sign"] = [Fault(429, times=2)]
    options = {"assets": "red", "extent": EXTENT, "signing": "SERVICE", "sign_url": f"{server.url}/sign?key=secret"}
    items = catalogues.write(tmp_path / "items.json", item)
    (tmp_path / "link.html").symlink_to(items)
    with pytest.raises(OutputError, match="link.html is the same file as .*items.json"):
        stac_stack(items, tmp_path / "out", report=tmp_path / "link.html", **options)
    stac_stack(items, tmp_path / "out", report=tmp_path / "report.html", **options)
    assert [each.status for each in server.asked("/sign")] == [429, 429, 200]
    report = (tmp_path / "report.html").read_text()
    assert f"{server.url}/sign" in report and "secret" not in report
    server.faults["/sign"] = [Fault(429, times=100)]
    with pytest.raises(InputError, match=r"status 429 after 1 retry\.") as error:
        stac_stack(items, tmp_path / "no", retries=1, **options)
    assert "secret" not in str(error.value)


def test_choices_ignore_case(server, tmp_path):
    item = scene(server)
    item["assets"]["red"]["href"] += "?se=2020-01-01T00:00:00Z&sig=secret"
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match="signature of the URL is valid only until"):
        stac_stack(items, tmp_path / "out", assets="red", extent=EXTENT, signing="AS_GIVEN", scaling="None")


def test_resume_reads_local_files_that_changed(tmp_path, log):
    first = local(tmp_path, "a", catalogues.pixels(1))
    second = local(tmp_path, "b", catalogues.pixels(2), datetime="2024-05-04T10:00:00Z")
    good = (tmp_path / "b.tif").read_bytes()
    (tmp_path / "b.tif").write_bytes(good[:-3000])
    items = catalogues.write(tmp_path / "items.json", first, second)
    options = {"assets": "d", "extent": EXTENT, "resume": True, "connections": 1}
    for repair in (False, True):
        with pytest.raises(InputError, match="asset d"):
            stac_stack(items, tmp_path / "out", **options)
        if not repair:
            (tmp_path / "a.tif").write_bytes(catalogues.geotiff(catalogues.pixels(3)))
    (tmp_path / "b.tif").write_bytes(good)
    result = stac_stack(items, tmp_path / "out", **options)
    assert [(read(path)[0] == catalogues.pixels(seed)).all() for path, seed in zip(result.rasters, (3, 2))] == [
        True
    ] * 2


def test_a_local_file_that_changes_during_the_run_is_an_error(tmp_path, monkeypatch):
    items = catalogues.write(tmp_path / "items.json", local(tmp_path, "a", catalogues.pixels(1)))
    real = AssetReaders.read_stack

    def changing(self, bands, window):
        found = real(self, bands, window)
        (tmp_path / "a.tif").write_bytes((tmp_path / "a.tif").read_bytes() + b"0")
        return found

    monkeypatch.setattr(AssetReaders, "read_stack", changing)
    with pytest.raises(InputError, match="asset d .*changed while it was being read"):
        stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT)


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"assets": ""}, "assets"),
        ({"assets": "red,red"}, "assets"),
        ({"assets": "red", "mask_asset": "red"}, "mask_asset"),
        ({"extent": None}, "extent"),
        ({"grid": "x.tif"}, "grid"),
        ({"extent": (1, 1, 0, 0)}, "extent"),
        ({"extent": (0, 0, 10, 10)}, "extent"),
        ({"extent": (10, 0, 5, 10), "extent_crs": "EPSG:4326"}, "extent"),
        ({"pixel_size": -1}, "pixel_size"),
        ({"crs": "EPSG:99999999"}, "crs"),
        ({"crs": "EPSG:4326"}, "pixel_size"),
        ({"crs": "EPSG:4326", "pixel_size": 0.001, "extent": (179, 0, 181, 1)}, "extent"),
        ({"step": "week"}, "step"),
        ({"retries": -1}, "retries"),
        ({"connections": 0}, "connections"),
        ({"scaling": "given", "scale": 0}, "scale"),
        ({"signing": "service", "sign_url": "file:///x"}, "sign_url"),
        ({"nodata": -1}, "nodata"),
    ],
)
def test_invalid_options_name_their_parameter_and_ask_no_server(server, tmp_path, options, parameter):
    items = catalogues.write(tmp_path / "items.json", scene(server))
    with pytest.raises((OptionError, InputError)) as error:
        stac_stack(items, tmp_path / "out", **{"assets": "red", "extent": EXTENT, **options})
    assert error.value.parameter == parameter
    assert server.requests == [] and not (tmp_path / "out").exists()


def local(folder, name, pixels, *, key="d", stated=None, collection="x", **properties):
    """Write a file and return its item with a relative URL; `size` is the pixel size of the file."""
    size, crs = properties.pop("size", 10), properties.pop("crs", catalogues.CRS)
    left, top = properties.pop("left", LEFT), properties.pop("top", TOP)
    nodata = properties.pop("nodata", 0)
    data = catalogues.geotiff(pixels, size=size, crs=crs, left=left, top=top, nodata=nodata)
    (folder / f"{name}.tif").write_bytes(data)
    place = catalogues.place(size, list(pixels.shape[-2:]), left, top)
    asset = {"href": f"{name}.tif", **place, **(stated or {})}
    identifier = properties.pop("identifier", name)
    return catalogues.item(identifier, {key: asset}, collection=collection, proj__code=crs, **properties)


def test_items_with_the_same_id_are_different_files(tmp_path):
    hole = catalogues.pixels(1)
    hole[:10] = 0
    first = local(tmp_path, "a", hole, identifier="same", collection="x", updated="2025")
    second = local(tmp_path, "b", catalogues.pixels(2), identifier="same", collection="y", updated="2024")
    later = local(tmp_path, "c", catalogues.pixels(3), identifier="same", datetime="2024-06-01T00:00:00Z")
    items = catalogues.write(tmp_path / "items.json", first, second, later)
    result = stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT, duplicates="all")
    assert (read(result.rasters[0])[0] == np.where(hole == 0, catalogues.pixels(2), hole)).all()
    assert (read(result.rasters[1])[0] == catalogues.pixels(3)).all()
    with pytest.raises(OptionError, match="same file name: same .number 1 in the list., same .number 2"):
        stac_stack(items, tmp_path / "no", assets="d", extent=EXTENT, duplicates="all", step="item")


def test_a_scene_and_a_mask_with_the_same_file_name_are_rejected(tmp_path):
    items = [local(tmp_path, name, catalogues.pixels(1)) for name in ("a", "A_mask")]
    for item in items:
        item["assets"]["m"] = item["assets"]["d"]
    path = catalogues.write(tmp_path / "items.json", *items)
    with pytest.raises(OptionError, match=r"scene of the item A_mask and the mask of the item a .*a_mask\.tif"):
        stac_stack(path, tmp_path / "out", assets="d", mask_asset="m", extent=EXTENT, step="item")


def with_asset(folder, item, key, pixels, **options):
    """Add an asset with its own file to an item, and return the item."""
    item["assets"][key] = local(folder, f"{item['id']}_{key}", pixels, key=key, **options)["assets"][key]
    return item


@pytest.mark.parametrize("collection", ["x", "sentinel-2-l2a", "landsat-c2-l2"])
def test_every_code_of_a_mask_without_nodata_is_a_class(tmp_path, collection):
    """No value is nodata unless it is declared, so every code hides its pixels in composites and counts as cloud."""
    item = local(tmp_path, "a", catalogues.pixels(1), collection=collection)
    classes = np.repeat(np.uint8([0, 1, 255, 254]), 16)[:, np.newaxis] * np.ones((1, 64), "uint8")
    items = catalogues.write(tmp_path / "items.json", with_asset(tmp_path, item, "m", classes, nodata=None))
    result = stac_stack(items, tmp_path / "out", assets="d", mask_asset="m", extent=EXTENT, scaling="none")
    with rasterio.open(result.masks[0]) as dataset:
        assert dataset.nodata is None and dataset.read_masks(1).all() and (dataset.read(1) == classes).all()
    for code in (0, 1, 255):
        options = {"scenes": result.scenes, "mask_values": str(code)}
        composite = temporal_composite(None, tmp_path / f"c{code}", period="all", **options)
        with rasterio.open(composite.rasters[0]) as dataset:
            assert ((dataset.read_masks(1) > 0) == (classes != code)).all()
        chips = training_chips(None, tmp_path / f"t{code}", size=64, split="100,0,0", **options)
        (chip,) = json.loads(Path(chips.manifest).read_text())["chips"]
        assert chip["dates"][0]["cloud_percent"] == 25 and chip["dates"][0]["nan_percent"] == 0


@pytest.mark.parametrize("cog", [False, True])
def test_pixels_outside_a_mask_without_nodata_are_hidden_by_a_mask_inside_the_file(tmp_path, cog):
    item = local(tmp_path, "a", catalogues.pixels(1, shape=(32, 64)))
    items = catalogues.write(
        tmp_path / "items.json",
        with_asset(tmp_path, item, "m", catalogues.pixels(2, 0, 3, (32, 64), "uint8"), nodata=None),
    )
    result = stac_stack(items, tmp_path / "out", assets="d", mask_asset="m", extent=EXTENT, cog=cog)
    with rasterio.open(result.masks[0]) as dataset:
        assert dataset.nodata is None
        assert dataset.read_masks(1)[:32].all() and not dataset.read_masks(1)[32:].any()
    composite = temporal_composite(None, tmp_path / "c", scenes=result.scenes, mask_values="1", period="all")
    with rasterio.open(composite.rasters[0]) as dataset:
        shown = dataset.read_masks(1) > 0
    assert (shown[:32] == (catalogues.pixels(2, 0, 3, (32, 64), "uint8") != 1)).all() and not shown[32:].any()


@pytest.mark.parametrize("first", ["declared", "undeclared"])
def test_a_nodata_value_that_only_some_masks_declare_is_a_class_of_the_others(tmp_path, first):
    """The catalogue states nothing, so the nodata value is that of the first file; it is a class of the other file."""
    classes = catalogues.pixels(2, 0, 3, dtype="uint8")
    features = []
    for day, nodata in enumerate((0, None) if first == "declared" else (None, 0), 1):
        item = local(tmp_path, f"a{day}", catalogues.pixels(day), datetime=f"2024-05-0{day}T10:00:00Z")
        features.append(with_asset(tmp_path, item, "m", classes, nodata=nodata))
    items = catalogues.write(tmp_path / "items.json", *features)
    result = stac_stack(items, tmp_path / "out", assets="d", mask_asset="m", extent=EXTENT)
    shown = []
    for path in result.masks:
        with rasterio.open(path) as dataset:
            shown.append(dataset.read_masks(1) > 0)
            assert (dataset.read(1) == classes).all()
    partly, all_shown = shown if first == "declared" else shown[::-1]
    assert all_shown.all() and (partly == (classes != 0)).all()


def test_values_are_exact_if_no_asset_declares_nodata(tmp_path, log):
    """Every value of the data type may be valid, so a mask marks the valid pixels, also in the virtual stack."""
    pixels = np.arange(32 * 64).reshape(32, 64).astype("uint8")
    later = local(tmp_path, "b", pixels.T.copy(), nodata=None, datetime="2024-05-09T10:00:00Z")
    items = catalogues.write(tmp_path / "items.json", local(tmp_path, "a", pixels, nodata=None), later)
    result = stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT, chunk_size=16, log=log)
    with rasterio.open(result.rasters[0]) as dataset, rasterio.open(result.vrt) as stack:
        assert dataset.nodata is None and (dataset.read(1)[:32] == pixels).all()
        shown = dataset.read_masks(1) > 0
        assert shown[:32].all() and not shown[32:].any()
        assert stack.nodata is None and ((stack.read_masks(1) > 0) == shown).all()
        assert (stack.read_masks(2) > 0)[:, :32].all() and not stack.read_masks(2)[:, 32:].any()
    assert read_scene_list(result.scenes).scenes[0].valid_percent == 50
    assert log.warnings == [] and "an internal mask in each output marks the valid pixels" in text_of(log)
    composite = temporal_composite(None, tmp_path / "c", scenes=result.scenes, period="scene")
    with rasterio.open(composite.rasters[0]) as dataset:
        assert ((dataset.read_masks(1) > 0) == shown).all() and (dataset.read(1)[:32] == pixels).all()
    chips = training_chips(None, tmp_path / "t", scenes=result.scenes, size=64, split="100,0,0")
    (chip,) = json.loads(Path(chips.manifest).read_text())["chips"]
    assert [round(date["nan_percent"]) for date in chip["dates"]] == [50, 50]


@pytest.mark.parametrize(("scenes", "width"), [(1, 64), (1, 65), (2, 64)])
def test_algorithms_read_the_stack_of_one_scene_and_stacks_without_missing_pixels(tmp_path, scenes, width):
    pixels = np.arange(4096).reshape(64, 64).astype("uint8")
    found = []
    for day in range(1, scenes + 1):
        item = local(tmp_path, f"a{day}", pixels, nodata=None, datetime=f"2024-05-0{day}T10:00:00Z")
        found.append(with_asset(tmp_path, item, "e", pixels[::-1].copy(), nodata=None))
    items = catalogues.write(tmp_path / "items.json", *found)
    extent = (LEFT, TOP - 640, LEFT + 10 * width, TOP)
    result = stac_stack(items, tmp_path / "out", assets="d,e", extent=extent)
    check_one_mask(read_source(result.vrt))  # as the algorithms do that copy pixels
    with rasterio.open(result.vrt) as stack:
        shown = stack.read_masks() > 0
        assert (stack.read()[1, :, :64] == pixels[::-1]).all()
    assert shown[..., :64].all() and not shown[..., 64:].any()


def test_a_stack_of_a_scene_that_lacks_one_pixel_has_a_mask(tmp_path):
    """The share of valid pixels, rounded as in scenes.json, is 100 %."""
    pixels = np.ones((1600, 1600), "uint8")
    valid = pixels.copy()
    pixels[0, 0] = 0
    item = with_asset(tmp_path, local(tmp_path, "a", pixels), "e", valid, nodata=None)
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="d,e", extent=(LEFT, TOP - 16000, LEFT + 16000, TOP))
    assert read_scene_list(result.scenes).scenes[0].valid_percent == 100
    with rasterio.open(result.vrt) as stack:
        assert stack.nodata is None and np.count_nonzero(stack.read_masks(2) == 0) == 1


def test_values_are_exact_if_bands_declare_different_nodata(tmp_path, log):
    first = np.arange(4096).reshape(64, 64).astype("uint8")
    second = first[::-1].copy()
    item = with_asset(tmp_path, local(tmp_path, "a", first, nodata=0), "e", second, nodata=7)
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="d,e", extent=EXTENT, log=log)
    valid = (first != 0) & (second != 7)
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.nodata is None and ((dataset.read_masks(1) > 0) == valid).all()
        assert (dataset.read()[:, valid] == np.stack([first, second])[:, valid]).all()
    (warning,) = log.warnings
    partly = np.count_nonzero((first != 0) ^ (second != 7))
    assert warning.startswith(f"2024-05-03.tif: {partly} pixels are valid in only some bands")


def test_floats_without_nodata_get_nan(tmp_path, log):
    pixels = np.linspace(-10000, 0, 4096, dtype="float32").reshape(64, 64)
    pixels[0, 0] = -9999
    items = catalogues.write(tmp_path / "items.json", local(tmp_path, "a", pixels, nodata=None))
    result = stac_stack(items, tmp_path / "out", assets="d", extent=(LEFT, TOP - 640, LEFT + 650, TOP), log=log)
    with rasterio.open(result.rasters[0]) as dataset:
        assert np.isnan(dataset.nodata) and (dataset.read(1)[:, :64] == pixels).all()
        assert np.isnan(dataset.read(1)[:, 64]).all()
    assert "equal to" not in text_of(log)


def test_valid_values_equal_to_nodata_are_counted_apart_from_saturated_values(tmp_path, log):
    """Averages of -1 and 1 are 0, the nodata value. They become an adjacent value, and the warning says so."""
    pixels = np.tile(np.int16([[-1, 1], [1, -1]]), (32, 32))
    items = catalogues.write(tmp_path / "items.json", local(tmp_path, "a", pixels))
    result = stac_stack(
        items, tmp_path / "out", assets="d", extent=EXTENT, pixel_size=20, resampling="average", log=log
    )
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.read_masks(1).all()
    assert "a: 1024 valid values are equal to 0, the nodata value of the output" in text_of(log)
    assert "common offset" not in text_of(log) and rows(result.table)[0]["saturated"] == "0"


def test_nodata_is_that_of_the_user_then_of_the_file_then_of_the_catalogue(tmp_path):
    pixels = catalogues.pixels(1, dtype="int16")
    pixels[:8], pixels[8:16] = -9999, -7
    item = local(tmp_path, "a", pixels, nodata=-9999, stated={"raster:bands": [{"data_type": "int16", "nodata": -7}]})
    items = catalogues.write(tmp_path / "items.json", item)
    shown = {}
    for nodata in (None, -7):
        result = stac_stack(items, tmp_path / str(nodata), assets="d", extent=EXTENT, nodata=nodata)
        with rasterio.open(result.rasters[0]) as dataset:
            shown[nodata] = dataset.read_masks(1)[::8, 0] > 0
    assert shown[None].tolist() == [False] + [True] * 7
    assert shown[-7].tolist() == [True, False] + [True] * 6


@pytest.mark.parametrize("stated", [None, 65535])
def test_the_nodata_value_of_a_file_precedes_that_of_the_product(tmp_path, log, stated):
    """If the catalogue states no nodata value, the file of the first scene is asked before 0 is assumed."""
    pixels = catalogues.pixels(1, 0, 4)
    bands = [{"data_type": "uint16", **({"nodata": stated} if stated else {})}]
    item = local(tmp_path, "a", pixels, nodata=65535, stated={"raster:bands": bands}, collection="sentinel-2-l2a")
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT, log=log)
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.nodata == 65535 and (dataset.read(1) == pixels).all()
    assert "equal to" not in text_of(log)


@pytest.mark.parametrize(
    ("dtype", "values", "shift", "expected", "saturated"),
    [
        ("int64", [2**63 - 500, -(2**63)], 1000, [2**63 - 1, -(2**63) + 1000], 1),
        ("int64", [2**63 - 1, -(2**63) + 5], -10, [2**63 - 11, -(2**63)], 1),
        ("uint64", [2**63 - 1, 2**64 - 5], 1000, [2**63 + 999, 2**64 - 1], 1),
        ("uint64", [5, 2**64 - 1], -10, [0, 2**64 - 11], 1),
        ("uint8", [5, 250], 1000, [255, 255], 2),
        ("uint8", [5, 250], -10, [0, 240], 1),
    ],
)
def test_shifted_values_saturate(dtype, values, shift, expected, saturated):
    found = stored_values(np.array(values, dtype), shift, np.dtype(dtype), None)
    assert found[0].dtype == dtype and found[0].tolist() == expected and found[1:] == (saturated, 0)


def test_an_extent_may_end_at_180_degrees(tmp_path):
    """29 * 0.1 degrees before 180, the east edge of the grid is beyond 180 by a rounding error."""
    left, size = 180 - 29 * 0.1, 0.1
    item = local(tmp_path, "a", catalogues.pixels(1, shape=(4, 29)), size=size, crs="EPSG:4326", left=left, top=10)
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="d", extent=(left, 9.6, 180, 10), resampling="nearest")
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.shape == (4, 29)


def test_the_size_of_a_file_is_read_if_the_catalogue_does_not_state_it(server, tmp_path, log):
    items = [scene(server, number, datetime=f"2024-05-0{number + 1}T10:00:00Z") for number in range(3)]
    for item in items[:2]:
        del item["assets"]["red"]["proj:shape"]
    path = catalogues.write(tmp_path / "items.json", *items)
    result = stac_stack(path, tmp_path / "out", assets="red,nir", extent=PART)
    for number, raster in enumerate(result.rasters):
        assert (read(raster)[0] == catalogues.pixels(2 * number)[5:30, 10:33]).all()
    outside = (LEFT + 640, TOP - 640, LEFT + 1280, TOP)
    with pytest.raises(InputError, match="No item .* overlaps the output"):
        stac_stack(path, tmp_path / "no", assets="red", extent=outside)
    server.faults[path_of(server, items[0])] = [Fault(404, times=100)]
    with pytest.raises(InputError, match="status 404"):
        stac_stack(path, tmp_path / "no", assets="red", extent=PART)
    result = stac_stack(path, tmp_path / "skip", assets="red", extent=PART, on_error="skip", log=log)
    assert [Path(raster).stem for raster in result.rasters] == ["2024-05-02", "2024-05-03"]
    assert rows(result.table)[0]["used"].startswith(f"left out: item {items[0]['id']}, asset red")
    assert f"The scene 2024-05-01.tif was left out: item {items[0]['id']}, asset red" in log.warnings[0]
    server.faults[path_of(server, items[1])] = [Fault(404, times=100)]
    only = catalogues.write(tmp_path / "two.json", *items[:2])
    with pytest.raises(InputError, match=r"None of the items can be read\. .*status 404"):
        stac_stack(only, tmp_path / "no", assets="red", extent=PART, on_error="skip")


@pytest.mark.parametrize("states_size", [True, False])
def test_a_scene_is_left_out_if_one_of_its_items_cannot_be_read(server, tmp_path, log, states_size):
    """A scene never lacks the pixels of an item, whether the item fails before the run or during it."""
    items = [
        scene(server, number, datetime=f"2024-05-0{day}T10:00:0{number}Z", mgrs__grid_square=square)
        for number, (day, square) in enumerate([(1, "PS"), (1, "QS"), (2, "PS"), (3, "PS")])
    ]
    lost, outside = items[1], items[3]
    outside["assets"]["red"]["proj:transform"][2] = LEFT + 10_000
    for item in (lost, outside):
        server.faults[path_of(server, item)] = [Fault(404, times=100)]
        if not states_size:
            del item["assets"]["red"]["proj:shape"]
    path = catalogues.write(tmp_path / "items.json", *items)
    result = stac_stack(path, tmp_path / "out", assets="red", extent=PART, on_error="skip", log=log)
    assert [Path(raster).name for raster in result.rasters] == ["2024-05-02.tif"]
    reason = f"left out: item {lost['id']}, asset red"
    listed = [(row["scene"], row["used"][: len(reason)]) for row in rows(result.table)]
    assert listed == [
        ("2024-05-01.tif", reason), ("2024-05-01.tif", reason), ("2024-05-02.tif", "yes"), ("", "outside the output")
    ]  # fmt: skip
    assert log.warnings == [text for text in log.warnings if text.startswith("The scene 2024-05-01.tif was left out")]
    first = catalogues.write(tmp_path / "first.json", *items[:2])
    with pytest.raises(InputError, match=r"None of the scenes can be read\. .*status 404"):
        stac_stack(first, tmp_path / "none", assets="red", extent=PART, on_error="skip")


@pytest.mark.parametrize("stated", [None, {"scale": 0.01}, {"scale": 1, "offset": 0}])
def test_a_scale_that_only_the_files_state_is_warned_of(tmp_path, log, stated):
    for number in range(3):
        with rasterio.open(tmp_path / f"{number}.tif", "w", **PROFILE) as dataset:
            dataset.write(np.full((64, 64), 3000, "int16"), 1)
            dataset.scales, dataset.offsets = ((0.0001 * number,), (-0.1,)) if number else ((1,), (0,))
    items = []
    for number in range(3):
        asset = {"href": f"{number}.tif", "proj:code": catalogues.CRS, "roles": ["data"], **catalogues.place()}
        if stated:
            asset["raster:bands"] = [stated]
        day = f"2024-05-0{number + 1}"
        items.append(catalogues.item(f"i{number}", {"d": asset, "m": asset}, collection="x", datetime=day))
    path = catalogues.write(tmp_path / "items.json", *items)
    result = stac_stack(path, tmp_path / "out", assets="d", mask_asset="m", extent=EXTENT, log=log)
    warning = (
        "d: the catalogue does not state the scale and offset, and those in the files are not used. The first file "
        "that states them is that of item i1, asset d (scale 0.0001, offset -0.1). If they apply to all bands, set "
        "SCALING to 'given', SCALE to 0.0001 and OFFSET to -0.1."
    )
    expected = [] if stated else [warning]
    assert log.warnings == expected
    with rasterio.open(result.rasters[1]) as dataset:
        assert dataset.scales == (stated["scale"] if stated else 1,) and dataset.offsets == (0,)
    given = {"folder": tmp_path / "composite", "scenes": path, "bands": ["d"], "mask_band": "m", "mask_values": "1"}
    log.warnings.clear()
    temporal_composite(None, **given, period="all", log=log)
    assert log.warnings == expected
    log.warnings.clear()
    for scaling in ("none", "given"):
        stac_stack(path, tmp_path / scaling, assets="d", extent=EXTENT, scaling=scaling, log=log)
        given["folder"] = tmp_path / f"composite-{scaling}"
        temporal_composite(None, **given, period="all", scaling=scaling, log=log)
    assert not log.warnings


def test_a_file_with_more_bands_than_its_item_states_needs_a_choice(tmp_path):
    pixels = np.stack([catalogues.pixels(number) for number in range(3)])
    item = local(tmp_path, "a", pixels, stated={"raster:bands": [{"data_type": "uint16"}]})
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(InputError, match="the file has 3 bands"):
        stac_stack(items, tmp_path / "no", assets="d", extent=EXTENT)


def test_an_alpha_band_is_no_choice(tmp_path):
    alpha = np.repeat(np.uint8([255, 0]), 32)[:, np.newaxis] * np.ones((1, 64), "uint8")
    pixels = np.stack([catalogues.pixels(1, 0, 255, dtype="uint8"), alpha])
    item = local(tmp_path, "a", pixels, nodata=None)
    with rasterio.open(tmp_path / "a.tif", "r+") as dataset:
        dataset.colorinterp = [rasterio.enums.ColorInterp.gray, rasterio.enums.ColorInterp.alpha]
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT)
    with rasterio.open(result.rasters[0]) as dataset:
        assert (dataset.read(1)[:32] == pixels[0][:32]).all()
        assert (dataset.read_masks(1) > 0).tolist() == (alpha > 0).tolist()


@pytest.mark.parametrize("extent", [(179.9, 0.5, 179.99, 0.6), (-179.99, 0.5, -179.9, 0.6)])
def test_items_across_180_degrees_touch_both_sides(tmp_path, extent):
    item = local(
        tmp_path, "a", catalogues.pixels(1, shape=(100, 100)), size=500, crs="EPSG:32601", left=150000, top=100000
    )
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(
        items, tmp_path / "out", assets="d", extent=extent, crs="EPSG:4326", pixel_size=0.005, resampling="nearest"
    )
    assert read(result.rasters[0]).all()


def test_an_extent_across_180_degrees_in_another_crs_names_the_one_that_helps(tmp_path):
    item = local(
        tmp_path, "a", catalogues.pixels(1, shape=(100, 100)), size=500, crs="EPSG:32601", left=150000, top=100000
    )
    items = catalogues.write(tmp_path / "items.json", item)
    with pytest.raises(OptionError, match=r"crosses the 180th meridian \(179\.8.* to 180\.2.*EPSG:32601"):
        stac_stack(
            items, tmp_path / "out", assets="d", extent=(150000, 60000, 190000, 90000), extent_crs="EPSG:32601",
            crs="EPSG:4326", pixel_size=0.005, resampling="nearest",
        )  # fmt: skip


@pytest.mark.parametrize("east", [180.1, -179.9])
def test_an_extent_in_degrees_across_180_degrees(tmp_path, east):
    item = local(
        tmp_path, "a", catalogues.pixels(1, shape=(100, 100)), size=500, crs="EPSG:32601", left=150000, top=100000
    )
    items = catalogues.write(tmp_path / "items.json", item)
    result = stac_stack(items, tmp_path / "out", assets="d", extent=(179.9, 0.5, east, 0.6), extent_crs="EPSG:4326")
    with rasterio.open(result.rasters[0]) as dataset:
        assert 20000 < dataset.width * 500 < 24000 and dataset.read(1).any()


def test_an_item_that_is_larger_than_the_crs_of_the_output_is_used(tmp_path):
    """The item is used: its bounds cannot be transformed to a UTM zone, but those of the output to degrees can."""
    item = local(tmp_path, "a", catalogues.pixels(1, shape=(180, 360)), size=1, crs="EPSG:4326", left=-180, top=90)
    items = catalogues.write(tmp_path / "items.json", item)
    extent = (LEFT - 200000, TOP - 640, LEFT - 199360, TOP)
    result = stac_stack(
        items, tmp_path / "out", assets="d", extent=extent, crs=catalogues.CRS, pixel_size=10, resampling="nearest"
    )
    assert read(result.rasters[0]).all()


def test_valid_zeros_of_floats_stay_valid_where_0_is_nodata(tmp_path):
    """Averages of -1 and 1 are 0 and stay valid, although 0 is the nodata value."""
    pixels = np.tile(np.float32([[-1, 1], [1, -1]]), (32, 32))
    items = catalogues.write(tmp_path / "items.json", local(tmp_path, "a", pixels))
    result = stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT, pixel_size=20, resampling="average")
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.read_masks(1).all() and np.abs(dataset.read(1)).max() < 1e-30


def test_lossy_floats_with_nodata_get_a_mask(tmp_path):
    pixels = np.linspace(0, 1, 4096, dtype="float32").reshape(64, 64)
    pixels[0] = -9999
    items = catalogues.write(tmp_path / "items.json", local(tmp_path, "a", pixels, nodata=-9999))
    options = "COMPRESS=LERC|MAX_Z_ERROR=0.01"
    result = stac_stack(items, tmp_path / "out", assets="d", extent=EXTENT, creation_options=options)
    with rasterio.open(result.rasters[0]) as dataset:
        shown = dataset.read_masks(1) > 0
        assert not shown[0].any() and shown[1:].all()
        assert np.abs(dataset.read(1)[1:] - pixels[1:]).max() <= 0.01
