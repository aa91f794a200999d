"""Tests for detecting library versions and capabilities, with missing, broken and duplicate libraries."""

from __future__ import annotations

import sys

import pytest

from parallel_raster.core import versions as versions_module
from parallel_raster.core.diagnostics import libraries
from parallel_raster.core.diagnostics.libraries import CODECS, Gdal, missing_codecs, parse_gdal

GTIFF = """<CreationOptionList> <Option name='COMPRESS' type='string-select'> <Value>NONE</Value> <Value>LZW</Value>
<Value>DEFLATE</Value> <Value>LERC_DEFLATE</Value> </Option> <Option name='ZLEVEL' type='int'
description='DEFLATE compression level 1-{level}' default='6'/> <Option name='X'><Value>WEBP</Value></Option>"""


def test_versions_here():
    import rasterio

    versions = versions_module.library_versions()
    assert list(versions) == ["Python", "numpy", "rasterio", "dask", "rioxarray", "scipy"]
    assert versions["rasterio"] == rasterio.__version__
    assert versions["Python"] == ".".join(map(str, sys.version_info[:3]))


def test_rasterios_gdal_here():
    import rasterio

    gdal = libraries.rasterio_gdal()
    assert (gdal.version, gdal.proj) == (rasterio.__gdal_version__, rasterio.__proj_version__)
    assert {"DEFLATE", "LZW"} <= gdal.codecs <= set(CODECS)


def test_an_unknown_codec_counts_as_not_writable():
    """For an unknown codec, GDAL only warns and writes uncompressed, so the codec of the written file is checked."""
    assert libraries._can_write("DEFLATE")
    assert not libraries._can_write("SNOW")


@pytest.mark.parametrize(("level", "libdeflate"), [("9", False), ("12", True)])
def test_the_creation_options_of_a_driver_are_parsed(level, libdeflate):
    gdal = parse_gdal("3.9.0", "9.4.0", GTIFF.format(level=level), ["GTiff", "JP2KAK"], ["/vsimem/", "/vsicurl/"])
    assert gdal == Gdal("3.9.0", "9.4.0", frozenset({"LZW", "DEFLATE"}), libdeflate, True, True)


def test_a_driver_without_a_list_of_options():
    assert parse_gdal("3.9.0", "9.4.0", "", [], []) == Gdal("3.9.0", "9.4.0", frozenset(), None, False, False)


@pytest.mark.parametrize("works", [True, False])
def test_files_on_servers(monkeypatch, works):
    """Without /vsicurl, a URL has the error of an unknown folder, in any language. No request is sent."""
    import rasterio

    def fail(path, driver):
        raise OSError("Protocol not supported" if works and "vsicurl" in path else f"{path}: gibt es nicht")

    assert libraries.rasterio_gdal().vsicurl
    monkeypatch.setattr(rasterio, "open", fail)
    assert libraries._has_vsicurl() == works


def test_codecs_missing_in_one_of_two_libraries():
    full = Gdal("3", "9", frozenset(CODECS))
    reduced = Gdal("3", "9", frozenset(CODECS) - {"LERC", "ZSTD"})
    assert missing_codecs([full, reduced]) == ("ZSTD", "LERC")
    assert missing_codecs([full]) == missing_codecs([]) == ()


def test_failed_imports_are_reported(monkeypatch, tmp_path):
    (tmp_path / "broken_one.py").write_text("raise OSError('DLL load failed:\\n  not found')")
    monkeypatch.syspath_prepend(tmp_path)
    failures = libraries.import_failures(["os", "broken_one", "no_such_package"])
    assert failures["broken_one"] == "OSError: DLL load failed: not found"
    assert "no_such_package" in failures["no_such_package"]
    assert "os" not in failures


def test_mapped_libraries(monkeypatch, tmp_path):
    """Each GDAL library is listed once, including those in wheels; bindings, plugins and other libraries are not."""
    monkeypatch.setattr(libraries, "MAPS", tmp_path / "maps")
    names = [
        "/usr/lib/libgdal.so.32.3.6.2",
        "/usr/lib/libgdal.so.32.3.6.2",
        "/home/me/rasterio libs/libgdal-0c9b1d2e.so.36.3.11.1",
        "/venv/rasterio.libs/libgdal-rasterio-40212d0b.so.35.3.9.3",
        "/usr/lib/libgdalwarp.so.1",
        "/usr/lib/_gdal.cpython-311.so",
        "/opt/libgdal.so.1/libother.so",
    ]
    rows = [f"7fdd-7fde r-xp 00000000 08:01 131  {name}" for name in names]
    libraries.MAPS.write_text("\n".join([*rows, "7fff-7fff rw-p 00000000 00:00 0"]))
    assert libraries.mapped_libraries("gdal") == (names[2], names[0], names[3])
    libraries.MAPS.unlink()
    assert libraries.mapped_libraries("gdal") is None


@pytest.mark.skipif(not libraries.MAPS.exists(), reason="needs /proc/self/maps (Linux)")
def test_mapped_libraries_here():
    import rasterio  # noqa: F401

    assert len(libraries.mapped_libraries("gdal")) >= 1


def test_a_crs_is_found(monkeypatch):
    from rasterio import crs

    assert libraries.crs_failure() == ""

    class Lost:
        @staticmethod
        def from_epsg(code):
            raise ValueError("PROJ: no database\n")

    monkeypatch.setattr(crs, "CRS", Lost)
    assert libraries.crs_failure() == "PROJ: no database"


def test_data_folders_set_in_the_environment():
    environment = {"PROJ_LIB": "/x", "PROJ_DATA": "", "PATH": "/bin"}
    assert libraries.proj_folders(environment) == {"PROJ_LIB": "/x"}


@pytest.mark.parametrize(
    ("deflate", "isal", "expected"),
    [(1, 1, "ISA-L"), (1, None, "libdeflate"), (None, 1, "GDAL"), (None, None, "GDAL")],
)
def test_deflate_encoder(monkeypatch, deflate, isal, expected):
    from parallel_raster.core.tiff import deflate as deflate_module
    from parallel_raster.core.tiff import isal as isal_module

    monkeypatch.setattr(deflate_module, "library", lambda: deflate)
    monkeypatch.setattr(isal_module, "library", lambda: isal)
    assert libraries.deflate_encoder() == expected
