"""Tests for the safety checks before GDAL opens a file: no code is run, and the network is not accessed."""

from __future__ import annotations

import os
import socket

import numpy as np
import pytest

from parallel_raster.core.errors import InputError
from parallel_raster.core.reading.safe_paths import check_geojson, check_raster_path, is_remote

PIXELS = [np.arange(400, dtype="uint8").reshape(20, 20) % 250]
SOURCE = (
    '<SimpleSource><SourceFilename relativeToVRT="1">in.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource>'
)
URL = "/vsicurl/http://127.0.0.1:9/x.tif"
PYTHON = "import numpy\ndef f(in_ar, out_ar, *args, **kwargs):\n    out_ar[:] = 7\n"


def test_only_json_is_opened_as_geojson(tmp_path):
    path = tmp_path / "a.geojson"
    with pytest.raises(InputError, match="does not exist"):
        check_geojson(str(path))
    path.write_text("<VRTDataset/>")
    with pytest.raises(InputError, match="content is not JSON"):
        check_geojson(str(path))
    path.write_text('\ufeff {"type": "FeatureCollection", "features": []}')
    check_geojson(str(path))


@pytest.fixture
def vrt(tmp_path, make_raster):
    """Return a function that writes a VRT next to a valid `in.tif` and returns the path of the VRT.

    `band` is XML inside the band element; `top` is XML before the band element.
    """
    make_raster(PIXELS)

    def make(band=SOURCE, *, name="in.vrt", top="", band_attributes="", attributes=""):
        path = tmp_path / name
        path.write_text(
            f'<VRTDataset rasterXSize="20" rasterYSize="20"{attributes}>{top}'
            f'<VRTRasterBand dataType="Byte" band="1"{band_attributes}>{band}</VRTRasterBand></VRTDataset>'
        )
        return str(path)

    return make


def assert_refused(path, words, named=None):
    with pytest.raises(InputError) as caught:
        check_raster_path(str(path))
    message = str(caught.value)
    assert words in message and str(named or path) in message and "\n" not in message


@pytest.mark.parametrize("name", ["plain.tif", "UPPER.TIF", "long.tiff", "spa ce.tif", "häuser #1 %20.tif", "日本.tif"])
def test_good_files(make_raster, name):
    check_raster_path(str(make_raster(PIXELS, name)))


def test_bigtiff_and_big_endian_files(make_raster):
    check_raster_path(str(make_raster(PIXELS, BIGTIFF="YES")))
    check_raster_path(str(make_raster(PIXELS, "swapped.tif", ENDIANNESS="BIG")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull"),
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "HTML page"),
        (b"\xef\xbb\xbf\n <HTML><body>404</body></html>", "HTML page"),
        (b"some words\n", "its content is not a TIFF"),
        (b"II*", "its content is not a TIFF"),
        (bytes(range(256)) * 4, "its content is not a TIFF"),
        (b'<VRTDataset rasterXSize="1" rasterYSize="1"/>', "it is a VRT"),
        (b'<?xml version="1.0"?><!-- no TIFF --><VRTDataset rasterXSize="1" rasterYSize="1"/>', "it is a VRT"),
    ],
)
@pytest.mark.parametrize("name", ["in.tif", "IN.TIFF"])
def test_files_named_tif_that_are_not_tiffs(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    assert_refused(path, words)


@pytest.mark.parametrize(
    "content", ["<GDAL_WMS><Service/></GDAL_WMS>", "\ufeff\n<WCS_GDAL/>", '{"type": "FeatureCollection"}']
)
@pytest.mark.parametrize("name", ["in.xml", "in.dat", "in"])
def test_files_that_refer_to_remote_rasters(tmp_path, name, content):
    """Files that would make GDAL read a raster from another location, such as a WMS description, are rejected."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert_refused(tmp_path / name, "open other files")


def test_paths_without_a_readable_file(tmp_path):
    assert_refused(tmp_path / "none.tif", "does not exist")
    assert_refused(tmp_path, "is a folder")
    (tmp_path / "folder.tif").mkdir()
    assert_refused(tmp_path / "folder.tif", "is a folder")
    (tmp_path / "dangling.tif").symlink_to(tmp_path / "none.tif")
    assert_refused(tmp_path / "dangling.tif", "does not exist")
    with pytest.raises(InputError, match="No input"):
        check_raster_path("")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this platform")
def test_a_named_pipe_is_rejected_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.tif")
    assert_refused(tmp_path / "pipe.tif", "not a regular file")


def test_a_file_without_read_permission(tmp_path, make_raster, monkeypatch):
    path = make_raster(PIXELS)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root can read every file
        monkeypatch.setattr(os, "access", lambda *_: False)
    assert_refused(path, "permissions")


@pytest.mark.parametrize("suffix", [".ovr", ".msk"])
def test_external_overviews_and_masks_are_checked(make_raster, suffix):
    """External overviews and masks must be TIFFs, because GDAL would also open a VRT in place of such a file."""
    path = make_raster(PIXELS)
    beside = path.parent / (path.name + suffix)
    beside.write_text("<VRTDataset/>")
    assert_refused(path, str(beside))
    beside.write_bytes(path.read_bytes())
    check_raster_path(str(path))


@pytest.mark.parametrize(
    "path",
    ["/vsicurl/http://h/x.tif", "/vsis3/b/x.tif", "/vsigs_streaming/b/x", "http://h/x.tif", "https://h/x", "s3://b/x"],
)
def test_urls_given_by_the_user_are_accepted(path):
    assert is_remote(path)
    check_raster_path(path)


@pytest.mark.parametrize("path", ["/data/x.tif", "C:\\data\\x.tif", "C:/data/x.tif", "x.tif", "/vsizip/a.zip/x.tif"])
def test_local_paths_are_not_remote(path):
    assert not is_remote(path)


def test_valid_vrts(vrt, make_raster):
    check_raster_path(vrt())
    check_raster_path(vrt(SOURCE.replace('relativeToVRT="1">', f'relativeToVRT="0">{make_raster(PIXELS).parent}/')))
    check_raster_path(vrt("<PixelFunctionType>sum</PixelFunctionType><PixelFunctionLanguage>C</PixelFunctionLanguage>"))
    check_raster_path(vrt(name="UPPER.VRT"))
    check_raster_path(vrt(name="without_extension"))
    check_raster_path(vrt(SOURCE.replace("in.tif", "in.vrt"), name="outer.vrt"))


CODE = (
    "<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage>"
    f"<PixelFunctionCode>{PYTHON}</PixelFunctionCode>"
)
DERIVED = ' subClass="VRTDerivedRasterBand"'
NAMESPACE = ' xmlns="http://example.org"'


@pytest.mark.parametrize(
    "changes",
    [
        {"band": CODE + SOURCE},
        {"band": CODE.lower() + SOURCE},  # GDAL ignores the case of names
        {"band": CODE.upper().replace("PYTHON<", "Python<") + SOURCE},
        {"band": CODE + SOURCE, "attributes": NAMESPACE},  # GDAL ignores XML namespaces
        {"band": CODE.replace("Python<", " Python <") + SOURCE},
        # A pixel function in a module that can be imported.
        {"band": "<PixelFunctionType>m.f</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage>"},
        # GDAL treats attributes like elements.
        {"band": SOURCE, "band_attributes": DERIVED + ' PixelFunctionLanguage="Python" PixelFunctionType="m.f"'},
    ],
)
@pytest.mark.parametrize("name", ["in.vrt", "IN.VRT", "in.dat"])
def test_a_vrt_with_python_is_rejected(vrt, changes, name):
    assert_refused(vrt(**{"band_attributes": DERIVED, **changes, "name": name}), "contains code")


RAW = '<SourceFilename relativeToVRT="1">in.tif</SourceFilename><ImageOffset>0</ImageOffset>'


@pytest.mark.parametrize(
    "changes",
    [
        {"band": RAW, "band_attributes": ' subClass="VRTRawRasterBand"'},
        {"band": RAW, "band_attributes": ' subclass="vrtrawrasterband"'},
        {"band": RAW + "<subClass>VRTRawRasterBand</subClass>"},
        {"band": RAW, "band_attributes": ' subClass="VRTRawRasterBand"', "attributes": NAMESPACE},
    ],
)
def test_a_vrt_that_reads_raw_bytes_is_rejected(vrt, changes):
    """A raw band is rejected, because it would expose the bytes of any readable file as pixels."""
    assert_refused(vrt(**changes), "raw bytes")


def source(text, start="<SourceFilename>", end="</SourceFilename>"):
    return f"<SimpleSource>{start}{text}{end}<SourceBand>1</SourceBand></SimpleSource>"


WARP = "<GDALWarpOptions>{}</GDALWarpOptions>"


@pytest.mark.parametrize(
    "changes",
    [
        {"band": source(URL)},
        {"band": source(URL, '<SourceFilename relativeToVRT="1">')},
        {"band": source(URL, "<sourcefilename>", "</sourcefilename>")},
        {"band": source(URL), "attributes": NAMESPACE},
        {"band": f'<SimpleSource SourceFilename="{URL}"/>'},
        {"band": source("http://127.0.0.1:9/x.tif")},
        {"band": source("/vsis3/bucket/x.tif")},
        {"band": source("/vsicurl_streaming/http://127.0.0.1:9/x.tif")},
        {"band": source(f"/vsizip/{URL.replace('.tif', '.zip')}/x.tif")},  # an archive on the network
        {"band": source(f"/vsizip{URL.replace('.tif', '.zip')}/x.tif")},
        {"band": source(f"/vsigzip/{URL}.gz")},
        {"band": source(f"/vsisubfile/0_10,{URL}")},
        {"band": source(f"/vsicached?{URL}")},
        {"band": source("&lt;VRTDataset/&gt;")},
        {"band": source("vrt://in.tif")},
        {"band": f"<MaskBand><VRTRasterBand>{source(URL)}</VRTRasterBand></MaskBand>"},
        {"top": WARP.format(f"<SourceDataset>{URL}</SourceDataset>")},
        {"top": WARP.format(f"<RPCTransformer><DEMPath>{URL}</DEMPath></RPCTransformer>")},
        {
            "top": WARP.format(
                f'<GeoLocTransformer><Metadata><MDI key="X_DATASET">{URL}</MDI></Metadata></GeoLocTransformer>'
            )
        },
        {"top": f'<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{URL}</MDI></Metadata>'},
        {"top": f'<Metadata domain="overviews"><MDI KEY="overview_file">{URL}</MDI></Metadata>'},
    ],
)
def test_a_vrt_that_accesses_the_network_is_rejected(vrt, changes):
    path = vrt(**changes)
    with pytest.raises(InputError) as caught:
        check_raster_path(path)
    assert path in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "attribute",
    ['relativeToVRT="1"', 'relativetovrt="1"', 'relativeToVRT="01"', 'relativeToVRT=" 1 "']
    + ['relativeToVRT="1" RELATIVETOVRT="0"'],  # GDAL uses the first of two attributes whose names differ only in case
)
def test_sources_are_resolved_as_in_gdal(vrt, attribute, tmp_path, monkeypatch):
    """The source that GDAL would open is checked, not a valid file with the same name in the working directory."""
    vrt(CODE + SOURCE, name="bad.vrt", band_attributes=DERIVED)
    outer = vrt(source("bad.vrt", f"<SourceFilename {attribute}>"), name="outer.vrt")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "bad.vrt").write_bytes((tmp_path / "in.tif").read_bytes())
    monkeypatch.chdir(elsewhere)
    assert_refused(outer, "contains code", tmp_path / "bad.vrt")


def test_urls_in_ordinary_metadata_are_accepted(vrt):
    """A URL in metadata is accepted, because GDAL does not open it."""
    check_raster_path(vrt(top='<Metadata><MDI key="SOURCE_URL">https://example.org/scene</MDI></Metadata>'))


def test_sources_of_a_vrt_are_checked(vrt, tmp_path):
    (tmp_path / "words.tif").write_text("words")
    assert_refused(
        vrt(source("words.tif", '<SourceFilename relativeToVRT="1">')), "content is not a TIFF", tmp_path / "words.tif"
    )
    vrt(CODE + SOURCE, name="inner.vrt", band_attributes=DERIVED)
    outer = vrt(source("inner.vrt", '<SourceFilename relativeToVRT="1">'), name="outer.vrt")
    assert_refused(outer, "contains code", tmp_path / "inner.vrt")


def test_a_missing_source(vrt):
    path = vrt(SOURCE.replace("in.tif", "gone.tif"))
    assert_refused(path, "gone.tif")
    assert_refused(path, "does not exist")


def test_a_vrt_that_includes_itself_is_rejected(vrt):
    assert_refused(vrt(SOURCE.replace("in.tif", "in.vrt")), "includes itself")
    vrt(SOURCE.replace("in.tif", "second.vrt"), name="first.vrt")
    assert_refused(vrt(SOURCE.replace("in.tif", "first.vrt"), name="second.vrt"), "includes itself")


def test_an_entity_bomb(vrt, tmp_path):
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    path = tmp_path / "bomb.vrt"
    path.write_text(f'<!DOCTYPE x [<!ENTITY a0 "ha">{lines}]><VRTDataset>&a9;</VRTDataset>')
    assert_refused(path, "declares XML entities")


def test_damaged_xml(vrt, tmp_path):
    path = tmp_path / "damaged.vrt"
    for content in (b"<VRTDataset>", b"", b"\xff\xfe<VRTDataset/>", b"words"):
        path.write_bytes(content)
        assert_refused(path, "XML is malformed")


def test_checking_does_not_connect(vrt):
    """Checking a VRT does not open a network connection."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"/vsicurl/http://127.0.0.1:{listener.getsockname()[1]}/x.tif"
        with pytest.raises(InputError):
            check_raster_path(vrt(source(address)))
        listener.settimeout(0.2)
        with pytest.raises(socket.timeout):  # before Python 3.10, this is not TimeoutError
            listener.accept()
