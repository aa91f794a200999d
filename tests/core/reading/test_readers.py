"""Tests for opening and reading rasters: band metadata, datasets per thread, damaged blocks and changed files."""

from __future__ import annotations

import os
import threading
import zipfile

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from parallel_raster.core.errors import InputError
from parallel_raster.core.reading.readers import InputSnapshot, Readers, open_raster, read_bands

PIXELS = [np.arange(60 * 70, dtype="uint16").reshape(60, 70), np.full((60, 70), 7, "uint16")]
WHOLE = Window(0, 0, 70, 60)


def pixels(path, band=1, window=WHOLE):
    with Readers() as readers:
        return readers.read(read_bands(str(path), [band]), window)[0]


def visible(path, window=WHOLE):
    with Readers() as readers:
        return readers.read_visible(read_bands(str(path), [1]), window)


def test_band_metadata(make_raster):
    path = make_raster(PIXELS, nodata=7, scales=[0.5, 2], offsets=[1, -3], blocks=(16, 32))
    first, second = read_bands(str(path), [1, 2])
    assert (first.band, first.dtype, first.nodata, first.scale, first.offset) == (1, "uint16", 7, 0.5, 1)
    assert (second.band, second.scale, second.offset) == (2, 2, -3)
    assert (first.grid.width, first.grid.height, first.block) == (70, 60, (16, 32))
    assert first.name == "in" and first.hidden_by == "" and first.files == (str(path),)


@pytest.mark.parametrize(("interleave", "bands"), [("pixel", 2), ("band", 1)])
def test_decoded_block_size(make_raster, interleave, bands):
    """The block size of a pixel-interleaved file counts all bands, because each block contains all of them."""
    path = make_raster(PIXELS, blocks=16, interleave=interleave)
    assert read_bands(str(path), [1])[0].block_bytes == 16 * 16 * 2 * bands


@pytest.mark.parametrize(
    ("how", "hidden_by"),
    [({}, ""), ({"nodata": 7}, ""), ({"mask": True}, "mask"), ({"mask": True, "nodata": 7}, "mask")]
    + [({"mask": True, "internal_mask": False}, "mask"), ({"alpha": True}, "alpha")],
)
def test_masks_and_alpha_hide_pixels(make_raster, how, hidden_by):
    shown = np.ones((60, 70), bool)
    shown[10:20, 30:50] = False
    bands = PIXELS
    if "mask" in how:
        how = {**how, "mask": shown}
    if "alpha" in how:
        bands = [PIXELS[0], shown.astype("uint16") * 65535]
    path = make_raster(bands, **how)
    assert read_bands(str(path), [1])[0].hidden_by == hidden_by
    found = visible(path)
    assert found is None if not hidden_by else np.array_equal(found, shown)
    if hidden_by:
        assert np.array_equal(visible(path, Window(25, 5, 10, 10)), shown[5:15, 25:35])


def test_a_mask_and_an_alpha_band_both_hide_pixels(make_raster):
    by_mask, by_alpha = np.ones((2, 60, 70), bool)
    by_mask[10:20, 30:50] = by_alpha[15:30, 40:60] = False
    path = make_raster([PIXELS[0], by_alpha.astype("uint16") * 65535], mask=by_mask, alpha=True)
    for band in (1, 2):
        (found,) = read_bands(str(path), [band])
        assert (found.hidden_by, found.hiders) == ("mask and alpha", ("mask", "alpha"))
        with Readers() as readers:
            assert np.array_equal(readers.read_visible([found], WHOLE), by_mask & by_alpha)


def test_nodata_values_beside_an_alpha_band_hide_no_pixels(make_raster):
    alpha = np.full((60, 70), 65535, "uint16")
    alpha[15:30, 40:60] = 0
    path = make_raster([PIXELS[0], alpha], alpha=True)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(NODATA_VALUES=f"{PIXELS[0][0, 0]} 0")
    assert [band.hidden_by for band in read_bands(str(path), [1, 2])] == ["alpha", "alpha"]
    assert np.array_equal(visible(path), alpha > 0)


@pytest.mark.parametrize("path", ["a\0b.tif", "a\udc80.tif"])
def test_paths_that_no_file_can_have(path):
    with pytest.raises(InputError):
        read_bands(path, [1])


def test_nearly_transparent_pixels_are_visible(make_raster):
    alpha = np.array([[0, 1, 254, 255]], "uint8")
    path = make_raster([np.ones((1, 4), "uint8"), alpha], alpha=True)
    assert visible(path, Window(0, 0, 4, 1)).tolist() == [[False, True, True, True]]


@pytest.mark.parametrize("band", [0, 3, -1, 100])
def test_a_band_that_does_not_exist(make_raster, band):
    path = make_raster(PIXELS)
    with pytest.raises(InputError, match=rf"{path} has 2 bands; band {band} does not exist"):
        read_bands(str(path), [1, band])


def test_complex_numbers_are_rejected(make_raster):
    path = make_raster([np.ones((5, 5), "complex64")])
    with pytest.raises(InputError, match="complex"):
        read_bands(str(path), [1])


@pytest.mark.parametrize("blocks", ["strips", 16, (16, 64)])
@pytest.mark.parametrize("interleave", ["pixel", "band"])
def test_windows(make_raster, blocks, interleave):
    path = str(make_raster(PIXELS, blocks=blocks, interleave=interleave))
    with Readers() as readers:
        first, second = readers.read(read_bands(path, [1, 2]), Window(13, 17, 21, 9))
        assert np.array_equal(first, PIXELS[0][17:26, 13:34]) and np.array_equal(second, PIXELS[1][17:26, 13:34])
        second, first = readers.read(read_bands(path, [2, 1]), WHOLE)
        assert np.array_equal(first, PIXELS[0]) and np.array_equal(second, PIXELS[1])


def test_two_files_of_different_types(make_raster):
    one = read_bands(str(make_raster(PIXELS, "one.tif")), [2])
    two = read_bands(str(make_raster([PIXELS[0].astype("float32")], "two.tif")), [1])
    with Readers() as readers:
        a, b = readers.read([*one, *two], WHOLE)
    assert a.dtype == "uint16" and b.dtype == "float32" and np.array_equal(b, PIXELS[0])


def open_files():
    return {link for link in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{link}")}


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_every_thread_opens_its_own_dataset_and_all_are_closed(make_raster):
    """Each thread opens its own dataset, as GDAL requires. All datasets are closed, so files can be replaced."""
    path = str(make_raster(PIXELS))
    handles, meeting, one_by_one = [], threading.Barrier(3), threading.Lock()
    before = open_files()
    with Readers() as readers:

        def use():
            with one_by_one:
                handles.append(readers.dataset(path))
                assert readers.dataset(path) is handles[-1]
            meeting.wait(60)

        threads = [threading.Thread(target=use) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(handle) for handle in handles}) == 3
        assert len(open_files()) >= len(before) + 3
    assert open_files() <= before


def damage(path, row, col, how):
    """Damage one block: overwrite its encoded bytes, or cut off the file within the block."""
    with rasterio.open(path) as dataset:
        offset = int(dataset.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=1))
        size = int(dataset.get_tag_item(f"BLOCK_SIZE_{col}_{row}", "TIFF", bidx=1))
    if how == "cut":
        os.truncate(path, offset + 3)
        return
    with open(path, "rb+") as file:
        file.seek(offset)
        file.write(b"\xff" * size)


@pytest.mark.parametrize("how", ["overwritten", "cut"])
def test_the_error_locates_a_damaged_block(make_raster, how):
    """A damaged block raises an error with the file, row and column; its pixels are not read as zeros."""
    path = make_raster([PIXELS[0]], blocks=16, compress="deflate")
    damage(path, 2, 3, how)
    with pytest.raises(InputError) as caught:
        pixels(path)
    message = str(caught.value)
    assert str(path) in message and "row 32" in message and "column 48" in message and "\n" not in message
    assert np.array_equal(pixels(path, window=Window(0, 0, 70, 32)), PIXELS[0][:32])  # other blocks can be read


def test_the_error_lists_each_band_once_and_in_order(make_raster):
    path = make_raster([PIXELS[0], PIXELS[0]], blocks=16, compress="deflate", interleave="pixel")
    damage(path, 0, 0, "overwritten")
    with Readers() as readers, pytest.raises(InputError, match="bands 1, 2: the block at row 0, column 0 is damaged"):
        readers.read(read_bands(str(path), [2, 1, 2]), Window(0, 0, 16, 16))


def test_a_damaged_block_outside_the_window_is_ignored(make_raster):
    path = make_raster([PIXELS[0]], blocks=16, compress="deflate")
    damage(path, 2, 3, "overwritten")
    assert np.array_equal(pixels(path, window=Window(0, 0, 48, 60)), PIXELS[0][:, :48])


def test_a_damaged_block_of_a_mask(make_raster):
    path = make_raster([PIXELS[0], PIXELS[0]], blocks=16, compress="deflate", alpha=True, interleave="pixel")
    damage(path, 1, 0, "overwritten")
    with pytest.raises(InputError, match="row 16, column 0"):
        visible(path)


@pytest.mark.parametrize("size", [4, 8, 100])
def test_a_truncated_header(make_raster, size):
    path = make_raster(PIXELS)
    os.truncate(path, size)
    with pytest.raises(InputError) as caught:
        read_bands(str(path), [1])
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_tif_is_only_opened_as_a_tiff(tmp_path, monkeypatch):
    """A VRT named `in.tif` is not opened, even if the check of its content fails to reject it."""
    from parallel_raster.core.reading import readers as raster_io

    path = tmp_path / "in.tif"
    path.write_text(
        '<VRTDataset rasterXSize="5" rasterYSize="5"><VRTRasterBand dataType="Byte" band="1"/></VRTDataset>'
    )
    monkeypatch.setattr(raster_io, "check_raster_path", lambda path: None)
    with pytest.raises(InputError):
        open_raster(str(path))


def test_another_format_is_opened_by_its_driver(tmp_path, make_raster):
    """An input in another GDAL format is opened with the driver of that format."""
    source = make_raster([PIXELS[0].astype("float32")])
    with rasterio.open(source) as dataset:
        profile = {key: dataset.profile[key] for key in ("width", "height", "count", "dtype", "crs", "transform")}
    with rasterio.open(tmp_path / "in.img", "w", driver="HFA", **profile) as dataset:
        dataset.write(PIXELS[0].astype("float32"), 1)
    assert np.array_equal(pixels(tmp_path / "in.img"), PIXELS[0])


VRT = """<VRTDataset rasterXSize="70" rasterYSize="60"><GeoTransform>0, 30, 0, 0, 0, -30</GeoTransform>
<VRTRasterBand dataType="UInt16" band="1"{attributes}>{code}
<SimpleSource><SourceFilename relativeToVRT="1">in.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource>
</VRTRasterBand></VRTDataset>"""


def test_valid_vrts(tmp_path, make_raster):
    make_raster(PIXELS)
    (tmp_path / "in.vrt").write_text(VRT.format(attributes="", code=""))
    (metadata,) = read_bands(str(tmp_path / "in.vrt"), [1])
    assert np.array_equal(pixels(tmp_path / "in.vrt"), PIXELS[0])
    assert str(tmp_path / "in.tif") in metadata.files  # listed, so that no output overwrites the source


@pytest.mark.parametrize("where", ["plain", "archive", "address"])
def test_python_in_a_vrt_is_not_run(tmp_path, make_raster, monkeypatch, where):
    """Python code in a VRT is not run, even if the environment allows it or the VRT cannot be checked beforehand."""
    monkeypatch.setenv("GDAL_VRT_ENABLE_PYTHON", "YES")
    make_raster(PIXELS)
    trace = tmp_path / "trace"
    code = f"import numpy\ndef f(in_ar, out_ar, *a, **k):\n    open({str(trace)!r}, 'w').close()\n    out_ar[:] = 1\n"
    text = VRT.format(
        attributes=' subClass="VRTDerivedRasterBand"',
        code="<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage>"
        f"<PixelFunctionCode>{code}</PixelFunctionCode>",
    )
    (tmp_path / "bad.vrt").write_text(text)
    path = str(tmp_path / "bad.vrt")
    if where == "archive":
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for name in ("bad.vrt", "in.tif"):
                archive.write(tmp_path / name, name)
        path = f"/vsizip/{tmp_path}/all.zip/bad.vrt"
    elif where == "address":
        path = f"vrt://{path}"
    with pytest.raises(InputError):
        pixels(path)
    assert not trace.exists()


def test_an_archive_given_by_the_user(tmp_path, make_raster):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(make_raster(PIXELS), "in.tif")
    assert np.array_equal(pixels(f"/vsizip/{tmp_path}/all.zip/in.tif"), PIXELS[0])


def test_a_snapshot_of_unchanged_files(make_raster):
    path = make_raster(PIXELS)
    snapshot = InputSnapshot([str(path)])
    pixels(path)
    snapshot.check()


@pytest.mark.parametrize("change", ["append", "overwrite", "replace", "remove", "touch"])
def test_a_changed_file_is_an_error(make_raster, change, tmp_path):
    path = make_raster(PIXELS)
    other = make_raster(PIXELS, "other.tif")
    status = path.stat()
    snapshot = InputSnapshot([str(other), str(path)])
    if change == "append":
        with open(path, "ab") as file:
            file.write(b"x")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif change == "overwrite":
        path.write_bytes(path.read_bytes()[::-1])
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1000))
    elif change == "replace":
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        snapshot = InputSnapshot([str(path)])
        os.replace(other, path)
    elif change == "remove":
        path.unlink()
    else:
        os.utime(path)
    with pytest.raises(InputError, match=rf"{path} changed while it was being read"):
        snapshot.check()


def test_rasters_with_the_same_crs_share_one_object(make_raster):
    """A CRS takes about 3 KB of memory, and a run can read thousands of rasters."""
    crs = {"EPSG:32633": None, "EPSG:4326": None}
    for number, code in enumerate([*crs, *crs]):
        path = make_raster([np.ones((4, 4), "uint8")], f"{number}.tif", crs=code)
        found = read_bands(str(path), [1])[0].grid.crs
        assert found == rasterio.crs.CRS.from_string(code)
        assert crs[code] is None or found is crs[code]
        crs[code] = found
