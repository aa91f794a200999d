"""Composites of the items of a STAC catalogue, whose files are on a server or on disk."""

from __future__ import annotations

import csv
import json
import pickle
import threading
from pathlib import Path

import catalogues
import numpy as np
import pytest
import rasterio
from catalogues import LEFT, TOP
from server import CancelDuringStall, Fault

from parallel_raster.core import temporal_composite
from parallel_raster.core.engine.options import RunOptions
from parallel_raster.core.errors import Cancelled, InputError, OptionError
from parallel_raster.core.jobs.composite.catalogue import catalogue_access
from parallel_raster.core.jobs.composite.job import check_temporal_composite, reference_crs
from parallel_raster.core.jobs.composite.options import CompositeOptions
from parallel_raster.core.jobs.composite.plan import plan_composite
from parallel_raster.core.progress import Stop
from parallel_raster.core.reading.readers import Readers
from parallel_raster.core.stac.addresses import Address
from parallel_raster.core.stac.files import Network
from parallel_raster.core.stac.inputs import AssetInputs

# Directories of overviews are opened in advance and have no transform, so rasterio warns.
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

BLOCKS = "TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16"
EXTENT = (LEFT + 100, TOP - 300, LEFT + 330, TOP - 50)
INSIDE = (slice(5, 30), slice(10, 33))


def scene(server, number, day, **arrays):
    """Put the files of a scene on the server, and return their item."""
    item = catalogues.earth_search(f"{server.url}/data", number, datetime=f"{day}T10:15:59Z")
    for key, pixels in arrays.items():
        asset = item["assets"][key]
        size = asset["proj:transform"][0]
        server.files[asset["href"].removeprefix(server.url)] = catalogues.geotiff(pixels, size=size)
    return item


def path_of(server, item, key="red"):
    return item["assets"][key]["href"].removeprefix(server.url)


@pytest.fixture
def year(server):
    """Return three items of May and June, with the bands red and nir and the mask scl, and their pixels."""
    items, pixels = [], []
    for number, day in enumerate(("2024-05-03", "2024-05-13", "2024-06-02")):
        red, nir = (catalogues.pixels(2 * number + band) for band in (0, 1))
        scl = catalogues.pixels(50 + number, 3, 6, (32, 32), "uint8")
        items.append(scene(server, number, day, red=red, nir=nir, scl=scl))
        pixels.append((np.stack([red, nir]), (scl != 3).repeat(2, 0).repeat(2, 1)))
    return items, pixels


def read(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def rows(result):
    with open(result.table, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compose(tmp_path, items, name="out", **options):
    path = catalogues.write(tmp_path / "items.geojson", *items)
    given = {"bands": ["red", "nir"], "network": True, "extent": EXTENT, **options}
    return temporal_composite(None, tmp_path / name, scenes=path, **given)


def test_months_of_masked_items_are_exact(server, year, tmp_path, log):
    items, pixels = year
    result = compose(tmp_path, items, mask_band="scl", reducer="max", log=log)
    assert [Path(path).name for path in result.rasters] == ["max_2024-05.tif", "max_2024-06.tif"]
    shown = [np.where(valid, values, 0)[(slice(None), *INSIDE)] for values, valid in pixels]
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.bounds == rasterio.coords.BoundingBox(*EXTENT)
        assert (dataset.nodata, dataset.dtypes) == (0, ("uint16", "uint16"))
        assert (dataset.scales, dataset.offsets) == ((0.0001, 0.0001), (0, 0))
        assert dataset.descriptions == ("2024-05 red max", "2024-05 nir max")
        assert (dataset.read() == np.maximum(shown[0], shown[1])).all()
    assert (read(result.rasters[1]) == shown[2]).all()
    assert "the default for Sentinel-2 scene classification" in "\n".join(log.infos)
    assert [(row["scene"], row["used"]) for row in rows(result)] == [(item["id"], "yes") for item in items]
    share = 100 * shown[2].any(axis=0).mean()
    assert float(rows(result)[2]["valid_percent"]) == pytest.approx(share, abs=0.001)


def test_only_the_touched_blocks_are_fetched_and_headers_once(server, tmp_path):
    item = scene(server, 0, "2024-05-03")
    pixels = catalogues.pixels(0, shape=(1024, 1024))
    item["assets"]["red"].update(catalogues.place(10, [1024, 1024]))
    path = path_of(server, item)
    server.files[path] = catalogues.geotiff(pixels, block=256)
    extent = (LEFT + 2560, TOP - 7680, LEFT + 7680, TOP - 2560)
    result = compose(tmp_path, [item], bands=["red"], reducer="first", extent=extent)
    assert (read(result.rasters[0])[0] == pixels[256:768, 256:768]).all()
    assert 2 * 512 * 512 < server.bytes_of(path) < 1.3 * 2 * 512 * 512
    asked = server.asked(path)
    # The size and the ETag are requested before and after the run.
    assert [each.range for each in asked].count("bytes=0-0") == 2
    assert sum(each.method == "HEAD" for each in asked) == 1 and len(asked) <= 8


def test_a_mask_is_read_once_for_all_bands(server, year, tmp_path):
    items, _ = year
    compose(tmp_path, items[:1], mask_band="scl", extent=None)
    assert server.bytes_of(path_of(server, items[0], "scl")) < 1.3 * len(server.files[path_of(server, items[0], "scl")])
    assert server.asked(path_of(server, items[0], "blue")) == []


def test_items_that_are_not_used_are_listed_but_not_asked(server, year, tmp_path):
    items, _ = year
    older = scene(server, 8, "2024-05-13", red=catalogues.pixels(1), nir=catalogues.pixels(1))
    older["properties"]["s2:processing_baseline"] = "02.00"
    elsewhere = scene(server, 9, "2024-05-20", red=catalogues.pixels(1), nir=catalogues.pixels(1))
    elsewhere["properties"]["grid:code"] = "MGRS-33TPS"
    elsewhere["properties"]["proj:epsg"] = 32633
    result = compose(tmp_path, [elsewhere, older, *items], end="2024-05-31")
    used = {row["scene"]: row["used"] for row in rows(result)}
    assert used[elsewhere["id"]] == "outside EXTENT"
    assert used[older["id"]] == f"duplicate of {items[1]['id']}"
    assert used[items[2]["id"]] == "after END"
    assert [used[item["id"]] for item in items[:2]] == ["yes", "yes"]
    for item in (elsewhere, older, items[2]):
        assert server.asked(path_of(server, item)) == []


def test_formulas_name_assets_and_the_scaling_is_that_of_the_catalogue(server, tmp_path, log):
    """Scales and offsets are applied, because the offset of the newer processing baseline differs."""
    old = catalogues.planetary_computer(f"{server.url}/old", "03.01", datetime="2021-05-03T10:15:59Z")
    new = catalogues.planetary_computer(f"{server.url}/new", "05.10")
    old["id"] += "_old"
    for number, item in enumerate((old, new)):
        for key in ("B04", "B08"):
            place = item["assets"][key]["href"].removeprefix(server.url)
            server.files[place] = catalogues.geotiff(catalogues.pixels(number, 2000), nodata=None)
    given = {"bands": None, "value": "expression", "expression": 'sum: A["red"] + A["B08"]', "period": "all"}
    result = compose(tmp_path, [old, new], reducer="mean", log=log, **given)
    counts = [catalogues.pixels(number, 2000).astype(float) for number in (0, 1)]
    wanted = (2 * counts[0] * 0.0001 + 2 * (counts[1] * 0.0001 - 0.1)) / 2
    np.testing.assert_allclose(read(result.rasters[0])[0], wanted[INSIDE], rtol=1e-6)
    assert "does not state the scale and offset" in "\n".join(log.warnings)
    assert [row["offset"] for row in rows(result)] == ["0", "-0.1"]
    same = compose(tmp_path, [old, new], "none", reducer="mean", scaling="none", **given)
    np.testing.assert_allclose(read(same.rasters[0])[0], (counts[0] + counts[1])[INSIDE], rtol=1e-6)


def test_without_bands_all_assets_with_data_are_combined(server, year, tmp_path):
    items, pixels = year
    for item in items:
        for key in ("blue", "green", "red-jp2", "nir-jp2"):
            del item["assets"][key]
    result = compose(tmp_path, items[2:], bands=None, mask_band="scl")
    with rasterio.open(result.rasters[0]) as dataset:
        assert dataset.descriptions == ("2024-06 red median", "2024-06 nir median")
    for item in items:
        for key in ("red", "nir", "scl"):
            item["assets"][key]["roles"] = []
    with pytest.raises(OptionError, match="has the role 'data'") as error:
        compose(tmp_path, items, "no", bands=None)
    assert error.value.parameter == "bands"


def test_resampled_items_and_masks(server, year, tmp_path):
    items, pixels = year
    for item in items[1:]:
        for key, values in (("red", 1), ("nir", 2)):
            place = path_of(server, item, key)
            server.files[place] = catalogues.geotiff(np.full((32, 32), values, "uint16"), size=20)
    result = compose(
        tmp_path, items, mask_band="scl", mask_values="3", reducer="last", resampling="nearest", resolution="highest"
    )
    shown = np.where(pixels[1][1], np.array([[[1]], [[2]]]), np.where(pixels[0][1], pixels[0][0], 0))
    assert (read(result.rasters[0]) == shown[(slice(None), *INSIDE)]).all()


def test_files_on_the_disk_need_no_network(tmp_path):
    item = catalogues.usgs_3dep("")
    item["links"] = []
    (tmp_path / "tiles").mkdir()
    pixels = catalogues.pixels(1).astype("float32")
    (tmp_path / "tiles/n47w122.tif").write_bytes(catalogues.geotiff(pixels, nodata=-999999))
    (tmp_path / "items").mkdir()
    items = catalogues.write(tmp_path / "items/items.json", item)
    result = temporal_composite(None, tmp_path / "out", scenes=items, bands=["data"], reducer="first")
    assert (read(result.rasters[0])[0] == pixels).all()


def test_files_on_servers_need_network(server, year, tmp_path):
    with pytest.raises(InputError, match=r"asset red is on a server \(127\.0\.0\.1:\d+\)\. Set NETWORK") as error:
        compose(tmp_path, year[0], network=False)
    assert error.value.parameter == "network"
    assert server.requests == [] and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "parameter", "words"),
    [
        ({"mask_pattern": "{scene}_SCL.tif"}, "mask_pattern", "MASK_BAND"),
        ({"overview": 0}, "overview", "ItemCollection"),
        ({"bands": ["red", "nri"]}, "bands", "nri"),
        ({"mask_band": "clouds"}, "mask_band", "clouds"),
        ({"bands": None, "value": "expression"}, "expression", "does not refer to any asset"),
        ({"start": "2030-01-01"}, "start", "START"),
        ({"extent": (0, 0, 10, 10), "start": "2024-05-10"}, "extent", "EXTENT"),
    ],
)
def test_invalid_options_name_their_parameter(server, year, tmp_path, options, parameter, words):
    with pytest.raises((OptionError, InputError), match=words) as error:
        compose(tmp_path, year[0], **options)
    assert error.value.parameter == parameter
    assert not (tmp_path / "out").exists()


def test_items_with_the_same_id_are_different_scenes(server, year, tmp_path):
    items, pixels = year
    copy = json.loads(json.dumps(items[1]))
    copy.update(id=items[0]["id"], collection="other")
    result = compose(tmp_path, [items[0], copy], reducer="max")
    assert (read(result.rasters[0]) == np.maximum(pixels[0][0], pixels[1][0])[(slice(None), *INSIDE)]).all()


def test_errors_that_pass_are_repeated(server, year, tmp_path):
    items, pixels = year
    path = path_of(server, items[0])
    server.faults[path] = [Fault(503, times=2, after=2), Fault(kind="cut", times=1, after=1)]
    result = compose(tmp_path, items[:1], reducer="first")
    assert (read(result.rasters[0]) == pixels[0][0][(slice(None), *INSIDE)]).all()
    assert sum(each.status == 503 for each in server.asked(path)) == 2


@pytest.mark.parametrize(("status", "words"), [(403, "denies access"), (404, "does not exist")])
def test_errors_that_stay_name_item_asset_and_server(server, year, tmp_path, status, words):
    items, _ = year
    path = path_of(server, items[0], "nir")
    items[0]["assets"]["nir"]["href"] += "?sig=secret"
    server.faults[path] = [Fault(status, times=1000)]
    with pytest.raises(InputError) as error:
        compose(tmp_path, items)
    text = str(error.value)
    assert words in text and f"status {status}" in text and items[0]["id"] in text and "asset nir" in text
    assert f"127.0.0.1:{server.port}" in text and "secret" not in text and error.value.parameter == "scenes"
    assert len(server.asked(path)) == 1 and not (tmp_path / "out").exists()


def test_a_file_that_changes_during_the_run_is_an_error(server, year, tmp_path):
    """The run ends with an error if the ETag changes after the first request, which records the ETag."""
    items, _ = year
    path = path_of(server, items[0])
    server.etags[path] = '"1"'
    real = server.next_fault

    def change(asked):
        if server.asked(path):
            server.etags[path] = '"2"'
        return real(asked)

    server.next_fault = change
    with pytest.raises(InputError, match=r"asset red .*changed while it was being read"):
        compose(tmp_path, items)
    assert not (tmp_path / "out").exists()


def test_a_cancelled_run_does_not_wait_for_a_server(server, year, tmp_path):
    items, _ = year
    server.faults[path_of(server, items[0])] = [Fault(kind="stall", times=100, after=2)]
    with pytest.raises(Cancelled):
        compose(tmp_path, items, progress=CancelDuringStall(server))
    assert not server.let_go.is_set()  # the server was still holding the request when the run ended
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("blocks", "chunks", "scenes"), [("", 1, 4), (BLOCKS, 8, 1)])
def test_as_many_scenes_are_read_at_once_as_there_are_connections(server, year, tmp_path, blocks, chunks, scenes):
    """A chunk reads several scenes at the same time if there are fewer chunks than connections."""
    path = catalogues.write(tmp_path / "items.json", *year[0])
    options = CompositeOptions(scenes=path, network=True, bands=["red", "nir"], creation_options=blocks)
    with catalogue_access() as access:
        task = plan_composite([], str(tmp_path / "out"), options, RunOptions(workers=1), access=access).outputs[0].task
    assert (task.chunks.in_flight, task.scenes_at_once) == (chunks, scenes)
    result = temporal_composite(
        None, tmp_path / "out", scenes=path, network=True, bands=["red", "nir"], creation_options=blocks
    )
    assert (read(result.rasters[0]) == np.median([pixels for pixels, _ in year[1][:2]], axis=0)).all()


def test_the_crs_of_the_outputs_is_known_without_a_request(server, year, tmp_path):
    path = catalogues.write(tmp_path / "items.json", *year[0])
    found = reference_crs(None, "", scenes=path, bands=["red"])
    assert rasterio.crs.CRS.from_wkt(found).to_epsg() == 32632
    check_temporal_composite(None, tmp_path / "out", scenes=path, bands=["red"])
    assert server.requests == []


def test_assets_can_be_sent_to_a_worker_and_are_closed_with_the_readers(tmp_path):
    (tmp_path / "a.tif").write_bytes(catalogues.geotiff(catalogues.pixels(1)))
    inputs = AssetInputs({"a": Address("a", str(tmp_path / "a.tif"))}, Network(), 2, "mark")
    sent = pickle.loads(pickle.dumps(inputs))  # noqa: S301 - our own data
    with Readers() as readers:
        assets = sent.open(readers, 0)

        def shape():
            return assets.files.call(sent.addresses["a"], -1, lambda dataset: dataset.shape, Stop())

        assert assets.connections.call([shape, shape], Stop()) == [(64, 64), (64, 64)]
        names = {thread.name for thread in threading.enumerate()}
        assert "parallel-raster-http" in names
    assert "parallel-raster-http" not in {thread.name for thread in threading.enumerate()}


def test_end_without_a_time_includes_the_whole_day(server, year, tmp_path):
    items, _ = year
    for item, time in zip(items, ("2024-05-03T00:00:00Z", "2024-05-03T23:59:59.5Z", "2024-05-04T00:00:00Z")):
        item["properties"]["datetime"] = time
    result = compose(tmp_path, items, end="2024-05-03", period="all")
    assert [row["used"] for row in rows(result)] == ["yes", "yes", "after END"]
