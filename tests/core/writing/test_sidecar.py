"""The `.aux.xml` sidecar stores what a GeoTIFF cannot store, in all jobs, and is renamed together with the GeoTIFF."""

from __future__ import annotations

import os

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.crs import CRS
from rasterio.io import MemoryFile

from cancels import Cancel, chunk_functions
from cases import mostly_long
from parallel_raster.core import merge_tiles, normalized_difference, normalized_difference_tiles, tile_raster
from parallel_raster.core.errors import Cancelled, OutputError
from parallel_raster.core.jobs.tiling.task import OpenTile
from parallel_raster.core.raster.grid import same_crs
from parallel_raster.core.reading.classes import read_classes
from parallel_raster.core.reading.metadata import lost_metadata, read_source
from parallel_raster.core.writing import writer as writer_module
from parallel_raster.core.writing.partial_file import AUXILIARY
from parallel_raster.core.writing.sidecar import lost_crs

UTM = (
    'PROJCS["x",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",{}]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
    'PARAMETER["central_meridian",15],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],'
    'PARAMETER["false_northing",0],UNIT["metre",1],AUTHORITY["EPSG","32633"]]'
)
IN_SIDECAR = {
    "Equal Earth": "EPSG:8858",
    "a rotated pole": "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=30 +lon_0=10",
    "arc seconds": 'GEOGCS["x",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["arc-second",4.84813681109536E-06]]',
    "a wrong ellipsoid": UTM.format("6378000,290"),
}
"""CRSs that a GeoTIFF cannot store, or cannot store exactly."""

IN_FILE = {"3D": "EPSG:4979", "heights": "EPSG:9707", "Lambert in grads": "EPSG:27563", "UTM": "EPSG:32633"}
"""CRSs that GDAL stores in the GeoTIFF."""

TABLE = (
    '<GDALRasterAttributeTable tableType="thematic"><FieldDefn index="0"><Name>Value</Name><Type>0</Type>'
    '<Usage>5</Usage></FieldDefn><FieldDefn index="1"><Name>Count</Name><Type>0</Type><Usage>1</Usage></FieldDefn>'
    '<FieldDefn index="2"><Name>Class</Name><Type>2</Type><Usage>2</Usage></FieldDefn>'
    '<Row index="0"><F>1</F><F>77</F><F>forest &amp; {}</F></Row></GDALRasterAttributeTable>'
)
NAMES = "<CategoryNames><Category>none</Category><Category>{}</Category></CategoryNames>"


@pytest.fixture
def raster_with_crs(make_raster):
    """Return a function that creates a raster with two bands and a given CRS."""

    def make(crs, name="in.tif", **more):
        bands = list(np.random.default_rng(1).integers(1, 200, (2, 40, 50), dtype="uint8"))
        return make_raster(bands, name, crs=CRS.from_user_input(crs), blocks=16, compress="deflate", **more)

    return make


@pytest.fixture
def classes(make_raster):
    """Return a function that creates a three-band raster with a sidecar that describes the classes of bands 1 and 2."""

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


def is_stored_in_geotiff(crs):
    """Return True if the installed GDAL stores a CRS exactly in a GeoTIFF."""
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


@pytest.mark.parametrize(("name", "cog"), mostly_long(IN_SIDECAR, [True, False], every=3))
def test_every_job_keeps_a_crs_that_a_geotiff_cannot_store(raster_with_crs, tmp_path, log, name, cog):
    crs = IN_SIDECAR[name]
    src, wanted = raster_with_crs(crs), CRS.from_user_input(crs)
    if not same_crs(crs_of(src), wanted):
        src.with_name("in.tif.aux.xml").write_text(f"<PAMDataset><SRS>{wanted.to_wkt()}</SRS></PAMDataset>")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    tiles = tile_raster(src, tmp_path / "tiles", tile_width=32, tile_height=32, cog=cog, log=log)
    results = [*tiles.tiles, tiles.vrt]
    results.append(normalized_difference(src, tmp_path / "nd.tif", band_a=1, band_b=2, cog=cog, log=log).output)
    tile_set = normalized_difference_tiles(tmp_path / "tiles", tmp_path / "nds", band_a=1, band_b=2, cog=cog, log=log)
    results += tile_set.tiles
    for folder, name in (("tiles", "merged.tif"), ("nds", "merged_nd.tif"), ("tiles", "merged.vrt")):
        cloud = cog and not name.endswith(".vrt")
        results.append(merge_tiles(tmp_path / folder, tmp_path / name, cog=cloud, log=log).output)
    for path in results:
        assert same_crs(crs_of(path), wanted), path
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    files = [os.path.join(folder, name) for folder, _, names in os.walk(tmp_path) for name in names]
    sidecars = {path for path in files if path.endswith(AUXILIARY)}
    needed = (
        set() if is_stored_in_geotiff(wanted) else {f"{path}{AUXILIARY}" for path in results if path.endswith(".tif")}
    )
    assert needed == sidecars - {f"{src}{AUXILIARY}"}
    assert not [path for path in files if os.path.basename(path).startswith(".")]
    assert not [line for line in log.warnings if "CRS" in line and "Not kept" in line]


@pytest.mark.parametrize("crs", IN_FILE.values(), ids=IN_FILE)
def test_a_crs_that_a_geotiff_can_store_needs_no_sidecar(raster_with_crs, tmp_path, crs):
    src, out = raster_with_crs(crs), tmp_path / "out"
    tile_raster(src, out, tile_width=32, tile_height=32)
    merge_tiles(out, tmp_path / "merged.tif")
    normalized_difference(src, tmp_path / "nd.tif", band_a=1, band_b=2)
    assert not [*tmp_path.rglob("*.xml")]
    for name in ("merged.tif", "nd.tif"):
        assert same_crs(crs_of(tmp_path / name), CRS.from_user_input(crs))


class WarningLogged(Exception):
    """Exception that a test raises when a warning is logged."""


def test_a_crs_that_cannot_be_stored_is_reported_before_the_start(raster_with_crs, tmp_path, log, monkeypatch):
    """A CRS that neither the GeoTIFF nor the sidecar can store exactly is reported before any file is written."""

    def check_warning(message):
        assert "Not kept" in message and "the CRS" in message
        raise WarningLogged

    monkeypatch.setattr("parallel_raster.core.writing.sidecar._sidecar_crs", lambda crs: None)
    monkeypatch.setattr(log, "warning", check_warning)
    src = raster_with_crs("EPSG:32633")
    assert "EPSG:32633" in lost_crs(crs_of(src))
    for run in (
        lambda: tile_raster(src, tmp_path / "out", log=log),
        lambda: normalized_difference(src, tmp_path / "nd.tif", band_a=1, band_b=2, log=log),
        lambda: merge_tiles([src], tmp_path / "merged.tif", log=log),
    ):
        with pytest.raises(WarningLogged):
            run()
        assert os.listdir(tmp_path) == ["in.tif"]


def test_a_cancelled_run_leaves_the_old_file_and_its_sidecar(raster_with_crs, tmp_path, state):
    src, out = raster_with_crs(IN_SIDECAR["a rotated pole"]), tmp_path / "out" / "nd.tif"
    out.parent.mkdir()
    run = {"band_a": 1, "band_b": 2, "chunk_size": 16, "creation_options": "BLOCKXSIZE=16|BLOCKYSIZE=16"}
    normalized_difference(src, out, **run)
    before = state(out.parent)
    assert set(before) == {"nd.tif", "nd.tif.aux.xml"}
    for moment in (0, 3, 9):
        with Cancel(*chunk_functions(), at=moment) as cancel, pytest.raises(Cancelled):
            normalized_difference(src, out, progress=cancel, **run)
        assert state(out.parent) == before


def test_a_file_without_sidecar_removes_the_old_sidecar(raster_with_crs, tmp_path):
    out = tmp_path / "out" / "nd.tif"
    out.parent.mkdir()
    normalized_difference(raster_with_crs(IN_SIDECAR["a rotated pole"]), out, band_a=1, band_b=2)
    normalized_difference(raster_with_crs("EPSG:32633", "other.tif"), out, band_a=1, band_b=2)
    assert os.listdir(out.parent) == ["nd.tif"] and crs_of(out) == CRS.from_epsg(32633)


def test_file_and_sidecar_are_both_renamed_or_neither(raster_with_crs, tmp_path, state, monkeypatch):
    out = tmp_path / "out" / "nd.tif"
    out.parent.mkdir()
    normalized_difference(raster_with_crs(IN_SIDECAR["a rotated pole"]), out, band_a=1, band_b=2)
    before, replace = state(out.parent), os.replace

    def fail(source, target):
        if str(target) == str(out):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OutputError, match="could not be replaced"):
        normalized_difference(raster_with_crs(IN_SIDECAR["a rotated pole"], "other.tif"), out, band_a=1, band_b=2)
    assert state(out.parent) == before


def test_the_sidecar_is_verified(raster_with_crs, tmp_path, monkeypatch):
    original = writer_module.write_sidecar
    monkeypatch.setattr(writer_module, "write_sidecar", lambda path, text: original(path, text[:-20]))
    with pytest.raises(OutputError, match="aux.xml read back differs"):
        normalized_difference(raster_with_crs(IN_SIDECAR["a rotated pole"]), tmp_path / "nd.tif", band_a=1, band_b=2)
    assert sorted(os.listdir(tmp_path)) == ["in.tif", "in.tif.aux.xml"]


def test_a_tile_set_is_replaced_together_with_its_sidecars(raster_with_crs, tmp_path):
    out = tmp_path / "out"
    tile_raster(raster_with_crs(IN_SIDECAR["a rotated pole"]), out, tile_width=32, tile_height=32)
    assert len([*out.glob("*.xml")]) == 4
    tile_raster(raster_with_crs("EPSG:32633"), out, tile_width=32, tile_height=32)
    assert not [*out.glob("*.xml")]
    src = raster_with_crs(IN_SIDECAR["a rotated pole"])
    result = tile_raster(src, out, tile_width=32, tile_height=32)
    assert len([*out.glob("*.xml")]) == 4
    assert {crs_of(path) for path in result.tiles} == {crs_of(src)}


@pytest.mark.parametrize("old", [IN_SIDECAR["a rotated pole"], "EPSG:32633", IN_SIDECAR["arc seconds"]])
def test_a_failed_replacement_of_a_set_restores_the_sidecars(raster_with_crs, tmp_path, state, monkeypatch, old):
    out, replace = tmp_path / "out", os.replace
    tile_raster(raster_with_crs(old), out, tile_width=32, tile_height=32)
    before = state(out)

    def fail(source, target):
        if "/new/" in str(source) and str(target).endswith("in_1_0.tif"):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OutputError, match="could not be completed"):
        tile_raster(raster_with_crs(IN_SIDECAR["a rotated pole"]), out, tile_width=32, tile_height=32)
    assert state(out) == before


def test_a_resumed_run_restores_missing_and_wrong_sidecars(raster_with_crs, tmp_path, log):
    src, out = raster_with_crs(IN_SIDECAR["a rotated pole"]), tmp_path / "out"
    options = {"tile_width": 16, "tile_height": 16, "workers": 1, "resume": True}
    with Cancel((OpenTile, "compute"), (OpenTile, "copied"), at=5) as cancel, pytest.raises(Cancelled):
        tile_raster(src, out, progress=cancel, **options)
    sidecars = sorted(out.glob("*.tif.aux.xml"))
    assert len(sidecars) > 1
    sidecars[0].unlink()
    sidecars[1].write_text("<PAMDataset/>")
    result = tile_raster(src, out, log=log, **options)
    assert log.line("Resumed")
    assert {crs_of(path) for path in result.tiles} == {crs_of(src)}


def test_classes_are_kept_for_the_chosen_bands(classes, tmp_path, log):
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
def test_classes_are_kept_if_all_inputs_agree(classes, tmp_path, log, method, name):
    if name.endswith(".vrt") and method == "max":
        pytest.skip("a VRT cannot compute the maximum")
    src = classes()
    merge_tiles([src, classes("other.tif")], tmp_path / name, method=method, log=log)
    assert [(band.categories, band.table) for band in bands_of(tmp_path / name)] == [
        (band.categories, band.table) for band in bands_of(src)
    ]
    assert not [line for line in log.warnings if "left out" in line]


def test_classes_that_differ_or_no_longer_apply_are_reported(classes, tmp_path, log):
    inputs = [classes(), classes("other.tif", "water")]
    merge_tiles(inputs, tmp_path / "merged.tif", log=log)
    for words in ("category names are left out", "attribute table is left out"):
        assert [line for line in log.warnings if words in line and "Band 1" in line]
    merge_tiles([inputs[0]], tmp_path / "sum.tif", method="sum", log=log)
    assert [line for line in log.warnings if "new values" in line and "Band 2" in line]
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


def test_classes_are_kept_in_a_cog(classes, tmp_path):
    result = tile_raster(classes(), tmp_path / "out", tile_width=32, tile_height=32, cog=True)
    assert bands_of(result.tiles[0])[0].categories == ("none", "wood 1")
    assert len(os.listdir(tmp_path / "out")) == 4 * 2 + 2


@pytest.mark.parametrize("cog", [False, True])
def test_all_metadata_domains_are_kept(make_raster, tmp_path, cog):
    """All metadata domains of a COG are kept: the sidecar contains those that GDAL's COG driver does not copy."""
    src = make_raster(list(np.ones((2, 40, 50), "uint8")), "in.tif")
    with rasterio.open(src, "r+") as dataset:
        dataset.update_tags(ACQUIRED="2020")
        dataset.update_tags(ns="PRODUCT", LEVEL="2A & more")
        dataset.update_tags(ns="xml:XMP", **{"<a b": '"1"/>'})
        dataset.update_tags(ns="xml:OTHER", **{"<c d": '"2">three=3</c>'})
        dataset.update_tags(2, ns="SENSOR", NAME="MSI")
    wanted = read_source(str(src)).metadata
    tiles = tile_raster(src, tmp_path / "out", tile_width=64, tile_height=64, cog=cog).tiles
    merge_tiles([src], tmp_path / "merged.tif", cog=cog)
    for path in (tiles[0], tmp_path / "merged.tif"):
        assert lost_metadata(wanted, read_source(str(path)).metadata) == []
        assert os.path.exists(f"{path}.aux.xml") == cog


@pytest.mark.parametrize("cog", [False, True])
def test_xml_without_an_equals_sign_is_left_out(make_raster, tmp_path, log, cog):
    """rasterio can only write items with an equals sign, so it would add one to the XML."""
    src = make_raster([np.ones((40, 50), "uint8")])
    sidecar = '<PAMDataset><Metadata domain="xml:PLAIN" format="xml"><a>5</a></Metadata></PAMDataset>'
    (tmp_path / "in.tif.aux.xml").write_text(sidecar)
    assert read_source(str(src)).metadata.tags["xml:PLAIN"]["xml:PLAIN"].strip() == "<a>5</a>"
    tiles = tile_raster(src, tmp_path / "out", tile_width=64, tile_height=64, cog=cog, log=log).tiles
    assert "xml:PLAIN" not in read_source(tiles[0]).metadata.tags
    assert not os.path.exists(f"{tiles[0]}.aux.xml")
    assert log.line("Not kept in the tiles: metadata item xml:PLAIN")


@pytest.mark.parametrize("cog", [False, True])
def test_nothing_hidden_stays_of_metadata_files_that_gdal_writes(make_raster, tmp_path, cog):
    """GDAL writes IMD metadata to a separate hidden file, which is removed; the metadata are kept in the sidecar."""
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
    sidecars = [f"{name}.aux.xml" for name in tiles]
    assert set(os.listdir(tmp_path / "out")) == {*tiles, *sidecars, "scene.vrt", "tiles.json"}


def test_classes_are_read_although_other_metadata_contains_xml_entities(classes, tmp_path):
    """Class tables are read even if the metadata of the file contains XML with entities, which is not parsed."""
    with rasterio.open(classes()) as dataset:
        rasterio.shutil.copy(dataset, tmp_path / "in.img", driver="HFA")
    auxiliary = tmp_path / "in.img.aux.xml"
    bomb = '<Metadata domain="xml:X" format="xml"><!DOCTYPE a [<!ENTITY b "{}">]><a>&b;</a></Metadata>'
    auxiliary.write_text(f"<PAMDataset>{bomb}</PAMDataset>")
    with rasterio.open(tmp_path / "in.img") as dataset:
        assert "forest" in read_classes(dataset, [1], dataset.files)[0].table


def test_an_old_set_of_indices_is_replaced_together_with_its_sidecars(raster_with_crs, tmp_path):
    out, bands = tmp_path / "nds", {"band_a": 1, "band_b": 2}
    for name, crs, size in (("a", IN_SIDECAR["a rotated pole"], 16), ("b", "EPSG:32633", 64)):
        tile_raster(raster_with_crs(crs), tmp_path / name, tile_width=size, tile_height=size)
        normalized_difference_tiles(tmp_path / name, out, **bands)
    assert sorted(os.listdir(out)) == ["NDVI_in_0_0.tif", "tiles.json"]
