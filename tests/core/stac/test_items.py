"""Reading items of STAC 1.0 and 1.1 in the form of several public catalogues."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import datetime, timezone

import catalogues
import pytest

from parallel_raster.core.errors import InputError
from parallel_raster.core.stac.addresses import resolve_address
from parallel_raster.core.stac.chosen import choose_assets
from parallel_raster.core.stac.items import AssetBand, parse_items, read_items
from parallel_raster.core.stac.scaling import Scaling, catalogue_scaling, harmonized
from parallel_raster.core.stac.steps import newest_first
from parallel_raster.core.stac.target import asset_crs, asset_grid

BASE = "https://files.example.org/data"


def parsed(*items):
    return parse_items(catalogues.collection(*items), "items.json", "/folder")


def only(item, name):
    (((chosen,),)) = choose_assets(parsed(item), [name], "assets")
    return chosen


@pytest.mark.parametrize(
    ("make", "name", "key", "href", "dtype", "nodata"),
    [
        (catalogues.earth_search, "red", "red", f"{BASE}/S2A_32TPS_20240503_0_L2A/red.tif", "uint16", 0),
        (catalogues.earth_search, "scl", "scl", f"{BASE}/S2A_32TPS_20240503_0_L2A/SCL.tif", "uint8", 0),
        (catalogues.planetary_computer, "red", "B04", None, "", None),
        (catalogues.planetary_computer, "B08", "B08", None, "", None),
        (catalogues.cdse, "red", "B04_10m", f"{BASE}/B04_10m.jp2", "uint16", 0),
        (catalogues.cdse, "B02_20m", "B02_20m", f"{BASE}/B02_20m.jp2", "uint16", 0),
        (catalogues.cdse, "SCL_20m", "SCL_20m", f"{BASE}/SCL_20m.jp2", "uint8", 0),
        (
            catalogues.landsat_look,
            "nir08",
            "nir08",
            f"{BASE}/LC08_L2SP_193028_20240503_20240511_02_T1_SR_B5.TIF",
            "",
            None,
        ),
        (catalogues.landsat_look, "SR_B4", "red", None, "", None),
        (catalogues.usgs_3dep, "data", "data", "https://files.example.org/data/tiles/n47w122.tif", "float32", -999999),
    ],
)
def test_assets_are_found_by_key_and_common_name(make, name, key, href, dtype, nodata):
    chosen = only(make(BASE), name)
    assert chosen.asset.key == key
    assert (chosen.about.dtype, chosen.about.nodata) == (dtype, nodata)
    if href:
        assert resolve_address(chosen).href == href
    assert asset_grid(chosen).crs.to_epsg() == 32632


def test_fields_of_the_item_in_each_catalogue():
    found = {make.__name__: parsed(make(BASE))[0] for make in (
        catalogues.earth_search, catalogues.planetary_computer, catalogues.cdse, catalogues.landsat_look
    )}  # fmt: skip
    assert {name: item.tile for name, item in found.items()} == {
        "earth_search": "32TPS", "planetary_computer": "32TPS", "cdse": "32TPS", "landsat_look": "193028"
    }  # fmt: skip
    assert [found[name].baseline for name in ("earth_search", "planetary_computer", "cdse")] == [(5, 10)] * 3
    assert found["landsat_look"].baseline == () and found["landsat_look"].cloud_cover == 0
    assert found["planetary_computer"].platform == "sentinel-2a"
    assert found["cdse"].datetime == datetime(2024, 5, 3, 10, 15, 59, tzinfo=timezone.utc)


def test_a_range_of_time_begins_with_its_first_moment():
    assert parsed(catalogues.usgs_3dep(BASE))[0].datetime.year == 2019


def test_relative_addresses_refer_to_the_folder_of_the_file_without_a_link():
    item = catalogues.usgs_3dep(BASE)
    item["links"] = [{"rel": "self", "href": "./n47w122.json"}]
    item["assets"]["data"]["href"] = "./tiles/a%20b.tif"
    assert resolve_address(only(item, "data")).href == "/folder/tiles/a b.tif"


def test_an_address_on_s3_without_an_alternative_is_rejected():
    item = catalogues.cdse(BASE)
    del item["assets"]["B04_10m"]["alternate"]
    with pytest.raises(InputError, match=r"N0510.*asset B04_10m: the file is on S3 \(eodata\)"):
        resolve_address(only(item, "B04_10m"))


@pytest.mark.parametrize(
    "href", ["ftp://h/x.tif", "gs://bucket/x.tif", "javascript:/x", "/vsicurl?url=https%3A%2F%2Fh%2Fx.tif%3Fsig=secret"]
)
def test_addresses_of_other_protocols_are_rejected(href):
    item = catalogues.usgs_3dep(BASE)
    item["assets"]["data"]["href"] = href
    with pytest.raises(InputError, match="cannot be read") as error:
        resolve_address(only(item, "data"))
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("href", ["https://[", "https://h:x/a.tif", "https:///a.tif", "a\0.tif"])
def test_addresses_that_are_not_valid(href):
    item = catalogues.usgs_3dep(BASE)
    item["assets"]["data"]["href"] = href
    with pytest.raises(InputError, match="asset data: the URL or path is not valid"):
        resolve_address(only(item, "data"))


def test_an_address_in_the_form_of_gdal_is_one_over_http():
    item = catalogues.usgs_3dep(BASE)
    item["assets"]["data"]["href"] = "/vsicurl/https://h/x.tif?sig=secret"
    found = resolve_address(only(item, "data"))
    assert found.is_http and "secret" not in found.shown and found.stable == "https://h/x.tif"


def test_missing_assets_name_the_items_and_what_they_have():
    items = parsed(catalogues.earth_search(BASE), catalogues.landsat_look(BASE))
    with pytest.raises(
        InputError, match=r"asset nir is missing from 1 of 2 items: LC08.*Did you mean `nir08`\?"
    ) as error:
        choose_assets(items, ["red", "nir"], "assets")
    assert error.value.parameter == "assets"


def test_several_bands_need_a_choice():
    item = catalogues.earth_search(BASE)
    with pytest.raises(InputError, match=r"visual .* has 3 bands \(red, green, blue\).*visual@1"):
        only(item, "visual")
    assert only(item, "visual@3").about.names == ("blue",)
    with pytest.raises(InputError, match=r"has no band 4\. Its last band is 3\."):
        only(item, "visual@4")


def test_equally_good_assets_are_not_chosen_silently():
    item = catalogues.cdse(BASE)
    item["assets"]["other"] = {**item["assets"]["B04_10m"]}
    with pytest.raises(InputError, match="B04_10m, other"):
        only(item, "red")


@pytest.mark.parametrize("value", [None, "", 7, "a\ud83d"])
def test_an_item_without_a_usable_id_is_rejected(value):
    """The id names the files of the item, so it must not contain half of a surrogate pair."""
    with pytest.raises(InputError, match="item 1: the id, properties or assets are missing or invalid"):
        parsed({**catalogues.earth_search(BASE), "id": value})


def test_a_nodata_value_beyond_the_range_of_floats_is_ignored():
    item = catalogues.earth_search(BASE)
    item["assets"]["red"] = {"href": "red.tif", "nodata": 10**400}
    assert only(item, "red").about.nodata is None


@pytest.mark.parametrize("field", ["proj:transform", "proj:shape", "proj:code"])
def test_an_item_without_a_grid_is_rejected(field):
    item = catalogues.usgs_3dep(BASE)
    del item["assets"]["data"][field]
    with pytest.raises(InputError, match="item n47w122, asset data: the catalogue does not state the"):
        asset_grid(only(item, "data"))
    if field == "proj:code":
        with pytest.raises(InputError, match="does not state the CRS"):
            asset_crs(only(item, "data"))
    else:
        assert asset_crs(only(item, "data")).to_epsg() == 32632


STATED = {"proj:code": "EPSG:32632", "proj:epsg": 32632, "proj:wkt2": "UTM", "proj:projjson": {"name": "UTM"}}
OTHER = {"proj:code": "EPSG:4326", "proj:epsg": 4326, "proj:wkt2": "WGS", "proj:projjson": {"name": "WGS"}}


@pytest.mark.parametrize("asset_field", STATED)
@pytest.mark.parametrize("item_field", OTHER)
def test_the_crs_of_an_asset_precedes_that_of_its_item(asset_field, item_field):
    item = catalogues.usgs_3dep(BASE)
    asset = item["assets"]["data"]
    del asset["proj:code"]
    item["properties"][item_field] = OTHER[item_field]
    of_item = only(item, "data").asset.crs
    assert of_item in ("EPSG:4326", "WGS", '{"name": "WGS"}')
    asset[asset_field] = STATED[asset_field]
    assert only(item, "data").asset.crs in ("EPSG:32632", "UTM", '{"name": "UTM"}')
    asset[asset_field] = None
    assert only(item, "data").asset.crs == ("" if asset_field == item_field else of_item)


@pytest.mark.parametrize("field", ["proj:transform", "proj:shape"])
def test_numbers_beyond_the_range_of_float64_are_not_numbers(field):
    item = catalogues.usgs_3dep(BASE)
    asset = item["assets"]["data"]
    asset[field] = [10**400, *asset[field][1:]]
    with pytest.raises(InputError, match="item n47w122, asset data: the catalogue does not state the"):
        asset_grid(only(item, "data"))


def test_numbers_that_json_lacks():
    item = catalogues.usgs_3dep(BASE)
    item["assets"]["data"]["bands"][0]["nodata"] = "nan"
    assert math.isnan(only(item, "data").about.nodata)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not a JSON file"),
        ('{"type": "Catalog"}', "is not an ItemCollection: it has the type Catalog"),
        ("[]", "has no type"),
        ('{"type": "FeatureCollection", "features": []}', "contains no items"),
        ('{"type": "FeatureCollection", "features": [3]}', "item 1 is not a JSON object"),
        (json.dumps(catalogues.collection({**catalogues.usgs_3dep(BASE), "stac_version": "0.9.0"})), "version 0.9.0"),
        (json.dumps(catalogues.collection({**catalogues.usgs_3dep(BASE), "assets": None})), "are missing or invalid"),
        (json.dumps(catalogues.collection({**catalogues.usgs_3dep(BASE), "id": ""})), "item 1: the id"),
        (json.dumps(catalogues.collection(catalogues.item("a", {}, datetime="yesterday"))), "item a: the datetime"),
    ],
)
def test_files_that_are_not_item_collections(tmp_path, text, words):
    path = tmp_path / "items.json"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as error:
        read_items(str(path))
    assert error.value.parameter == "items" and str(path) in str(error.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_items(str(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("stated", "baseline", "scaling"),
    [
        ({}, "05.10", (0.0001, -0.1)),
        ({"scale": 0.0001}, "05.10", (0.0001, -0.1)),
        ({"scale": 0.0001}, "03.00", (0.0001, 0)),
        ({"scale": 0.0001, "offset": 0}, "05.10", (0.0001, 0)),
        ({"scale": 0.001, "offset": -0.2}, "05.10", (0.001, -0.2)),
    ],
)
def test_an_offset_that_the_catalogue_does_not_state_is_that_of_the_product(stated, baseline, scaling):
    item = catalogues.planetary_computer(BASE, baseline)
    item["assets"]["B04"]["raster:bands"] = [stated]
    found = catalogue_scaling(only(item, "B04"))
    assert (found.scale, found.offset) == scaling
    assert found.guessed == ("offset" not in stated)


@pytest.mark.parametrize("make", [catalogues.earth_search, catalogues.planetary_computer])
@pytest.mark.parametrize("applied", [True, False])
def test_true_colour_images_have_no_reflectance_scale(make, applied):
    item = make(BASE, earthsearch__boa_offset_applied=applied)
    assert catalogue_scaling(only(item, "visual@1"))[:2] == (1, 0)
    item["assets"]["B04"] = {**item["assets"]["visual"], "bands": [{"data_type": "uint8", "name": "red"}]}
    assert catalogue_scaling(only(item, "B04@1"))[:2] == (1, 0)


@pytest.mark.parametrize(
    ("href", "sent"),
    [
        ("https://h/a b/é.tif?sig=a%2Bb=", "https://h/a%20b/%C3%A9.tif?sig=a%2Bb="),
        ("https://h/%C3%A9%20.tif", "https://h/%C3%A9%20.tif"),
        ("../ü/x.tif", f"{BASE}/%C3%BC/x.tif"),
        ("https://münchen.example:8080/x.tif", "https://xn--mnchen-3ya.example:8080/x.tif"),
    ],
)
def test_addresses_are_percent_encoded_once(href, sent):
    item = catalogues.usgs_3dep(BASE)
    item["assets"]["data"]["href"] = href
    assert resolve_address(only(item, "data")).href == sent


def test_scales_and_offsets_that_cannot_be():
    item = catalogues.earth_search(BASE, earthsearch__boa_offset_applied=False)
    item["assets"]["red"]["raster:bands"][0]["scale"] = 0
    with pytest.raises(InputError, match="asset red: the catalogue gives a scale of 0"):
        catalogue_scaling(only(item, "red"))
    for offset in (1e308, 1e30, 0.00005):
        with pytest.raises(InputError, match="scale and offset of red differ"):
            harmonized([only(item, "red")] * 2, [Scaling(0.0001, 0.0), Scaling(0.0001, offset)], "red")


def test_offsets_that_cannot_be_made_equal_name_both_items():
    chosen = only(catalogues.earth_search(BASE), "red")
    items = [replace(chosen, item=replace(chosen.item, name=name)) for name in "abc"]
    for pairs, first, second in [
        ([(0.1, 0.05), (0.1, 0), (0.1, 0.1)], "b, asset red (0.1, 0)", "a, asset red (0.1, 0.05)"),
        ([(0.1, 0), (0.1, 0.05), (0.1, 0.1)], "a, asset red (0.1, 0)", "b, asset red (0.1, 0.05)"),
        ([(0.1, 0.1), (0.1, 0), (0.2, 0)], "a, asset red (0.1, 0.1)", "c, asset red (0.2, 0)"),
    ]:
        with pytest.raises(InputError, match=re.escape(f"between item {first} and item {second}")):
            harmonized(items, [Scaling(*pair) for pair in pairs], "red")


def test_a_negative_scale_is_shifted_to_the_highest_offset():
    """The common offset is the highest one, so that no stored number becomes negative."""
    chosen = only(catalogues.earth_search(BASE), "red")
    found = harmonized([chosen] * 2, [Scaling(-0.1, 0.0), Scaling(-0.1, 100.0)], "red")
    assert (found.offset, found.shifts) == (100, (1000, 0))


def test_the_fields_of_a_single_band_may_be_in_the_asset():
    item = catalogues.usgs_3dep(BASE)
    asset = item["assets"]["data"]
    del asset["bands"]
    asset |= {"eo:common_name": "dem", "data_type": "int16", "nodata": -1, "raster:scale": 0.5, "raster:offset": 3}
    found = only(item, "dem")
    assert found.asset.key == "data"
    assert found.about == AssetBand(("dem",), "int16", -1, 0.5, 3)


def test_items_are_sorted_by_baseline_then_update_then_id():
    updates = {
        "d": "2024-05-04T00:00:00Z", "c": "2024-05-04T00:00:00.500Z", "b": "2024-05-04T01:30:00+02:00", "a": "unknown",
        "z": "2024-05-03T23:30:00Z",
    }  # fmt: skip
    items = parsed(*(catalogues.earth_search(BASE, updated=updated) for updated in updates.values()))
    items = {number: replace(item, id=name) for number, (item, name) in enumerate(zip(items, updates))}
    items[9] = replace(items[3], properties={**items[3].properties, "s2:processing_baseline": "05.11"}, id="x")
    assert [items[number].id for number in newest_first(items, items)] == ["x", "c", "d", "b", "z", "a"]
