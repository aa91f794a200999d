"""Tests for subdatasets: parsing their names, checking their files, and reading them in all jobs."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
import rasterio
import rasterio.shutil

from parallel_raster import core
from parallel_raster.core.errors import InputError, OutputError
from parallel_raster.core.raster.subdatasets import input_file, raster_stem, split_subdataset
from parallel_raster.core.reading.readers import InputSnapshot, open_raster, read_bands
from parallel_raster.core.reading.safe_paths import check_raster_path

BANDS = list(np.arange(2 * 40 * 50, dtype="uint16").reshape(2, 40, 50) + 1)
PIXELS = list(np.full((4, 256, 256), 200, "uint8"))
URL = "http://127.0.0.1:9/x.nc"


def pixels(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def translate(source, path, driver, *options):
    """Copy a raster with GDAL's Python bindings, because rasterio's copy cannot append to an existing file."""
    gdal = pytest.importorskip("osgeo.gdal")
    gdal.UseExceptions()
    gdal.Translate(str(path), str(source), format=driver, creationOptions=list(options))


@pytest.fixture
def netcdf(tmp_path, make_raster):
    """Return the subdataset name of the second variable of a NetCDF file in a folder with special characters."""
    folder = tmp_path / "a b:c 'd'"
    folder.mkdir()
    translate(make_raster(BANDS), folder / "a.nc", "netCDF")
    return f'NETCDF:"{folder}/a.nc":Band2'


@pytest.fixture
def geopackage(tmp_path, make_raster):
    path = make_raster(PIXELS, crs="EPSG:3857", transform=rasterio.Affine(10, 0, 0, 0, -10, 0))
    for table in ("one", "two"):
        more = ["APPEND_SUBDATASET=YES"] if table == "two" else []
        translate(path, tmp_path / "r.gpkg", "GPKG", f"RASTER_TABLE={table}", "TILE_FORMAT=PNG", *more)
    return f"GPKG:{tmp_path}/r.gpkg:two"


@pytest.fixture
def zarr(tmp_path, make_raster):
    translate(make_raster(BANDS), tmp_path / "a.zarr", "Zarr")
    if not (tmp_path / "a.zarr" / "Band1").is_dir():
        pytest.skip("this GDAL writes all bands as one array")
    return f'ZARR:"{tmp_path}/a.zarr":/Band1'


@pytest.fixture
def pages(tmp_path, make_raster):
    """Return the subdataset name of the second image of a TIFF whose two images have different nodata values."""
    path = str(make_raster([BANDS[0]], "pages.tif", nodata=7))
    translate(make_raster([BANDS[1]], "second.tif", nodata=9), path, "GTiff", "APPEND_SUBDATASET=YES")
    return f"GTIFF_DIR:2:{path}"


@pytest.fixture(params=["netcdf", "geopackage", "zarr", "pages"])
def subdataset(request):
    return request.getfixturevalue(request.param)


def test_every_job_reads_a_subdataset(subdataset, tmp_path):
    expected = pixels(subdataset)
    (tile,) = core.tile_raster(subdataset, tmp_path / "tiles", tiling="grid", columns=1, rows=1).tiles
    assert np.array_equal(pixels(tile), expected)
    for name in ("m.tif", "m.vrt"):
        core.merge_tiles([subdataset], tmp_path / name)
        assert np.array_equal(pixels(tmp_path / name), expected)
    core.normalized_difference(subdataset, tmp_path / "n.tif", band_a=1, band_b=1)
    assert np.all(pixels(tmp_path / "n.tif") == 0)
    (index,) = core.normalized_difference_tiles([subdataset], tmp_path / "n", band_a=1, band_b=1).tiles
    assert np.all(pixels(index) == 0)


def test_a_page_has_its_own_nodata(pages):
    assert read_bands(pages, [1])[0].nodata == 9


def test_subdatasets_of_a_file_get_different_output_names(netcdf, tmp_path):
    both = [netcdf, netcdf.replace("Band2", "Band1")]
    tiles = core.normalized_difference_tiles(both, tmp_path / "n", band_a=1, band_b=1).tiles
    assert [os.path.basename(tile) for tile in tiles] == ["NDVI_a_Band2.tif", "NDVI_a_Band1.tif"]
    result = core.tile_raster(netcdf, tmp_path / "tiles", tiling="grid", columns=1, rows=1)
    assert os.path.basename(result.vrt) == "a_Band2.vrt"


def test_a_vrt_over_a_subdataset(netcdf, zarr, tmp_path):
    for number, name in enumerate((netcdf, zarr)):
        vrt = tmp_path / f"{number}.vrt"
        rasterio.shutil.copy(name, vrt, driver="VRT")
        core.merge_tiles([vrt], tmp_path / "m.tif")
        assert np.array_equal(pixels(tmp_path / "m.tif"), pixels(name))
        assert {input_file(name)} & set(check_raster_path(str(vrt)))


@pytest.mark.parametrize("container", ["netcdf", "geopackage", "zarr"])
def test_a_container_is_rejected_with_its_subdataset_names(request, container, tmp_path):
    name = request.getfixturevalue(container)
    path = input_file(name)
    calls = (
        lambda: core.tile_raster(path, tmp_path / "t"),
        lambda: core.merge_tiles([path], tmp_path / "m.tif"),
        lambda: core.normalized_difference(path, tmp_path / "n.tif"),
    )
    for call in calls:
        with pytest.raises(InputError, match=r"is a container of subdatasets, \d in total. Use the name") as caught:
            call()
        assert path in str(caught.value) and (name in str(caught.value) or f"GPKG:{path}:two" in str(caught.value))
    inside = str(caught.value).split("as the input: ")[1].rstrip(".").split(", ")
    for each in inside:
        open_raster(each).close()


def test_the_output_must_not_be_the_container(pages, tmp_path, state):
    before = state(tmp_path)
    path = input_file(pages)
    for call in (
        lambda: core.merge_tiles([pages], path),
        lambda: core.normalized_difference(pages, path, band_a=1, band_b=1),
        lambda: core.tile_raster(pages, tmp_path),
        lambda: core.normalized_difference_tiles([pages], tmp_path, band_a=1, band_b=1),
    ):
        with pytest.raises(OutputError, match="input"):
            call()
    assert state(tmp_path) == before


@pytest.mark.parametrize("kind", ["netcdf", "geopackage", "zarr", "pages"])
def test_a_changed_container_is_an_error(request, kind):
    name = request.getfixturevalue(kind)
    (band,) = read_bands(name, [1])
    snapshot = InputSnapshot(band.files, [band])
    snapshot.check()
    changed = max(band.files, key=os.path.getsize)
    with open(changed, "ab") as file:
        file.write(b"x")
    with pytest.raises(InputError, match="changed while it was being read") as caught:
        snapshot.check()
    assert changed in str(caught.value) and name in str(caught.value)


def test_a_missing_driver(netcdf, monkeypatch):
    monkeypatch.setattr("parallel_raster.core.raster.subdatasets.PREFIXES", {"NETCDF": ("NoSuchDriver", "")})
    with pytest.raises(InputError, match="requires the GDAL driver NoSuchDriver, which rasterio's GDAL does not"):
        open_raster(netcdf)


@pytest.mark.parametrize(
    ("name", "head", "file", "tail"),
    [
        ('NETCDF:"C:\\data\\a.nc":Band1', 'NETCDF:"', "C:\\data\\a.nc", '":Band1'),
        ("NETCDF:C:\\data\\a.nc:Band1", "NETCDF:", "C:\\data\\a.nc", ":Band1"),
        ("GPKG:C:/data/r.gpkg:two", "GPKG:", "C:/data/r.gpkg", ":two"),
        ('HDF5:"/d/x.h5"://group/v', 'HDF5:"', "/d/x.h5", '"://group/v'),
        ("HDF5:/d/x.h5://group/v", "HDF5:", "/d/x.h5", "://group/v"),
        ("gtiff_dir:off:128:/d/x.tif", "gtiff_dir:off:128:", "/d/x.tif", ""),
        ('HDF4_EOS:EOS_GRID:"/d/x.hdf":grid:field', 'HDF4_EOS:EOS_GRID:"', "/d/x.hdf", '":grid:field'),
        ('NETCDF:"/d/say "hi".nc":v', 'NETCDF:"', '/d/say "hi".nc', '":v'),
    ],
)
def test_parts_of_a_name(name, head, file, tail):
    found = split_subdataset(name)
    assert (found.head, found.file, found.tail) == (head, file, tail)
    assert found.with_file(lambda path: path) == name and not found.elsewhere


def test_colons_in_the_path(tmp_path):
    for name in ("a:b.gpkg", 'c":d.gpkg'):
        (tmp_path / name).touch()
        assert input_file(f"GPKG:{tmp_path}/{name}:two") == f"{tmp_path}/{name}"
        assert input_file(f'NETCDF:"{tmp_path}/{name}":v') == f"{tmp_path}/{name}"


def test_other_paths_are_not_subdatasets(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "NETCDF:x.tif").touch()
    for path in ("NETCDF:x.tif", "C:\\x.tif", "/d/a.tif", "https://host/x.tif", "GTIFF_DIR:x.tif", "WMS:x"):
        assert split_subdataset(path) is None


def test_raster_stems():
    assert raster_stem("/d/a.b.tif") == "a.b"
    assert raster_stem('NETCDF:"/d/a.nc":Band1') == "a_Band1"
    assert raster_stem('ZARR:"/d/a.zarr":/g/v:3') == "a_g_v_3"
    assert raster_stem("GTIFF_DIR:2:/d/x.tif") == "x_2"


def write_vrt(path, source, relative=0):
    path.write_text(
        '<VRTDataset rasterXSize="20" rasterYSize="20"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="{relative}">{source}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    return str(path)


def refusal(path):
    with pytest.raises(InputError) as caught:
        check_raster_path(str(path))
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "source",
    [f'NETCDF:"{URL}":v', f"NETCDF:{URL}:v", f'NETCDF:"[dap2]{URL}":v', 'NETCDF:"/vsicurl/http://127.0.0.1:9/x.nc":v'],
)
def test_a_vrt_must_not_access_the_network_through_a_subdataset(tmp_path, source, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "http").touch()  # the subdataset name could also mean this file
    assert "refers to a network location" in refusal(write_vrt(tmp_path / "in.vrt", source))


def test_a_url_in_a_subdataset_given_by_the_user(tmp_path):
    assert check_raster_path(f'NETCDF:"{URL}":v') == ()
    assert check_raster_path(f'NETCDF:"/vsizip/{tmp_path}/a.zip/a.nc":v') == ()


def test_the_file_of_a_subdataset_is_checked(tmp_path):
    (tmp_path / "x.nc").write_text(
        '<VRTDataset rasterXSize="20" rasterYSize="20"><VRTRasterBand dataType="Byte" band="1" '
        'subClass="VRTDerivedRasterBand"><PixelFunctionLanguage>Python</PixelFunctionLanguage></VRTRasterBand>'
        "</VRTDataset>"
    )
    name = f'NETCDF:"{tmp_path}/x.nc":v'
    assert "contains code" in refusal(name)
    assert "contains code" in refusal(write_vrt(tmp_path / "in.vrt", name))
    assert "contains code" in refusal(write_vrt(tmp_path / "beside.vrt", 'NETCDF:"x.nc":v', 1))
    # All files that an unquoted name may refer to are checked.
    (tmp_path / "x.nc:v").write_text("fine")
    assert "contains code" in refusal(f"NETCDF:{tmp_path}/x.nc:v:w")


def test_a_file_named_like_a_subdataset(tmp_path, netcdf):
    shutil.copy(input_file(netcdf), tmp_path / "good.nc")
    (tmp_path / 'NETCDF:"good.nc":v').write_text("<GDAL_WMS/>")
    assert "is not a raster" in refusal(write_vrt(tmp_path / "in.vrt", 'NETCDF:"good.nc":v', 1))


def test_a_store_that_only_refers_to_other_files(tmp_path):
    store = tmp_path / "refs.zarr"
    store.mkdir()
    (store / ".zmetadata").write_text('{"metadata": {}, "record_size": 10}')
    assert "Kerchunk" in refusal(store)
    assert "Kerchunk" in refusal(f'ZARR:"{store}":/v')


def test_missing_files_of_subdatasets(tmp_path):
    assert "does not exist" in refusal(f'NETCDF:"{tmp_path}/no.nc":v')
    assert "does not exist" in refusal(write_vrt(tmp_path / "in.vrt", f'NETCDF:"{tmp_path}/no.nc":v'))
    assert "that begin with DERIVED_SUBDATASET: are not supported" in refusal("DERIVED_SUBDATASET:AMPLITUDE:/d/x.tif")
