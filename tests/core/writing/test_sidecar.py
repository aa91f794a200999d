"""What a GeoTIFF cannot carry lies in the file beside it: whole or not there like the file, in all jobs."""

from __future__ import annotations

import os

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.crs import CRS
from rasterio.io import MemoryFile

from parallel_raster.core import merge_tiles, normalized_difference, normalized_difference_tiles, tile_raster
from parallel_raster.core.errors import Cancelled, OutputError
from parallel_raster.core.raster.grid import same_crs
from parallel_raster.core.reading.classes import read_classes
from parallel_raster.core.reading.metadata import read_source
from parallel_raster.core.writing import writer as writer_module
from parallel_raster.core.writing.partial_file import AUXILIARY
from parallel_raster.core.writing.sidecar import lost_crs

UTM = (
    'PROJCS["x",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",{}]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
    'PARAMETER["central_meridian",15],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],'
    'PARAMETER["false_northing",0],UNIT["metre",1],AUTHORITY["EPSG","32633"]]'
)
BESIDE = {
    "Equal Earth": "EPSG:8858",
    "a rotated pole": "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=30 +lon_0=10",
    "arc seconds": 'GEOGCS["x",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["arc-second",4.84813681109536E-06]]',
    "a wrong ellipsoid": UTM.format("6378000,290"),
}
"""CRSs that a GeoTIFF does not carry, or not as they are."""

INSIDE = {"3D": "EPSG:4979", "heights": "EPSG:9707", "Lambert in grads": "EPSG:27563", "UTM": "EPSG:32633"}
"""CRSs that GDAL keeps in the file."""

TABLE = (
    '<GDALRasterAttributeTable tableType="thematic"><FieldDefn index="0"><Name>Value</Name><Type>0</Type>'
    '<Usage>5</Usage></FieldDefn><FieldDefn index="1"><Name>Count</Name><Type>0</Type><Usage>1</Usage></FieldDefn>'
    '<FieldDefn index="2"><Name>Class</Name><Type>2</Type><Usage>2</Usage></FieldDefn>'
    '<Row index="0"><F>1</F><F>77</F><F>forest &amp; {}</F></Row></GDALRasterAttributeTable>'
)
NAMES = "<CategoryNames><Category>none</Category><Category>{}</Category></CategoryNames>"


@pytest.fixture
def placed(make_raster):
    """Factory of rasters of two bands with a CRS, which a GeoTIFF may not carry."""

    def make(crs, name="in.tif", **more):
        bands = list(np.random.default_rng(1).integers(1, 200, (2, 40, 50), dtype="uint8"))
        return make_raster(bands, name, crs=CRS.from_user_input(crs), blocks=16, compress="deflate", **more)

    return make


@pytest.fixture
def classes(make_raster):
    """Factory of rasters of three bands of classes, with tables and names for the first two beside them."""

    def make(name="in.tif", word="wood"):
        path = make_raster(list(np.random.default_rng(1).integers(0, 2, (3, 40, 50), dtype="uint8")), name)
        bands = "".join(
            f'<PAMRasterBand band="{band}">{NAMES.format(f"{word} {band}")}{TABLE.format(f"{word} {band}")}'
            "</PAMRasterBand>"
            for band in (1, 2)
        )
        path.with_name(name + AUXILIARY).write_text(f"<PAMDataset>{bands}</PAMDataset>")
        return path

    return make


def is_carried(crs):
    """Whether this GDAL writes a CRS into a GeoTIFF so that it comes back as it is."""
    profile = {"driver": "GTiff", "width": 1, "height": 1, "count": 1, "dtype": "uint8", "transform": Affine.scale(2)}
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), MemoryFile() as memory:
        with memory.open(**profile, crs=crs):
            pass
        with memory.open() as dataset:
            return same_crs(dataset.crs, crs)


def crs_of(path):
    with rasterio.open(path) as dataset:
        return dataset.crs


def bands_of(path):
    return read_source(str(path)).metadata.bands


@pytest.mark.parametrize(
    ("name", "cog"),
    [
        *((name, False) for name in BESIDE),
        ("Equal Earth", True),
        *(pytest.param(name, True, marks=pytest.mark.long) for name in BESIDE if name != "Equal Earth"),
    ],
)
def test_every_job_keeps_a_crs_that_a_geotiff_does_not_carry(placed, tmp_path, log, name, cog):
    crs = BESIDE[name]
    src, wanted = placed(crs), CRS.from_user_input(crs)
    if not same_crs(crs_of(src), wanted):
        src.with_name("in.tif.aux.xml").write_text(f"<PAMDataset><SRS>{wanted.to_wkt()}</SRS></PAMDataset>")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    tiles = tile_raster(src, tmp_path / "tiles", tile_width=32, tile_height=32, cog=cog, log=log)
    results = [*tiles.tiles, tiles.vrt]
    results.append(normalized_difference(src, tmp_path / "nd.tif", band_a=1, band_b=2, cog=cog, log=log).output)
    made = normalized_difference_tiles(tmp_path / "tiles", tmp_path / "nds", band_a=1, band_b=2, cog=cog, log=log)
    results += made.tiles
    for folder, name in (("tiles", "merged.tif"), ("nds", "merged_nd.tif"), ("tiles", "merged.vrt")):
        cloud = cog and not name.endswith(".vrt")
        results.append(merge_tiles(tmp_path / folder, tmp_path / name, cog=cloud, log=log).output)
    for path in results:
        assert same_crs(crs_of(path), wanted), path
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    files = [os.path.join(folder, name) for folder, _, names in os.walk(tmp_path) for name in names]
    beside = {path for path in files if path.endswith(AUXILIARY)}
    needed = set() if is_carried(wanted) else {f"{path}{AUXILIARY}" for path in results if path.endswith(".tif")}
    assert needed == beside - {f"{src}{AUXILIARY}"}
    assert not [path for path in files if os.path.basename(path).startswith(".")]
    assert not [line for line in log.warnings if "CRS" in line and "Not kept" in line]


@pytest.mark.parametrize("crs", INSIDE.values(), ids=INSIDE)
def test_nothing_lies_beside_a_file_that_carries_its_crs(placed, tmp_path, crs):
    src, out = placed(crs), tmp_path / "out"
    tile_raster(src, out, tile_width=32, tile_height=32)
    merge_tiles(out, tmp_path / "merged.tif")
    normalized_difference(src, tmp_path / "nd.tif", band_a=1, band_b=2)
    assert not [*tmp_path.rglob("*.xml")]
    for name in ("merged.tif", "nd.tif"):
        assert same_crs(crs_of(tmp_path / name), CRS.from_user_input(crs))


class Heard(Exception):
    """A warning was heard."""


def test_a_crs_that_nothing_carries_is_told_before_the_start(placed, tmp_path, log, monkeypatch):
    """GDAL may read a CRS otherwise than it wrote it."""

    def hear(message):
        assert "Not kept" in message and "the CRS" in message
        raise Heard

    monkeypatch.setattr("parallel_raster.core.writing.sidecar._sidecar_crs", lambda crs: None)
    monkeypatch.setattr(log, "warning", hear)
    src = placed("EPSG:32633")
    assert "EPSG:32633" in lost_crs(crs_of(src))
    for run in (
        lambda: tile_raster(src, tmp_path / "out", log=log),
        lambda: normalized_difference(src, tmp_path / "nd.tif", band_a=1, band_b=2, log=log),
        lambda: merge_tiles([src], tmp_path / "merged.tif", log=log),
    ):
        with pytest.raises(Heard):
            run()
        assert os.listdir(tmp_path) == ["in.tif"]


def test_a_run_that_is_stopped_leaves_the_old_file_and_what_lies_beside_it(placed, tmp_path, state, make_progress):
    src, out = placed(BESIDE["a rotated pole"]), tmp_path / "out" / "nd.tif"
    out.parent.mkdir()
    run = {"band_a": 1, "band_b": 2, "chunk_size": 16, "creation_options": "BLOCKXSIZE=16|BLOCKYSIZE=16"}
    normalized_difference(src, out, **run)
    before = state(out.parent)
    assert set(before) == {"nd.tif", "nd.tif.aux.xml"}
    for moment in (0, 3, 9):
        with pytest.raises(Cancelled):
            normalized_difference(src, out, progress=make_progress(cancel_at=moment), **run)
        assert state(out.parent) == before


def test_a_file_that_needs_nothing_beside_it_takes_the_old_one_away(placed, tmp_path):
    out = tmp_path / "out" / "nd.tif"
    out.parent.mkdir()
    normalized_difference(placed(BESIDE["a rotated pole"]), out, band_a=1, band_b=2)
    normalized_difference(placed("EPSG:32633", "other.tif"), out, band_a=1, band_b=2)
    assert os.listdir(out.parent) == ["nd.tif"] and crs_of(out) == CRS.from_epsg(32633)


def test_both_names_are_taken_or_none(placed, tmp_path, state, monkeypatch):
    out = tmp_path / "out" / "nd.tif"
    out.parent.mkdir()
    normalized_difference(placed(BESIDE["a rotated pole"]), out, band_a=1, band_b=2)
    before, replace = state(out.parent), os.replace

    def refuse(source, target):
        if str(target) == str(out):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError, match="could not be replaced"):
        normalized_difference(placed(BESIDE["a rotated pole"], "other.tif"), out, band_a=1, band_b=2)
    assert state(out.parent) == before


def test_what_lies_beside_a_file_is_read_back(placed, tmp_path, monkeypatch):
    settle = writer_module.write_sidecar
    monkeypatch.setattr(writer_module, "write_sidecar", lambda path, text: settle(path, text[:-20]))
    with pytest.raises(OutputError, match="read back beside it"):
        normalized_difference(placed(BESIDE["a rotated pole"]), tmp_path / "nd.tif", band_a=1, band_b=2)
    assert sorted(os.listdir(tmp_path)) == ["in.tif", "in.tif.aux.xml"]


def test_a_set_is_replaced_with_what_lies_beside_its_tiles(placed, tmp_path):
    out = tmp_path / "out"
    tile_raster(placed(BESIDE["a rotated pole"]), out, tile_width=32, tile_height=32)
    assert len([*out.glob("*.xml")]) == 4
    tile_raster(placed("EPSG:32633"), out, tile_width=32, tile_height=32)
    assert not [*out.glob("*.xml")]
    src = placed(BESIDE["a rotated pole"])
    result = tile_raster(src, out, tile_width=32, tile_height=32)
    assert len([*out.glob("*.xml")]) == 4
    assert {crs_of(path) for path in result.tiles} == {crs_of(src)}


@pytest.mark.parametrize("old", [BESIDE["a rotated pole"], "EPSG:32633", BESIDE["arc seconds"]])
def test_an_exchange_of_sets_that_fails_is_undone_beside_the_tiles_too(placed, tmp_path, state, monkeypatch, old):
    out, replace = tmp_path / "out", os.replace
    tile_raster(placed(old), out, tile_width=32, tile_height=32)
    before = state(out)

    def refuse(source, target):
        if "/new/" in str(source) and str(target).endswith("in_1_0.tif"):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError, match="could not be completed"):
        tile_raster(placed(BESIDE["a rotated pole"]), out, tile_width=32, tile_height=32)
    assert state(out) == before


def test_a_resumed_tile_has_what_belongs_beside_it(placed, tmp_path, make_progress, log):
    src, out = placed(BESIDE["a rotated pole"]), tmp_path / "out"
    options = {"tile_width": 16, "tile_height": 16, "workers": 1, "resume": True}
    with pytest.raises(Cancelled):
        tile_raster(src, out, progress=make_progress(cancel_at=5), **options)
    first = sorted(out.glob("*.tif.aux.xml"))
    assert len(first) > 1
    first[0].unlink()
    first[1].write_text("<PAMDataset/>")
    result = tile_raster(src, out, log=log, **options)
    assert log.line("Resumed")
    assert {crs_of(path) for path in result.tiles} == {crs_of(src)}


def test_classes_go_with_the_chosen_bands(classes, tmp_path, log):
    src = classes()
    result = tile_raster(src, tmp_path / "out", tile_width=32, tile_height=32, bands=[2, 3], log=log)
    for path in (*result.tiles, result.vrt):
        first, second = bands_of(path)
        assert first.categories == ("none", "wood 2") and not second.categories
        assert "<F>forest &amp; wood 2</F>" in first.table and not second.table
    assert [line for line in log.warnings if "pixel counts" in line] and "77" not in first.table
    assert '<FieldDefn index="1"><Name>Class</Name>' in first.table
    assert not [line for line in log.warnings if "became" in line or "Not kept in the tiles: category" in line]


@pytest.mark.parametrize("method", ["first", "last", "max"])
@pytest.mark.parametrize("name", ["merged.tif", "merged.vrt"])
def test_classes_are_kept_where_all_inputs_agree(classes, tmp_path, log, method, name):
    if name.endswith(".vrt") and method == "max":
        pytest.skip("a list has no maximum")
    src = classes()
    merge_tiles([src, classes("other.tif")], tmp_path / name, method=method, log=log)
    assert [(band.categories, band.table) for band in bands_of(tmp_path / name)] == [
        (band.categories, band.table) for band in bands_of(src)
    ]
    assert not [line for line in log.warnings if "left out" in line]


def test_classes_that_differ_or_no_longer_fit_are_told(classes, tmp_path, log):
    inputs = [classes(), classes("other.tif", "water")]
    merge_tiles(inputs, tmp_path / "merged.tif", log=log)
    for words in ("category names are left out", "attribute table are left out"):
        assert [line for line in log.warnings if words in line.replace("table is", "table are") and "Band 1" in line]
    merge_tiles([inputs[0]], tmp_path / "sum.tif", method="sum", log=log)
    assert [line for line in log.warnings if "other values" in line and "Band 2" in line]
    for name in ("merged.tif", "sum.tif"):
        assert not [band for band in bands_of(tmp_path / name) if band.categories or band.table]
        assert not (tmp_path / f"{name}.aux.xml").exists()


def test_an_index_has_no_classes(classes, tmp_path):
    normalized_difference(classes(), tmp_path / "nd.tif", band_a=1, band_b=2)
    assert not (tmp_path / "nd.tif.aux.xml").exists()


def test_classes_inside_a_file_of_another_format(classes, tmp_path):
    with rasterio.open(classes()) as dataset:
        rasterio.shutil.copy(dataset, tmp_path / "in.img", driver="HFA")
    (tmp_path / "in.img.aux.xml").unlink(missing_ok=True)
    with rasterio.open(tmp_path / "in.img") as dataset:
        found = read_classes(dataset, [2], dataset.files)[0]
    assert "forest" in found.table
    result = tile_raster(tmp_path / "in.img", tmp_path / "out", tiling="grid", columns=1, rows=1)
    kept = bands_of(result.tiles[0])
    assert "forest" in kept[1].table and kept[1].categories == found.categories


def test_a_cloud_optimized_file_has_classes_too(classes, tmp_path):
    result = tile_raster(classes(), tmp_path / "out", tile_width=32, tile_height=32, cog=True)
    assert bands_of(result.tiles[0])[0].categories == ("none", "wood 1")
    assert len(os.listdir(tmp_path / "out")) == 4 * 2 + 2


@pytest.mark.parametrize("cog", [False, True])
def test_nothing_hidden_stays_of_metadata_that_gdal_keeps_beside(make_raster, tmp_path, cog):
    """GDAL writes the domain IMD to a file named without `.tif`."""
    src = make_raster(list(np.ones((2, 40, 50), "uint8")), "scene.tif")
    with rasterio.open(src, "r+") as dataset:
        dataset.update_tags(ns="IMD", satId="WV03", numRows="40", numColumns="50", **{"BAND_P.ULLon": "1"})
    assert (tmp_path / "scene.IMD").exists()
    result = tile_raster(src, tmp_path / "out", tile_width=32, tile_height=32, cog=cog)
    merge_tiles([src], tmp_path / "merged.tif", cog=cog)
    normalized_difference(src, tmp_path / "nd.tif", band_a=1, band_b=2, cog=cog)
    for path in (result.tiles[3], tmp_path / "merged.tif"):
        with rasterio.open(path) as dataset:
            assert dataset.tags(ns="IMD") == {"satId": "WV03"}
    expected = {"merged.tif", "merged.tif.aux.xml", "nd.tif", "out", "scene.IMD", "scene.tif"}
    assert set(os.listdir(tmp_path)) == expected
    tiles = [f"scene_{row}_{col}.tif" for row in (0, 1) for col in (0, 1)]
    beside = [f"{name}.aux.xml" for name in tiles]
    assert set(os.listdir(tmp_path / "out")) == {*tiles, *beside, "scene.vrt", "tiles.json"}


def test_classes_of_a_file_whose_metadata_is_xml_with_entities(classes, tmp_path):
    """Foreign XML stands in GDAL's description of a raster; it is not looked at."""
    with rasterio.open(classes()) as dataset:
        rasterio.shutil.copy(dataset, tmp_path / "in.img", driver="HFA")
    auxiliary = tmp_path / "in.img.aux.xml"
    bomb = '<Metadata domain="xml:X" format="xml"><!DOCTYPE a [<!ENTITY b "{}">]><a>&b;</a></Metadata>'
    auxiliary.write_text(f"<PAMDataset>{bomb}</PAMDataset>")
    with rasterio.open(tmp_path / "in.img") as dataset:
        assert "forest" in read_classes(dataset, [1], dataset.files)[0].table


def test_an_older_set_of_indexes_goes_with_what_lies_beside_its_files(placed, tmp_path):
    out, bands = tmp_path / "nds", {"band_a": 1, "band_b": 2}
    for name, crs, size in (("a", BESIDE["a rotated pole"], 16), ("b", "EPSG:32633", 64)):
        tile_raster(placed(crs), tmp_path / name, tile_width=size, tile_height=size)
        normalized_difference_tiles(tmp_path / name, out, **bands)
    assert sorted(os.listdir(out)) == ["NDVI_in_0_0.tif", "tiles.json"]
