"""Merge tiles restores a raster from tiles of Tile raster, with identical pixels and metadata."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp

from parallel_raster.core import normalized_difference, normalized_difference_tiles, tile_raster
from parallel_raster.core.jobs.merging.job import merge_tiles

TRANSFORMS = (
    Affine(30, 0, 400_000, 0, -30, 5_000_000),
    Affine(10, 0, 400_005, 0, 10, 5_000_000),  # south-up
    Affine(8, 3, 400_000, 3, -8, 5_000_000),  # rotated
    Affine(1 / 3600, 0, 15.1, 0, -1 / 3600, 47.3),
)


@st.composite
def rasters(draw):
    """Draw the properties of a raster: size, data type, bands, blocks, compression and kind of mask."""
    kind = draw(st.sampled_from(["plain", "nodata", "mask", "alpha", "palette"]))
    dtype = "uint8" if kind in ("alpha", "palette") else draw(
        st.sampled_from(["uint8", "uint16", "int16", "int32", "float32", "float64", "complex64"])
    )  # fmt: skip
    return {
        "kind": kind, "dtype": dtype,
        "bands": {"alpha": 4, "palette": 1}.get(kind, draw(st.integers(1, 3))),
        "size": (draw(st.integers(1, 70)), draw(st.integers(1, 70))),
        "blocks": draw(st.sampled_from([0, 16, 32])),
        "compress": draw(st.sampled_from(["none", "deflate", "lzw"])),
        "interleave": draw(st.sampled_from(["pixel", "band"])),
        "transform": draw(st.sampled_from(TRANSFORMS)),
        "seed": draw(st.integers(0, 5)),
    }  # fmt: skip


def write(path, metadata):
    random = np.random.default_rng(metadata["seed"])
    shape = (metadata["bands"], *metadata["size"])
    values = random.integers(0, 100, shape).astype(metadata["dtype"])
    kind = metadata["kind"]
    if np.dtype(metadata["dtype"]).kind == "f" and kind != "mask":
        values[random.random(shape) < 0.05] = np.nan
        values[random.random(shape) < 0.05] = np.inf
    storage = {"compress": metadata["compress"], "interleave": metadata["interleave"]}
    if metadata["blocks"]:
        storage |= {"tiled": True, "blockxsize": metadata["blocks"], "blockysize": metadata["blocks"]}
    if kind == "palette":
        storage["photometric"] = "palette"
    crs = "EPSG:4326" if metadata["transform"].c < 180 else "EPSG:32633"
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(
        path, "w", driver="GTiff", height=shape[1], width=shape[2], count=shape[0], dtype=values.dtype, crs=crs,
        transform=metadata["transform"], nodata=7 if kind == "nodata" else None, **storage,
    ) as dataset:  # fmt: skip
        if kind == "alpha":
            dataset.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
            values[3] = random.choice([0, 255], shape[1:])
        if kind == "palette":
            dataset.write_colormap(1, {value: (value, 0, 255 - value, 255) for value in range(100)})
        dataset.write(values)
        if kind == "mask":
            dataset.write_mask(random.random(shape[1:]) < 0.7)
        dataset.scales, dataset.offsets = [0.5] * shape[0], [1.0] * shape[0]
        dataset.units, dataset.descriptions = ["m"] * shape[0], [f"band {n}" for n in range(shape[0])]
        dataset.update_tags(SENSOR="x")
        dataset.update_tags(1, WAVELENGTH="660", STATISTICS_MEAN="5")


def properties_of(path):
    """Return the properties of a file that must be the same after a round trip."""
    with rasterio.open(path) as dataset:
        tags = [dataset.tags(), *(dataset.tags(band) for band in dataset.indexes)]
        return {
            "pixels": dataset.read().tobytes(),
            "masks": dataset.read_masks().tobytes(),
            "dtype": dataset.dtypes,
            "nodata": dataset.nodatavals,
            "crs": dataset.crs,
            "transform": dataset.transform,
            "size": dataset.shape,
            "bands": (
                dataset.scales,
                dataset.offsets,
                dataset.units,
                dataset.descriptions,
                dataset.colorinterp,
            ),
            "colours": dataset.colormap(1) if dataset.colorinterp[0] == ColorInterp.palette else None,
            "tags": [{key: value for key, value in each.items() if "STATISTICS" not in key} for each in tags],
        }


def assert_same(path, source):
    found, wanted = properties_of(path), properties_of(source)
    assert found == wanted, [key for key in wanted if found[key] != wanted[key]]


@pytest.mark.repeated
@settings(settings.get_profile("round trips"))
@given(
    metadata=rasters(),
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    overlap=st.integers(0, 6),
    remainder=st.sampled_from(["trim", "pad", "shift"]),
    method=st.sampled_from(["first", "last"]),
)
def test_round_trip_restores_a_raster(metadata, width, height, overlap, remainder, method):
    folder = Path(tempfile.mkdtemp())
    try:
        write(folder / "in.tif", metadata)
        result = tile_raster(
            folder / "in.tif", folder / "tiles", tile_width=width, tile_height=height, overlap=overlap,
            remainder=remainder,
        )  # fmt: skip
        merge_tiles(folder / "tiles", folder / "out.tif", method=method)
        assert_same(folder / "out.tif", folder / "in.tif")
        # Pass the paths of the tiles in reverse order, as a QGIS model may do.
        merge_tiles(list(result.tiles)[::-1], folder / "named.tif", method=method)
        assert properties_of(folder / "named.tif")["pixels"] == properties_of(folder / "in.tif")["pixels"]
    finally:
        shutil.rmtree(folder)


def test_padded_tiles_restore_the_exact_transform(make_raster, tmp_path):
    bands = [np.arange(67 * 64, dtype="int32").reshape(67, 64)]
    source = make_raster(bands, crs="EPSG:4326", transform=Affine(0.1, 0, 0.3, 0, -0.1, 0.7))
    tile_raster(source, tmp_path / "t", tile_width=66, tile_height=52, alignment="crs", remainder="pad")
    for method in ("first", "max"):
        merge_tiles(tmp_path / "t", tmp_path / "out.tif", method=method, extent=(0.3, -6.0, 6.7, 0.7))
        with rasterio.open(tmp_path / "out.tif") as dataset:
            assert dataset.transform == Affine(0.1, 0, 0.3, 0, -0.1, 0.7)


@pytest.mark.parametrize("overlap", [0, 10])
def test_round_trip_restores_the_landsat_image(landsat, tmp_path, overlap):
    tile_raster(landsat, tmp_path / "tiles", tile_width=100, tile_height=100, overlap=overlap)
    merge_tiles(tmp_path / "tiles", tmp_path / "out.tif", workers=2)
    assert_same(tmp_path / "out.tif", landsat)


def test_round_trip_through_a_virtual_mosaic(landsat, tmp_path):
    tile_raster(landsat, tmp_path / "tiles", tiling="grid", columns=3, rows=7, overlap=5)
    merge_tiles(tmp_path / "tiles", tmp_path / "out.vrt")
    assert properties_of(tmp_path / "out.vrt")["pixels"] == properties_of(landsat)["pixels"]


def test_tiles_of_an_earlier_run_are_not_merged(landsat, tmp_path):
    """After two runs into one folder, only the tiles of the second run are merged."""
    for size in (40, 100):
        tile_raster(landsat, tmp_path / "tiles", tile_width=size, tile_height=size)
    assert merge_tiles(tmp_path / "tiles", tmp_path / "out.tif").tile_count == 16
    assert_same(tmp_path / "out.tif", landsat)


@pytest.mark.parametrize("overlap", [0, 8])
def test_merged_indexes_of_tiles_equal_the_index_of_the_raster(landsat, tmp_path, overlap):
    tile_raster(landsat, tmp_path / "tiles", tile_width=90, tile_height=128, overlap=overlap)
    normalized_difference_tiles(tmp_path / "tiles", tmp_path / "indexes", band_a=4, band_b=3)
    merge_tiles(tmp_path / "indexes", tmp_path / "merged.tif")
    normalized_difference(landsat, tmp_path / "whole.tif", band_a=4, band_b=3)
    assert_same(tmp_path / "merged.tif", tmp_path / "whole.tif")
