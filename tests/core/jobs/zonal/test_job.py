"""Zonal statistics equal those of rasterio's masks and numpy, and do not depend on chunks and workers."""

from __future__ import annotations

import csv
import functools
import itertools
import math

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.features import geometry_mask
from rasterio.warp import transform_geom
from rasterio.windows import Window

from cancels import Cancel
from georeference import UTM
from parallel_raster.core import Cancelled, InputError, OptionError, OutputError, ResourceError, zonal_statistics
from parallel_raster.core.choices import ZONAL_STATISTICS
from parallel_raster.core.jobs.zonal import distinct, plan, sums, table, task, zones
from parallel_raster.core.jobs.zonal.job import check_zonal_statistics, zonal_table

ROWS, COLS = 260, 300
PLACE = Affine(10, 0, 600_000, 0, -10, 5_100_000)
ALL = tuple(ZONAL_STATISTICS)
EXACT = ("count", "share", "min", "max", "median", "mode")


@pytest.fixture
def small_units(monkeypatch):
    """Set the unit size to 64 pixels, so that small rasters have several units."""
    monkeypatch.setattr(plan, "UNIT_EDGE", 64)


def pixels(dtype, seed=3):
    """Return values of which one tenth is nodata (0) and many are equal."""
    random = np.random.default_rng(seed)
    values = (
        random.normal(0, 40, (ROWS, COLS)) if np.dtype(dtype).kind == "f" else random.integers(-90, 90, (ROWS, COLS))
    )
    values = np.round(values, 1).astype(dtype)
    values[random.random(values.shape) < 0.1] = 0
    return values


def polygon(*rings):
    """Return a GeoJSON polygon from rings given in columns and rows; the first ring is the outer one."""
    return {
        "type": "Polygon",
        "coordinates": [[list(map(float, PLACE * tuple(point))) for point in [*ring, ring[0]]] for ring in rings],
    }


def star(random, centre, radius):
    """Return the corners of a random star around a point."""
    angles = np.sort(random.random(random.integers(3, 14))) * 2 * np.pi
    radii = radius * (0.3 + 0.7 * random.random(angles.size))
    return np.column_stack([centre[0] + radii * np.cos(angles), centre[1] + radii * np.sin(angles)])


@functools.cache
def odd_polygons():
    """Return 200 polygons: with holes and several parts, overlapping, tiny, and partly or fully outside."""
    random = np.random.default_rng(11)
    found = []
    for number in range(200):
        centre, radius = random.uniform(-20, 320, 2), random.choice([0.3, 2, 8, 30, 90])
        outer = star(random, centre, radius)
        rings = [outer] if number % 3 else [outer, centre + (outer - centre) * 0.5]
        shape = polygon(*rings)
        if number % 5 == 0:
            other = polygon(star(random, centre + 1.5 * radius, radius))
            shape = {"type": "MultiPolygon", "coordinates": [shape["coordinates"], other["coordinates"]]}
        found.append(shape)
    return found


def described(values, valid, inside):
    """Return the statistics of the pixels that are inside a zone."""
    numbers = values[inside & valid].astype(np.float64)
    if not numbers.size:
        return {name: 0 if name == "count" else 0.0 if name == "share" and inside.any() else None for name in ALL}
    found, counts = np.unique(numbers, return_counts=True)
    return {
        "count": numbers.size, "share": numbers.size / np.count_nonzero(inside), "min": numbers.min(),
        "max": numbers.max(), "mean": numbers.mean(), "sum": math.fsum(numbers), "std": numbers.std(),
        "median": np.median(numbers), "mode": found[counts.argmax()],
    }  # fmt: skip


def check(records, wanted, *, exact=EXACT, band=1):
    assert len(records) == len(wanted)
    for record, expected in zip(records, wanted):
        for name, value in expected.items():
            got = record[f"b{band}_{name}"]
            if value is None or name in exact:
                assert got == value, (name, record, expected)
            else:
                assert got == pytest.approx(value, rel=1e-12, abs=1e-12), (name, record, expected)


@pytest.mark.parametrize("dtype", ["int16", "float32", "int32", "float64"])
def test_odd_polygons_equal_masks_and_numpy(make_raster, small_units, dtype):
    values, shapes = pixels(dtype), odd_polygons()
    source = make_raster([values], nodata=0, blocks=16, transform=PLACE)
    records = zonal_statistics(source, zones="polygons", polygons=shapes, statistics=ALL)
    inside = [geometry_mask([shape], values.shape, PLACE, invert=True) for shape in shapes]
    check(
        records, [described(values, values != 0, each) for each in inside], exact=EXACT + ("sum",) * (dtype[0] == "i")
    )
    assert [record["zone"] for record in records] == list(range(200))
    assert sum(record["b1_count"] == 0 for record in records) > 10, "some are tiny or outside"


@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_results_do_not_depend_on_chunks_and_workers(make_raster, small_units, dtype):
    source = make_raster([pixels(dtype)], nodata=0, blocks=16, transform=PLACE)
    for options in (
        {"zones": "polygons", "polygons": odd_polygons()[::3]},
        {"cell_width": 70, "cell_height": 45},
        {"zone_raster": make_raster([pixels("int16", 4) // 30], "zones.tif", transform=PLACE), "zones": "raster"},
    ):
        runs = [
            zonal_statistics(source, statistics=ALL, chunk_size=size, workers=workers, **options)
            for size, workers in ((0, 1), (64, 3), (96, 2))
        ]
        assert all(run == runs[0] for run in runs), options


@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_a_statistic_does_not_depend_on_the_others(make_raster, small_units, monkeypatch, dtype):
    """A statistic does not depend on which others are requested, and only the required numbers are computed."""
    source = make_raster([pixels(dtype)], nodata=0, blocks=16, transform=PLACE)
    options = {"zones": "polygons", "polygons": odd_polygons()[::4]}
    together = zonal_statistics(source, statistics=ALL, **options)
    of_pixels, calls = sums._Groups.of_pixels, []
    monkeypatch.setattr(sums._Groups, "of_pixels", lambda *args: calls.append(args[2:]) or of_pixels(*args))
    passes = {}
    for name in ("mean", "min", "std"):
        calls.clear()
        alone = zonal_statistics(source, statistics=name, **options)
        assert [each[f"b1_{name}"] for each in alone] == [each[f"b1_{name}"] for each in together]
        passes[name] = len(calls)
    assert passes["min"] == 3 * passes["mean"] > passes["std"] == 2 * passes["mean"] > 0


def test_other_polygons_do_not_change_a_result(make_raster, small_units):
    """Overlapping polygons do not change a polygon's result: its pixels are always added up in the same order."""
    source = make_raster([pixels("float64")], nodata=0, blocks=16, transform=PLACE)
    shapes = odd_polygons()[:60]
    together = zonal_statistics(source, zones="polygons", polygons=shapes, statistics=("sum", "std"))
    for number in (0, 7, 33, 59):
        try:
            (alone,) = zonal_statistics(source, zones="polygons", polygons=[shapes[number]], statistics=("sum", "std"))
        except OptionError:
            continue
        assert {**alone, "zone": number} == together[number]


def test_polygons_in_another_crs(make_raster):
    values = pixels("int16")
    source = make_raster([values], nodata=0, blocks=16, transform=PLACE, crs=UTM)
    shapes = odd_polygons()[:40]
    geographic = [transform_geom(UTM, "EPSG:4326", shape, precision=-1) for shape in shapes]
    records = zonal_statistics(source, zones="polygons", polygons=geographic, polygons_crs="EPSG:4326", statistics=ALL)
    inside = [geometry_mask([shape], values.shape, PLACE, invert=True) for shape in shapes]
    check(records, [described(values, values != 0, each) for each in inside])


def test_properties_and_names_of_polygons(make_raster, tmp_path):
    source = make_raster([pixels("int16")], nodata=0, transform=PLACE)
    box = polygon([(3, 4), (9, 4), (9, 8), (3, 8)])
    features = [
        {"type": "Feature", "id": 7, "geometry": box, "properties": {"crop": "rye", "zone": "x"}},
        {"type": "Feature", "id": 8, "geometry": None, "properties": {"crop": None, "zone": "y"}},
    ]
    options = {"zones": "polygons", "polygons": {"type": "FeatureCollection", "features": features}}
    first, second = zonal_statistics(source, statistics="count", **options)
    count = np.count_nonzero(pixels("int16")[4:8, 3:9])
    assert first == {"crop": "rye", "zone": "x", "zone_2": 7, "b1_count": count}
    assert second == {"crop": None, "zone": "y", "zone_2": 8, "b1_count": 0}
    assert [each["zone_2"] for each in zonal_statistics(source, field="crop", **options)] == ["rye", None]
    features[1]["properties"] = {"crop": "", "zone": "y"}
    assert [each["zone_2"] for each in zonal_statistics(source, field="crop", **options)] == ["rye", ""]
    path = tmp_path / "zones.csv"
    features[1]["properties"] = {"crop": None, "zone": "y"}
    zonal_statistics(source, dst=path, field="crop", statistics="count", **options)
    assert path.read_text().splitlines()[2] == ",y,,0"
    features[0]["properties"] = {0: "rye"}  # keys of a mapping from Python can be of any type
    assert zonal_statistics(source, statistics="count", **options)[0] == {0: "rye", "zone_2": 7, "b1_count": count}
    features[0]["properties"] = {"crop": "rye"}
    with pytest.raises(OptionError, match="FIELD is kind, but polygon 0 does not have this field") as caught:
        zonal_statistics(source, field="kind", **options)
    assert caught.value.parameter == "field"


def test_properties_of_polygons_are_kept(make_raster, tmp_path):
    """Computed values get other names than the properties of any polygon, which come first."""
    source = make_raster([pixels("int16")], nodata=0, transform=PLACE)
    box = polygon([(3, 4), (9, 4), (9, 8), (3, 8)])
    own = [{"b1_max": 5, "b1_mean_2": None}, {"B1_Mean": "x", "b1_max": 6}]
    features = [{"type": "Feature", "geometry": box, "properties": each} for each in own]
    out = tmp_path / "zones.csv"
    records = zonal_statistics(source, out, zones="polygons", polygons=features, statistics=["min", "max", "mean"])
    inside = pixels("int16")[4:8, 3:9]
    inside = inside[inside != 0]
    for number, (record, properties) in enumerate(zip(records, own)):
        found = {"zone": number, "b1_min": inside.min(), "b1_max_2": inside.max()}
        assert record == {**properties, **found, "b1_mean_3": pytest.approx(inside.mean())}
    header = "b1_max,b1_mean_2,B1_Mean,zone,b1_min,b1_max_2,b1_mean_3"
    assert out.read_text(encoding="utf-8").splitlines()[0] == header


@pytest.mark.parametrize("size", [(512, 512), (64, 50), (2, 70), (300, 1)])
def test_cells_equal_a_loop_over_windows(make_raster, size):
    values = pixels("float32")
    source = make_raster([values], nodata=0, blocks=64, transform=PLACE)
    found = zonal_table(source, cell_width=size[0], cell_height=size[1], statistics=ALL)
    wanted, places = [], []
    for row, col in itertools.product(range(0, ROWS, size[1]), range(0, COLS, size[0])):
        window = values[row : row + size[1], col : col + size[0]]
        wanted.append(described(window, window != 0, np.ones(window.shape, bool)))
        places.append((len(places), row // size[1], col // size[0], (row, col, *window.shape)))
    check(found.records, wanted)
    for record, (zone, row, col, place) in zip(found.records, places):
        cell = found.zones.cell(zone)
        assert (record["zone"], record["row"], record["col"]) == (zone, row, col)
        assert (cell.row_off, cell.col_off, cell.height, cell.width) == place


def test_cells_of_512_pixels_equal_reading_each_window(make_raster):
    """Statistics of cells equal those of a loop that reads one window after another, like geowombat's ParallelTask."""
    values = np.random.default_rng(6).normal(0.3, 0.2, (1100, 1300)).astype("float32")
    source = make_raster([values], blocks=256, transform=PLACE)
    records = zonal_statistics(source, statistics=("mean", "max", "std"))
    with rasterio.open(source) as dataset:
        windows = [
            Window(col, row, min(512, 1300 - col), min(512, 1100 - row))
            for row, col in itertools.product(range(0, 1100, 512), range(0, 1300, 512))
        ]
        for record, window in zip(records, windows):
            part = dataset.read(1, window=window).astype("float64")
            assert record["b1_max"] == part.max()
            assert record["b1_mean"] == pytest.approx(part.mean(), rel=1e-12)
            assert record["b1_std"] == pytest.approx(part.std(), rel=1e-12)
    assert len(records) == len(windows) == 9


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
def test_sweep_of_chunks(make_raster, monkeypatch, dtype):
    """Statistics of 200 polygons are bit-identical for all chunk sizes, unit shapes and numbers of workers."""
    monkeypatch.setattr(plan, "UNIT_EDGE", 16)
    source = make_raster([pixels(dtype)], nodata=0, blocks=16, transform=PLACE)
    options = {"zones": "polygons", "polygons": odd_polygons(), "statistics": ALL}
    first = zonal_statistics(source, **options)
    for size, workers in itertools.product((16, 32, 48, 80, 144), (1, 4)):
        assert zonal_statistics(source, chunk_size=size, workers=workers, **options) == first


def test_zone_raster(make_raster):
    """A zone raster can have a different extent than the raster if their pixels coincide."""
    values, labels = pixels("uint8") + 100, pixels("int32", 4)[:200] // 20
    labels[labels == 3] = -9999
    source = make_raster([values], transform=PLACE)
    zone_raster = make_raster([labels], "zones.tif", nodata=-9999, transform=PLACE * Affine.translation(17, -20))
    records = zonal_statistics(source, zones="raster", zone_raster=zone_raster, statistics=ALL)
    placed = np.full(values.shape, -9999)
    placed[:180, 17:] = labels[20:, : COLS - 17]
    known = sorted(set(placed.ravel()) - {-9999})
    assert [record["zone"] for record in records] == known and known[0] < 0
    check(records, [described(values, np.ones(values.shape, bool), placed == zone) for zone in known])


def test_zones_without_valid_pixels(make_raster):
    values = pixels("uint16")
    values[:100] = 0
    source = make_raster([values, values], nodata=0, transform=PLACE)
    first, *_ = zonal_statistics(source, cell_width=300, cell_height=100, statistics=ALL)
    assert [first[f"b2_{name}"] for name in ALL] == [0, 0.0, *[None] * 7]
    labels = np.indices(values.shape)[0] // 100 * 2**40
    zone_raster = make_raster([labels], "zones.tif", transform=PLACE)
    records = zonal_statistics(source, zones="raster", zone_raster=zone_raster, statistics=("count", "median"))
    assert [record["zone"] for record in records] == [0, 2**40, 2**41]
    assert records[0]["b1_median"] is None and records[1]["b1_median"] == np.median(
        values[100:200][values[100:200] > 0]
    )
    only_nodata = make_raster([values * 0], "empty.tif", nodata=0, transform=PLACE)
    assert zonal_statistics(only_nodata, statistics=("count", "mode")) == [
        {"zone": 0, "row": 0, "col": 0, "b1_count": 0, "b1_mode": None}
    ]


def test_scale_offset_extent_mask_and_bands(make_raster):
    values = pixels("int16")
    classes = (np.indices(values.shape)[1] // 100).astype("uint8")
    source = make_raster([values, values * 2, np.full_like(values, 255)], nodata=0, transform=PLACE, alpha=True,
                         scales=[-0.5, 1, 1], offsets=[3, 0, 0])  # fmt: skip
    mask = make_raster([classes], "mask.tif", transform=PLACE)
    extent = (*(PLACE * (50, 200)), *(PLACE * (250, 40)))
    (record,) = zonal_statistics(source, mask=mask, mask_values="1", extent=extent, statistics=ALL)
    part, shown = values[40:200, 50:250], classes[40:200, 50:250] != 1
    wanted = described(part * -0.5 + 3, (part != 0) & shown, np.ones(part.shape, bool))
    assert not any(name.startswith("b3") for name in record), "the alpha band is left out"
    check([record], [wanted])
    check([record], [described(part * 2, (part != 0) & shown, np.ones(part.shape, bool))], band=2)
    (record,) = zonal_statistics(source, bands=[2], scaling="none", nodata=6, statistics=["mean"])
    assert record["b2_mean"] == pytest.approx((values * 2)[values != 3].mean(), rel=1e-12)


@pytest.mark.parametrize("dtype", ["int16", "float64"])
def test_the_majority_is_the_lowest_physical_value(make_raster, small_units, dtype):
    """With a negative scale, the highest of several equally frequent stored values is the majority."""
    values = np.random.default_rng(4).permutation(np.arange(64 * 96) % 7 + 1).reshape(64, 96).astype(dtype)
    source = make_raster([values], blocks=16, transform=PLACE, scales=[-0.5], offsets=[3])
    physical = values * -0.5 + 3
    tops, lefts = range(0, 64, 5), range(0, 96, 5)
    cells = [physical[top : top + 5, left : left + 5] for top in tops for left in lefts]
    wanted = [described(cell, np.isfinite(cell), np.isfinite(cell)) for cell in cells]
    for options in ({"chunk_size": 64}, {"chunk_size": 512}, {"chunk_size": 64, "workers": 1}):
        records = zonal_statistics(source, cell_width=5, cell_height=5, statistics=["median", "mode"], **options)
        check(records, [{name: each[name] for name in ("median", "mode")} for each in wanted])


def test_overview(make_raster):
    source = make_raster([pixels("int16")], nodata=0, blocks=64, transform=PLACE)
    with rasterio.open(source, "r+") as dataset:
        dataset.build_overviews([2])
    with rasterio.open(source, overview_level=0) as dataset:
        values = dataset.read(1)
    records = zonal_statistics(source, cell_width=100, cell_height=200, overview=0, statistics=ALL)
    check(records, [described(part, part != 0, np.ones(part.shape, bool)) for part in np.split(values, [100], axis=1)])


def test_large_integers(make_raster):
    values = np.full((40, 40), 2**32 - 1, "uint32")
    (record,) = zonal_statistics(make_raster([values]), statistics=("sum", "std", "mode"))
    assert record["b1_sum"] == 1600 * (2**32 - 1) and record["b1_std"] == 0 and record["b1_mode"] == 2**32 - 1
    values = np.full((40, 40), 2**40, "int64")
    values[3, 5] = 2**53 + 1
    source = make_raster([values], "wide.tif", dtype="int64")
    with pytest.raises(InputError, match="contains 9007199254740993, which is beyond 2.53"):
        zonal_statistics(source)
    (record,) = zonal_statistics(source, nodata=2**53 + 1, statistics=("count", "median", "std"))
    assert (record["b1_count"], record["b1_median"], record["b1_std"]) == (1599, 2**40, 0)


def test_polygons_of_a_chunk_are_drawn_in_one_or_two_calls(make_raster, monkeypatch):
    source = make_raster([pixels("int16")], blocks=64, transform=PLACE)
    boxes = [polygon([(x, y), (x + 20, y), (x + 20, y + 20), (x, y + 20)]) for x in range(0, 300, 20) for y in (0, 20)]
    calls = []
    real = zones.draw_polygons
    monkeypatch.setattr(zones, "draw_polygons", lambda *args, **options: calls.append(1) or real(*args, **options))
    options = {"zones": "polygons", "chunk_size": 512, "statistics": "count"}
    records = zonal_statistics(source, polygons=boxes, **options)
    assert calls == [1] and {record["b1_count"] for record in records} == {400}
    calls.clear()
    halves = [polygon([(0, 0), (40, 0), (0, 40)]), polygon([(40, 0), (40, 40), (0, 40)])]  # their windows overlap
    records = zonal_statistics(source, polygons=halves, **options)
    assert calls == [1, 1] and sum(record["b1_count"] for record in records) == 1600
    calls.clear()
    over = polygon([(5, 5), (25, 5), (25, 25), (5, 25)])
    records = zonal_statistics(source, polygons=[*boxes, over], **options)
    assert {record["b1_count"] for record in records} == {400} and len(calls) < 8


def test_each_block_is_decoded_once(make_raster, monkeypatch):
    source = make_raster([pixels("int16")], blocks=16, transform=PLACE)
    monkeypatch.setattr(plan, "UNIT_EDGE", 64)
    read = np.zeros((ROWS, COLS), int)
    real = task.read_inputs

    def counted(readers, inputs, window, stop):
        read[window.toslices()] += 1
        return real(readers, inputs, window, stop)

    monkeypatch.setattr(task, "read_inputs", counted)
    zonal_statistics(source, zones="polygons", polygons=odd_polygons(), chunk_size=128)
    assert read.max() == 1
    read[:] = 0
    shape = polygon([(10, 10), (50, 10), (50, 50)])
    zonal_statistics(source, zones="polygons", polygons=[shape], chunk_size=64)
    assert read[:64, :64].all() and read.sum() == 64 * 64, "chunks without polygons are not read"


def test_too_many_distinct_values(make_raster, monkeypatch):
    values = np.random.default_rng(1).random((ROWS, COLS))
    source = make_raster([values], blocks=64, transform=PLACE)
    monkeypatch.setattr(plan, "UNIT_EDGE", 64)
    monkeypatch.setattr(table, "ENTRY_BYTES", 200_000)
    options = {"cell_height": 64, "statistics": "median", "chunk_size": 64, "workers": 1, "memory": 400}
    with pytest.raises(ResourceError, match=r"more than [\d,]+ distinct values in total, .*limit of 400 MB") as caught:
        zonal_statistics(source, cell_width=300, **{**options, "cell_height": 300})
    assert caught.value.parameter == "memory"
    monkeypatch.setattr(table, "ENTRY_BYTES", 10_000)
    monkeypatch.setattr(distinct, "FEW", 100)
    records = zonal_statistics(source, cell_width=64, **options)
    assert records[0]["b1_median"] == np.median(values[:64, :64]), "values of complete cells are not kept"


@pytest.mark.parametrize(
    "options", [{}, {"statistics": "median"}, {"cell_width": 3, "cell_height": 3}, {"zones": "polygons"}]
)
def test_the_error_states_the_smallest_memory_limit(make_raster, options):
    source = make_raster([np.zeros((ROWS, COLS))], transform=PLACE, blocks=64)
    options = {**options, "polygons": odd_polygons()} if "zones" in options else options
    with pytest.raises(ResourceError, match="memory limit (of|is) 0.5 MB. Set MEMORY to at least") as caught:
        check_zonal_statistics(source, memory=0.5, **options)
    needed = int(str(caught.value).split("at least ")[1].split(",")[0].split(".")[0])
    check_zonal_statistics(source, memory=needed, **options)
    with pytest.raises(ResourceError, match=f"memory limit (of|is) {needed - 1} MB. Set MEMORY to at least {needed}"):
        check_zonal_statistics(source, memory=needed - 1, **options)


def test_too_many_zones(make_raster):
    source = make_raster([pixels("int16")], transform=PLACE)
    with pytest.raises(ResourceError, match="The statistics of 78,000 zones in 1 band .* Set MEMORY to at least 96"):
        zonal_statistics(source, cell_width=1, cell_height=1, memory=90)


def test_too_many_zones_of_a_raster(make_raster, monkeypatch):
    """If a zone raster has too many zones, an error is raised before counts or records exceed the memory limit."""
    source = make_raster([np.zeros((ROWS, COLS), "uint8")], nodata=0)
    labels = np.arange(ROWS * COLS, dtype="int32").reshape(ROWS, COLS)
    options = {"zones": "raster", "zone_raster": make_raster([labels], "zones.tif"), "memory": 90}
    with pytest.raises(ResourceError, match="78,000 zones in 1 band .* at least 96, or use fewer zones"):
        zonal_statistics(source, **options)
    monkeypatch.setattr(table, "PIXELS_BYTES", 2000)
    with pytest.raises(ResourceError, match="each zone in each part of the raster, 78,000 in total"):
        zonal_statistics(source, **options)


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_numbers_beyond_float64(make_raster, log):
    source = make_raster([np.full((40, 40), 1.5e308)])
    (record,) = zonal_statistics(source, statistics=ALL, log=log)
    assert [record[f"b1_{name}"] for name in ("mean", "sum", "std")] == [None] * 3
    assert record["b1_median"] == record["b1_mode"] == record["b1_max"] == 1.5e308
    assert log.line("3 statistics are empty because they are beyond the range of Float64.")


def test_overviews_of_a_zone_raster(make_raster, log):
    """With OVERVIEW, zones are read from the zone raster's own overview, not averaged from full resolution."""
    paths = make_raster([pixels("int16")], transform=PLACE), make_raster([pixels("int16")], "z.tif", transform=PLACE)
    for path in paths:
        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews([2])
    zonal_statistics(paths[0], zones="raster", zone_raster=paths[1], overview=0, log=log)
    assert "zones come from overview 0 of" in log.line("The zones")


def test_csv(make_raster, tmp_path):
    source = make_raster([pixels("int16")], nodata=0, transform=PLACE)
    out = tmp_path / "zones.csv"
    shapes = [polygon([(-9, -9), (40, 3), (20, 60)]), polygon([(900, 3), (909, 3), (909, 9)])]
    records = zonal_statistics(source, out, zones="polygons", polygons=shapes)
    rows = list(csv.DictReader(out.open(newline="", encoding="utf-8")))
    assert [{name: str("" if value is None else value) for name, value in each.items()} for each in records] == rows
    assert rows[1] == {"zone": "1", "b1_count": "0", "b1_min": "", "b1_max": "", "b1_mean": ""}
    with pytest.raises(OutputError, match="must end in .csv"):
        zonal_statistics(source, tmp_path / "zones.txt")
    with pytest.raises(OutputError, match="does not exist"):
        zonal_statistics(source, tmp_path / "missing" / "zones.csv")


def test_csv_without_zones(make_raster, tmp_path):
    source = make_raster([pixels("int16")])
    zones = make_raster([pixels("int16") * 0], "zones.tif", nodata=0)
    assert zonal_statistics(source, tmp_path / "out.csv", zones="raster", zone_raster=zones, statistics="sum") == []
    assert (tmp_path / "out.csv").read_text() == "zone,b1_sum\n"


def test_polygons_without_pixels_are_named(make_raster, log):
    source = make_raster([pixels("int16")], transform=PLACE)
    away = [polygon([(900 + n, 3), (909 + n, 3), (909 + n, 9)]) for n in range(7)]
    zonal_statistics(source, zones="polygons", polygons=[odd_polygons()[4], *away], log=log)
    line = log.line("Polygons without statistics")
    assert "polygon 1: it lies outside the raster" in line and line.endswith("; and 2 more.")
    with pytest.raises(OptionError, match="None of the POLYGONS contains pixels of .*polygon 0: it lies outside"):
        zonal_statistics(source, zones="polygons", polygons=away)


@pytest.mark.parametrize(
    ("options", "words", "parameter"),
    [
        ({"zones": "hexagons"}, "ZONES is 'hexagons'; it must be one of cells, polygons, raster", "zones"),
        ({"zones": "polygons"}, "POLYGONS is not set", "polygons"),
        ({"zones": "polygons", "polygons": []}, "contains no features", "polygons"),
        ({"zones": "polygons", "polygons": ["x"]}, "'x' is not a GeoJSON feature", "polygons"),
        ({"zones": "raster"}, "ZONE_RASTER is not set", "zone_raster"),
        ({"cell_width": 0}, "CELL_WIDTH is 0", "cell_width"),
        ({"cell_height": 2.5}, "CELL_HEIGHT is 2.5", "cell_height"),
        ({"statistics": ()}, "STATISTICS is empty", "statistics"),
        ({"statistics": ["average"]}, "STATISTICS is 'average'; it must be one of count,", "statistics"),
        ({"bands": [1, 1]}, "BANDS lists a band more than once", "bands"),
        ({"zones": "polygons", "polygons": [], "polygons_crs": "x"}, "'x', which is not a CRS", "polygons_crs"),
        ({"extent": (0, 0, 1, 1)}, "does not overlap", "extent"),
        ({"scaling": "given", "scale": 0.0}, "SCALE must not be 0|SCALE is 0", "scale"),
        ({"overview": 3}, "has no overview 3", "overview"),
    ],
)  # fmt: skip
def test_unusable_parameters(make_raster, options, words, parameter):
    source = make_raster([pixels("int16")], transform=PLACE)
    with pytest.raises(OptionError, match=words) as caught:
        check_zonal_statistics(source, **options)
    assert caught.value.parameter == parameter


def test_unusable_inputs(make_raster):
    source = make_raster([pixels("int16")], transform=PLACE)
    floats = make_raster([pixels("float32")], "floats.tif", transform=PLACE)
    with pytest.raises(InputError, match="is float32, but zones must be integers") as caught:
        check_zonal_statistics(source, zones="raster", zone_raster=floats)
    assert caught.value.parameter == "zone_raster"
    coarse = make_raster([pixels("int16")], "coarse.tif", transform=PLACE * Affine.scale(2))
    with pytest.raises(InputError, match="Resample the zone raster to the grid of the input raster") as caught:
        check_zonal_statistics(source, zones="raster", zone_raster=coarse)
    assert caught.value.parameter == "zone_raster"
    plain = make_raster([pixels("int16")], "plain.tif", crs=None, transform=PLACE)
    with pytest.raises(OptionError, match="has no CRS, so the polygons cannot be reprojected"):
        check_zonal_statistics(plain, zones="polygons", polygons=odd_polygons(), polygons_crs="EPSG:4326")
    with pytest.raises(InputError, match="band 4 does not exist") as caught:
        check_zonal_statistics(source, bands=[4])
    assert caught.value.parameter == "bands"
    complex_ = make_raster([pixels("complex64")], "complex.tif", transform=PLACE)
    with pytest.raises(InputError, match="complex") as caught:
        check_zonal_statistics(complex_)
    assert caught.value.parameter == "src"


@pytest.mark.parametrize("owner", [(task, "unit_sums"), (zones, "draw_polygons")])
def test_cancelled(make_raster, small_units, tmp_path, owner):
    source = make_raster([pixels("int16")], blocks=16, transform=PLACE)
    options = {"zones": "polygons", "polygons": odd_polygons(), "chunk_size": 32, "workers": 2}
    with Cancel(owner, at=3) as cancel, pytest.raises(Cancelled):
        zonal_statistics(source, tmp_path / "out.csv", progress=cancel, **options)
    assert cancel.begun_later <= 2 and not (tmp_path / "out.csv").exists()


def test_report_and_log(make_raster, tmp_path, log):
    source = make_raster([pixels("int16")], transform=PLACE)
    zonal_statistics(
        source, cell_width=100, cell_height=100, report=tmp_path / "report.html", log=log, memory=77, workers=2
    )
    assert log.line("Plan: ").endswith("memory limit 77 MB; 2 workers")
    assert log.line("Zones: ") == "Zones: 9 cells of 100 x 100 pixels"
    assert log.line("Statistics: ").startswith("Statistics: count, min, max, mean; computed in windows of ")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Zonal statistics" in page and "<td>9</td>" in page.replace(' class="number"', "")
