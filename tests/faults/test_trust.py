"""Files that contain code or endless XML, or that refer to other files or to the network (F44-F47)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rasterio

import hostile
from fault_kit import (
    LONG,
    PEAK,
    assert_child_failed_cleanly,
    assert_readable,
    compute,
    fails_cleanly,
    listing,
    options_for,
    peak_megabytes,
    run_child,
)
from qgis_kit import Qgis, error_text

WITH_PYTHON = {"GDAL_VRT_ENABLE_PYTHON": "YES"}
SPELLINGS = ("plain", "lower case", "name space", "attributes", "subclass element")
RUN = "print_outcome(lambda: run_index(arguments))"


@pytest.fixture
def listener() -> Iterator[hostile.Listener]:
    """Server on a local port that counts connections."""
    with hostile.listening() as each:
        yield each


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("extension", ["vrt", "tif", "img"])
def test_python_in_a_vrt(noise: Path, tmp_path: Path, spelling: str, extension: str) -> None:
    """F44: the core rejects a VRT with Python code before opening it, for any XML spelling and file extension."""
    source, marker = tmp_path / f"source.{extension}", tmp_path / "marker"
    source.write_text(hostile.python_vrts(noise, marker)[spelling])
    before = listing(tmp_path)
    run = run_child(RUN, options_for(source, tmp_path / "out.tif"), env=WITH_PYTHON)
    assert not marker.exists(), "the code was run"
    assert_child_failed_cleanly(run, source)
    assert listing(tmp_path) == before


@pytest.mark.parametrize("extension", ["tif", "TIFF"])
def test_extension_selects_the_driver(
    noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extension: str
) -> None:
    """F44-F46: a file with the extension .tif is never opened as a VRT, even if its content is not checked first."""
    from parallel_raster.core.reading import readers as raster_io

    source = tmp_path / f"source.{extension}"
    source.write_text(hostile.vrt(*(hostile.band(number, hostile.simple_source(noise)) for number in (1, 2))))
    monkeypatch.setattr(raster_io, "check_raster_path", lambda path: ())
    with fails_cleanly(tmp_path, source, "is not a raster that GDAL can read"):
        compute(source, tmp_path / "out.tif")


def test_python_in_a_nested_vrt(noise: Path, tmp_path: Path) -> None:
    """F44: a VRT is rejected if one of its sources is a VRT with Python code."""
    inner, source, marker = tmp_path / "inner.vrt", tmp_path / "source.vrt", tmp_path / "marker"
    inner.write_text(hostile.python_vrts(noise, marker)["plain"])
    for path, relative in ((inner, 0), ("inner.vrt", 1)):
        inside = hostile.simple_source(path).replace("<SourceFilename", f'<SourceFilename RELATIVETOVRT="{relative}"')
        source.write_text(hostile.vrt(*(hostile.band(number, inside) for number in (1, 2))))
        run = run_child(RUN, options_for(source, tmp_path / "out.tif"), env=WITH_PYTHON)
        assert not marker.exists(), "the code was run"
        assert_child_failed_cleanly(run, inner.name)


@pytest.mark.parametrize("spelling", ["plain", pytest.param("lower case", marks=LONG)])
@pytest.mark.parametrize("extension", ["vrt", pytest.param("tif", marks=LONG)])
def test_python_through_qgis(qgis: Qgis, noise: Path, tmp_path: Path, spelling: str, extension: str) -> None:
    """F44: `qgis_process` does not run the Python code in a VRT, although QGIS itself opens raster parameters."""
    source, marker = tmp_path / f"source.{extension}", tmp_path / "marker"
    source.write_text(hostile.python_vrts(noise, marker)[spelling])
    before = listing(tmp_path)
    run = qgis.run(source, tmp_path / "out.tif", WITH_PYTHON)
    assert run.returncode != 0
    assert source.name in error_text(run)
    assert not marker.exists(), "the code was run"
    assert listing(tmp_path) == before


@pytest.mark.long
def test_python_through_processing(qgis: Qgis, noise: Path, tmp_path: Path) -> None:
    """F44: `processing.run` does not run the Python code in a VRT that is given as INPUT or EXTENT."""
    marker, runs = tmp_path / "marker", []
    for name, spelling in (("a.vrt", "plain"), ("b.tif", "plain"), ("c.vrt", "lower case"), ("d.tif", "lower case")):
        (tmp_path / name).write_text(hostile.python_vrts(noise, marker)[spelling])
        runs.append({"INPUT": str(tmp_path / name)})
    for name in ("source.vrt", "source.tif", "a,b,c,d.vrt"):
        (tmp_path / name).write_text(hostile.python_vrts(noise, marker)["plain"])
        runs.append({"INPUT": str(noise), "EXTENT": str(tmp_path / name)})
    before = listing(tmp_path)
    for run, error in zip(runs, qgis.errors(tmp_path / "out.tif", runs, **WITH_PYTHON)):
        assert_readable(error, run.get("EXTENT", run["INPUT"]))
    assert not marker.exists(), "the code was run"
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    "name", [pytest.param("source.vrt", marks=LONG), pytest.param("source.tif", marks=LONG), "a,b,c,d.vrt"]
)
def test_python_in_a_raster_that_gives_the_extent(qgis: Qgis, noise: Path, tmp_path: Path, name: str) -> None:
    """F44: `qgis_process` does not run the code in a VRT given as EXTENT, which QGIS would open to read its extent."""
    source, marker = tmp_path / name, tmp_path / "marker"
    source.write_text(hostile.python_vrts(noise, marker)["plain"])
    before = listing(tmp_path)
    run = qgis.call(*qgis.command(noise, tmp_path / "out.tif", EXTENT=source), **WITH_PYTHON)
    assert not marker.exists(), "the code was run"
    assert run.returncode != 0 and name in error_text(run)
    assert listing(tmp_path) == before


@pytest.mark.parametrize("spelling", ["plain", "lower case", "element"])
@pytest.mark.parametrize("extension", ["tif", "vrt", "dat"])
def test_raw_bytes_of_another_file(tmp_path: Path, spelling: str, extension: str) -> None:
    """F45: a VRT whose pixels are the bytes of a file that is not a raster is rejected."""
    secret, source = tmp_path / "secret", tmp_path / f"source.{extension}"
    secret.write_bytes(b"secret words" * 200_000)
    source.write_text(hostile.raw_vrts(secret)[spelling])
    with fails_cleanly(tmp_path, source):
        compute(source, tmp_path / "out.tif")


def network_files(folder: Path, noise: Path, address: str) -> dict[str, Callable[[], Path]]:
    """Return a dict: kind of reference -> function that creates a file that refers to `address`."""
    curl = f"/vsicurl/{address}/x.tif"

    def written(name: str, text: str) -> Path:
        (folder / name).write_text(text)
        return folder / name

    def of_sources(inside: str, name: str = "source.vrt") -> Path:
        return written(name, hostile.vrt(*(hostile.band(number, inside) for number in (1, 2))))

    def beside(suffix: str, text: str) -> Path:
        written(f"source.tif{suffix}", text)
        return Path(shutil.copy(noise, folder / "source.tif"))

    simple, pam = (
        hostile.simple_source,
        '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{}</MDI></Metadata></PAMDataset>',
    )
    overview = hostile.vrt(*(hostile.band(number, simple(curl)) for number in (1, 2)))
    return {
        "address": lambda: of_sources(simple(curl)),
        "plain address": lambda: of_sources(simple(f"{address}/x.tif")),
        "named tif": lambda: of_sources(simple(curl), "source.tif"),
        "named img": lambda: of_sources(simple(curl), "source.img"),
        "lower case": lambda: of_sources(simple(curl, "sourcefilename")),
        "attribute": lambda: of_sources(
            f'<SimpleSource SourceFilename="{curl}"><SourceBand>1</SourceBand></SimpleSource>'
        ),
        "nested": lambda: of_sources(simple(of_sources(simple(curl), "inner.vrt"))),
        "archive": lambda: of_sources(simple(f"/vsizip//vsicurl/{address}/x.zip/x.tif")),
        "web map": lambda: written("source.xml", hostile.wms(address)),
        "web map named wms": lambda: written("source.wms", hostile.wms(address)),
        "web map in a vrt": lambda: of_sources(simple(written("map.dat", hostile.wms(address)))),
        "overviews": lambda: beside(".ovr", overview),
        "mask": lambda: beside(".msk", overview),
        "overview metadata": lambda: beside(".aux.xml", pam.format(curl)),
        "overview metadata inside": lambda: with_metadata(Path(shutil.copy(noise, folder / "source.tif")), curl),
        "overview metadata of a source": lambda: of_sources(simple(beside(".aux.xml", pam.format(curl))), "outer.vrt"),
        "cached raster": lambda: written("source.mrf", hostile.mrf(curl)),
    }


def with_metadata(path: Path, address: str) -> Path:
    """Store `address` in the metadata of a TIFF as the location of its overviews; return the path of the TIFF."""
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=address)
    return path


WAYS = tuple(network_files(Path(), Path(), ""))
THROUGH_QGIS = ("named tif", "lower case", "web map", "web map in a vrt", "overviews", "overview metadata")


@pytest.mark.parametrize("kind", WAYS)
def test_network(noise: Path, tmp_path: Path, listener: hostile.Listener, kind: str) -> None:
    """F46: a local file that refers to the network is rejected, and no connection is made."""
    source = network_files(tmp_path, noise, listener.address)[kind]()
    before = listing(tmp_path)
    run = run_child(RUN, options_for(source, tmp_path / "out.tif"))
    assert listener.connections == 0
    assert_child_failed_cleanly(run, tmp_path)
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    "kind", [kind if kind == "overviews" else pytest.param(kind, marks=LONG) for kind in THROUGH_QGIS]
)
def test_network_through_qgis(qgis: Qgis, noise: Path, tmp_path: Path, listener: hostile.Listener, kind: str) -> None:
    """F46: `qgis_process` rejects a local file that refers to the network, without connecting to the server."""
    source = network_files(tmp_path, noise, listener.address)[kind]()
    run = qgis.run(source, tmp_path / "out.tif")
    assert listener.connections == 0
    assert run.returncode != 0 and str(tmp_path) in error_text(run)


def test_network_through_processing(qgis: Qgis, noise: Path, tmp_path: Path, listener: hostile.Listener) -> None:
    """F46: `processing.run` rejects every kind of network reference without connecting to the network."""
    sources = []
    for kind in THROUGH_QGIS:
        (tmp_path / kind).mkdir()
        sources.append(network_files(tmp_path / kind, noise, listener.address)[kind]())
    errors = qgis.errors(tmp_path / "out.tif", [{"INPUT": str(source)} for source in sources])
    assert listener.connections == 0
    for source, error in zip(sources, errors):
        assert_readable(error, source.parent)


def test_address_that_the_user_entered(tmp_path: Path, listener: hostile.Listener) -> None:
    """F46: a URL that the user enters as the input is opened; if no raster is found there, the error says so."""
    with fails_cleanly(tmp_path, "is not a raster that GDAL can read"):
        compute(f"/vsicurl/{listener.address}/x.tif", tmp_path / "out.tif")
    assert listener.connections > 0


EMPTY = '<VRTDataset rasterXSize="9" rasterYSize="9">'
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
ENDLESS = {
    "entities": f'<!DOCTYPE v [<!ENTITY e0 "boom">{ENTITIES}]>{EMPTY}&e11;</VRTDataset>',
    "itself": hostile.vrt(hostile.band(1, hostile.simple_source("source.vrt", 'SourceFilename relativeToVRT="1"'))),
    "missing": hostile.vrt(hostile.band(1, hostile.simple_source("/nowhere/x.tif"))),
    "deep": "<VRTDataset>" * 200_000,
    "wide": EMPTY + "<a/>" * 20_000_000,
}
ENDLESS["itself"] = ENDLESS["itself"].replace('</SourceFilename relativeToVRT="1">', "</SourceFilename>")


@pytest.mark.parametrize("kind", ENDLESS)
def test_endless_xml(tmp_path: Path, kind: str) -> None:
    """F47: endless or recursive XML raises an error, and the run uses less than 200 MB of memory."""
    source = tmp_path / "source.vrt"
    source.write_text(ENDLESS[kind])
    before = listing(tmp_path)
    run = run_child(RUN + PEAK, options_for(source, tmp_path / "out.tif"))
    assert_child_failed_cleanly(run, source, *(["declares XML entities"] if kind == "entities" else []))
    assert peak_megabytes(run) < 200
    assert listing(tmp_path) == before


def test_vrts_that_refer_to_each_other(tmp_path: Path) -> None:
    """F47: two VRTs that use each other as a source are rejected."""
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.vrt").write_text(
            hostile.vrt(hostile.band(1, hostile.simple_source(tmp_path / f"{other}.vrt")))
        )
    with fails_cleanly(tmp_path, "includes itself") as caught:
        compute(tmp_path / "a.vrt", tmp_path / "out.tif", band_a=1, band_b=1)
    assert_readable(caught.message, tmp_path)
