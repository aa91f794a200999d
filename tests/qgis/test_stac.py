"""STAC searches and stacks in QGIS, with requests over QGIS's network to a server on 127.0.0.1."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from harness import pump, recording_feedback, run_in_background
from test_loaded_results import groups, project, run_in_dialog  # noqa: F401 - fixtures
from test_task import pool  # noqa: F401 - a fixture

MODEL = "parallelraster:Search, stack, composite"


@pytest.fixture
def kit(monkeypatch):
    """Return the modules of the core's tests that contain the server and the items."""
    import sys
    from pathlib import Path

    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[1] / "core" / "stac"))
    import catalogues
    import server

    yield catalogues, server
    for name in ("catalogues", "server"):
        sys.modules.pop(name, None)


@pytest.fixture
def api(kit):
    """Yield a server with two scenes, both of which its search returns."""
    catalogues, server = kit
    with server.running() as state:
        items = []
        for number, day in enumerate(("2024-05-03", "2024-05-13")):
            item = catalogues.earth_search(f"{state.url}/data", number, datetime=f"{day}T10:15:59Z")
            path = item["assets"]["red"]["href"].removeprefix(state.url)
            state.files[path] = catalogues.geotiff(catalogues.pixels(number))
            item["assets"]["red"]["href"] = item["assets"]["red"]["href"]
            items.append(item)
        state.bodies = []

        def search(method, query, body):
            state.bodies.append(json.loads(body))
            return 200, catalogues.as_bytes(catalogues.collection(*items))

        def sign(method, query, body):
            return 200, json.dumps({"href": query["href"][0], "msft:expiry": "2999-01-01T00:00:00Z"}).encode()

        state.routes.update({"/search": search, "/sign": sign})
        yield state


def run(name, **parameters):
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return processing.run(f"parallelraster:{name}", parameters, context=context, feedback=recording_feedback())


def search(api, path):
    return run("stacsearch", URL=api.url, COLLECTIONS="sentinel-2-l2a", OUTPUT=str(path))


def test_search_and_stack(provider, api, kit, tmp_path):
    found = run(
        "stacsearch", URL=api.url, COLLECTIONS="sentinel-2-l2a", EXTENT="600000,600640,5099360,5100000 [EPSG:32632]",
        START="2024-05-01", END="2024-05-31", CLOUD_COVER=50, OUTPUT=str(tmp_path / "items.geojson"),
    )  # fmt: skip
    assert found["ITEM_COUNT"] == 2
    (body,) = api.bodies
    assert body["bbox"] == pytest.approx([10.29, 46.04, 10.30, 46.05], abs=0.02)
    assert body["filter"]["args"][1] == 50
    stack = run(
        "stacstack", ITEMS=found["OUTPUT"], ASSETS="red", EXTENT="600000,600640,5099360,5100000 [EPSG:32632]",
        OUTPUT=str(tmp_path / "out"), SIGNING=1, SIGN_URL=f"{api.url}/sign", CREATION_OPTIONS="COMPRESS=LZW",
    )  # fmt: skip
    assert stack["SCENE_COUNT"] == 2 and stack["SCENES"] == str(tmp_path / "out" / "scenes.json")
    for number, path in enumerate(stack["RASTERS"]):
        with rasterio.open(path) as dataset:
            assert (dataset.read(1) == kit[0].pixels(number)).all() and dataset.compression.name == "lzw"
    composite = run("temporalcomposite", SCENES=stack["SCENES"], OUTPUT=str(tmp_path / "composite"))
    assert composite["PERIOD_COUNT"] == 1


@pytest.mark.parametrize(
    ("extent", "west", "east"),
    [
        ("179,181,-18,-17 [EPSG:4326]", 179, -179),
        ("179,-179,-18,-17 [EPSG:4326]", 179, -179),
        ("179,-179,-18,-17", 179, -179),
        (" 1.79e2 , -179. ,-17,-18 []", 179, -179),
        ("150000,190000,8009000,8119000 [EPSG:32701]", 179.7, -179.91),
    ],
)
def test_an_extent_across_180_degrees_is_two_searches(provider, api, tmp_path, extent, west, east):
    run("stacsearch", URL=api.url, COLLECTIONS="c", EXTENT=extent, OUTPUT=str(tmp_path / "items.geojson"))
    first, second = (body["bbox"] for body in api.bodies)
    assert [first[0], first[2], second[0], second[2]] == pytest.approx([west, 180, -180, east], abs=0.02)


def test_extents_that_are_not_text(provider, api, tmp_path):
    from qgis.core import QgsCoordinateReferenceSystem, QgsProcessingException, QgsProperty, QgsRectangle

    def boxes(extent):
        api.bodies.clear()
        run("stacsearch", URL=api.url, COLLECTIONS="c", EXTENT=extent, OUTPUT=str(tmp_path / "items.geojson"))
        return [body["bbox"] for body in api.bodies]

    wkt = QgsCoordinateReferenceSystem("EPSG:4326").toWkt()
    for extent in (
        QgsProperty.fromExpression("'179,-179,-18,-17'"), QgsProperty.fromValue(f"179,-179,-18,-17 [{wkt}]"),
        QgsRectangle(179, -18, -179, -17, False), QgsRectangle(179, -18, 181, -17),
    ):  # fmt: skip
        assert boxes(extent) == [[179, -18, 180, -17], [-180, -18, -179, -17]]
    for extent in ("10,11,-18,-17", QgsProperty.fromValue("10,11,-18,-17 [EPSG:4326]")):
        assert boxes(extent) == [[10, -18, 11, -17]]
    with pytest.raises(QgsProcessingException, match="cannot be read as an extent"):
        boxes([10, 11, -18, -17])


def test_an_extent_in_degrees_and_a_crs(provider, api, tmp_path):
    items = search(api, tmp_path / "items.json")["OUTPUT"]
    stack = run(
        "stacstack", ITEMS=items, ASSETS="red", EXTENT="10.292,10.298,46.042,46.045 [EPSG:4326]", CRS="EPSG:25832",
        PIXEL_SIZE=20, RESAMPLING=1, STEP=0, OUTPUT=str(tmp_path / "out"),
    )  # fmt: skip
    with rasterio.open(stack["RASTERS"][0]) as dataset:
        assert dataset.crs.to_epsg() == 25832 and dataset.res == (20, 20)
        assert dataset.transform.c % 20 == 0 and dataset.read(1).any()


def test_a_composite_reads_the_items_themselves(provider, api, kit, tmp_path):
    """EXTENT is transformed to the CRS of the items, which is known without a request."""
    from qgis.core import QgsProcessingException

    items = search(api, tmp_path / "items.geojson")["OUTPUT"]
    given = {"SCENES": items, "BANDS": "red", "EXTENT": "10.292,10.298,46.042,46.045 [EPSG:4326]", "REDUCER": 3}
    before = len(api.requests)
    with pytest.raises(QgsProcessingException, match="on a server .*Set NETWORK"):
        run("temporalcomposite", **given, OUTPUT=str(tmp_path / "none"))
    assert len(api.requests) == before
    found = run("temporalcomposite", **given, NETWORK=True, OUTPUT=str(tmp_path / "out"))
    with rasterio.open(found["RASTERS"][0]) as dataset:
        col, row = (dataset.transform.c - 600000) / 10, (5100000 - dataset.transform.f) / 10
        part = (slice(int(row), int(row) + dataset.height), slice(int(col), int(col) + dataset.width))
        wanted = [kit[0].pixels(number)[part] for number in (0, 1)]
        assert dataset.height > 20 and (dataset.read(1) == np.maximum(*wanted)).all()


def test_the_model_searches_stacks_and_composes(provider, api, kit, tmp_path):
    """The result is the median of the pixels on the server that the mask does not hide."""
    import processing
    from qgis.core import QgsApplication

    catalogues, _ = kit
    scl = catalogues.pixels(9, 8, 10, (32, 32), "uint8") - 4  # classes 4 and 5 are not hidden, class 9 is
    scl[:5] = 9
    for path in [path for path in api.files if path.endswith("red.tif")]:
        api.files[path.replace("red", "SCL")] = catalogues.geotiff(scl, size=20)
    model = QgsApplication.processingRegistry().algorithmById(MODEL)
    scenes, composites = sorted(
        (each.name() for each in model.destinationParameterDefinitions()), key=lambda name: "composite" in name.lower()
    )
    given = {
        "URL": api.url, "COLLECTIONS": "sentinel-2-l2a", "EXTENT": "600000,600640,5099360,5100000 [EPSG:32632]",
        "START": "2024-05-01", "END": "2024-05-31", "CLOUD_COVER": 50, "ASSETS": "red", "MASK_ASSET": "scl",
        scenes: str(tmp_path / "scenes"), composites: str(tmp_path / "composites"),
    }  # fmt: skip
    processing.run(MODEL, given, feedback=recording_feedback())
    assert (tmp_path / "scenes" / "scenes.json").exists()
    with rasterio.open(tmp_path / "composites" / "median_2024-05.tif") as dataset:
        found = dataset.read(1)
    assert (found[:10] == dataset.nodata).all()
    wanted = np.median([catalogues.pixels(number) for number in (0, 1)], axis=0)
    assert (found[10:] == wanted[10:]).all()


@pytest.mark.parametrize("pool", [1], ids=["pool of one"], indirect=True)
def test_a_pool_of_one_thread_is_enough(pool, api, tmp_path):  # noqa: F811
    """Runs on the main thread and in tasks finish if QGIS's thread pool has only one thread."""
    extent = "600000,600640,5099360,5100000 [EPSG:32632]"
    items = tmp_path / "items.json"
    given = {
        "stacsearch": {"URL": api.url, "COLLECTIONS": "sentinel-2-l2a", "OUTPUT": str(items)},
        "stacstack": {
            "ITEMS": str(items), "ASSETS": "red", "EXTENT": extent, "OUTPUT": str(tmp_path / "stack"), "SIGNING": 1,
            "SIGN_URL": f"{api.url}/sign",
        },
        "temporalcomposite": {
            "SCENES": str(items), "BANDS": "red", "NETWORK": True, "EXTENT": extent, "OUTPUT": str(tmp_path / "out"),
        },
        "checkinstallation": {"URL": api.url},
    }  # fmt: skip
    for name, values in given.items():
        _task, outcome, _kept = run_in_background(values, recording_feedback(), f"parallelraster:{name}")
        pump(lambda outcome=outcome: outcome)
        assert outcome[0][0] is True, name
        run(name, **values)


def test_loaded_layers_have_their_time(run_in_dialog, project, api, tmp_path):  # noqa: F811
    from qgis.core import QgsProject

    items = search(api, tmp_path / "items.json")["OUTPUT"]
    run_in_dialog(
        "stacstack", ITEMS=items, ASSETS="red", OUTPUT=str(tmp_path / "out"),
        EXTENT="600000,600640,5099360,5100000 [EPSG:32632]",
    )  # fmt: skip
    assert groups(QgsProject.instance()) == {"Scenes": ["2024-05-03", "2024-05-13"]}
    (layer,) = QgsProject.instance().mapLayersByName("2024-05-13")
    found = layer.temporalProperties().fixedTemporalRange()
    assert found.begin().toString("yyyy-MM-dd HH:mm:ss") == "2024-05-13 10:15:59"


def test_errors_name_the_parameter(provider, api, tmp_path):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="COLLECTIONS is empty"):
        run("stacsearch", URL=api.url, COLLECTIONS=",", OUTPUT=str(tmp_path / "items.json"))
    api.routes["/search"] = lambda *_: (400, b'{"description": "no such collection"}')
    with pytest.raises(QgsProcessingException, match="status 400"):
        search(api, tmp_path / "items.json")
    with pytest.raises(QgsProcessingException, match="Specify either EXTENT or GRID"):
        run("stacstack", ITEMS=str(tmp_path / "items.json"), ASSETS="red", OUTPUT=str(tmp_path / "out"))
