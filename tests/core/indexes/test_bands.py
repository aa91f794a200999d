"""Bands for the letters in formulas are found by BANDS, names, wavelengths or order; ambiguous inputs are rejected."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from parallel_raster.core.choices import SENSORS
from parallel_raster.core.errors import OptionError
from parallel_raster.core.expression.tree import Band
from parallel_raster.core.indexes.bands import NamedBand, find_bands, parse_bands, parse_pairs, read_bands_named
from parallel_raster.core.indexes.catalogue import catalogue
from parallel_raster.core.indexes.sensors import band_name, find_sensor, sensor_of_product

S2 = ["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B11", "B12"]
SR = [f"SR_B{number}" for number in range(1, 8)]


def stack(descriptions=(), wavelengths=(), count=0):
    """Return the bands of one raster."""
    count = count or len(descriptions) or len(wavelengths)
    descriptions, wavelengths = [*descriptions, *[""] * count], [*wavelengths, *[None] * count]
    return [NamedBand(Band(0, n + 1), descriptions[n], "", wavelengths[n]) for n in range(count)]


def files(*names, wavelengths=()):
    """Return the bands of rasters with one band each."""
    wavelengths = [*wavelengths, *[None] * len(names)]
    return [NamedBand(Band(n, 1), "", name, wavelengths[n]) for n, name in enumerate(names)]


def find(letters, bands, sensor="auto", given="", paths=("scene.tif",)):
    chosen = parse_bands(given, bands)
    return find_bands(letters.split(), paths, bands, chosen, find_sensor(sensor), recognize=sensor == "auto")


def numbers(letters, bands, *rest, **options):
    """Return the band of each letter: its number in a stack, or the letter of its raster for single-band files."""
    places = find(letters, bands, *rest, **options).places
    return " ".join(
        str(place.band.band) if place.band.raster == 0 else chr(65 + place.band.raster)
        for place in (places[letter] for letter in letters.split())
    )


@pytest.mark.parametrize(
    ("letters", "descriptions", "found"),
    [
        ("N R", ["B04", "B08"], "2 1"),
        ("N R", S2, "8 4"),
        ("N N2 RE1 RE2 RE3 S1 S2 A B G WV", S2, "8 9 5 6 7 11 12 1 2 3 10"),
        ("N R", ["B2", "B3", "B4", "B8"], "4 3"),
        ("N R S1", ["B4, central wavelength 665 nm", "B8, central wavelength 842 nm", "B11, x"], "2 1 3"),
        ("N R N2 S1 S2", SR, "5 4 5 6 7"),
        ("N R T1", [*SR, "ST_B10"], "5 4 8"),
        ("N R T", ["SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B7", "ST_B6"], "4 3 7"),
        ("N2 R", ["B04", "B8A"], "2 1"),
        ("N R", [f"B{number}" for number in range(1, 12)], "5 4"),
        ("N R", [f"B{number}" for number in range(1, 10)], None),
        ("N R G1", ["sur_refl_b01", "sur_refl_b02", "sur_refl_b11"], "2 1 3"),
        ("R G B N", ["Red", "GREEN", "blue", "nir"], "1 2 3 4"),
        ("R N S1 S2 RE1 N2", ["red", "nir", "swir16", "swir22", "rededge1", "nir08"], "1 2 3 4 5 6"),
        ("N R", ["red", "nir08"], "2 1"),
        ("R RE1 RE2", ["R", "RE1", "RE2"], "1 2 3"),
        ("A G1 G RE1 N", ["coastal_blue", "blue", "green_i", "green", "yellow", "red", "rededge", "nir"], "1 3 4 7 8"),
    ],
)
def test_descriptions(letters, descriptions, found):
    bands = stack(descriptions)
    if found is None:
        with pytest.raises(OptionError, match="Sentinel-2 or Landsat 8-9"):
            find(letters, bands)
    else:
        assert numbers(letters, bands) == found
        assert {each.way for each in find(letters, bands).places.values()} == {"by name"}


@pytest.mark.parametrize(
    ("letters", "names", "found"),
    [
        ("N R", ["T32TQM_20230601T101031_B04_10m", "T32TQM_20230601T101031_B08_10m"], "B 1"),
        ("N R", ["LC08_L2SP_193028_20220601_20220609_02_T1_SR_B4", "LC08_L2SP_x_SR_B5"], "B 1"),
        ("R N", ["LE07_L2SP_193028_SR_B3", "LE07_L2SP_193028_SR_B4"], "1 B"),
        ("R N", ["HLS.L30.T10SEH.2020.v2.0.B04", "HLS.L30.T10SEH.2020.v2.0.B05"], "1 B"),
        ("B N", ["scene_blue", "scene_nir"], "1 B"),
    ],
)
def test_file_names(letters, names, found):
    assert numbers(letters, files(*names), paths=[f"/data/{name}.tif" for name in names]) == found


def test_a_description_precedes_the_name_of_the_file():
    bands = [NamedBand(Band(0, 1), "red", "B08", None), NamedBand(Band(1, 1), "", "B04", None)]
    assert numbers("B", stack(["B2"]), "Sentinel-2") == "1"
    with pytest.raises(OptionError, match=r"More than one band matches R \(red, 620 to 690 nm\): A@1 and B@1"):
        find("R", bands, "Sentinel-2")


SENTINEL_NM = (442.7, 492.4, 559.8, 664.6, 704.1, 740.5, 782.8, 832.8, 864.7, 945.1, 1613.7, 2202.4)


def test_wavelengths():
    """The band nearest to the middle of a letter's range is used: N is band 8 at 832.8 nm, not band 7 or 9."""
    bands = stack(wavelengths=SENTINEL_NM)
    letters = "A B G R RE1 RE2 RE3 N N2 WV S1 S2"
    assert numbers(letters, bands) == "1 2 3 4 5 6 7 8 9 10 11 12"
    assert {each.way for each in find(letters, bands).places.values()} == {"by wavelength"}
    assert find("N", bands).stated == {"N": 832.8}
    hyperspectral = stack(wavelengths=[400 + 10 * number for number in range(100)])
    assert numbers("R N", hyperspectral, "none") == "26 44"


def test_equal_wavelengths_are_ambiguous():
    with pytest.raises(OptionError, match="A@1 and B@1"):
        find("R", files("one", "two", wavelengths=[665, 665]))


def test_wavelengths_decide_between_sensors():
    """B4 and B5 can be bands of Landsat 5 or of Landsat 8; their wavelengths decide."""
    assert numbers("N R", stack(["B3", "B4", "B5"], [560, 655, 865])) == "3 2"
    with pytest.raises(OptionError, match="Sentinel-2 or Landsat 4-5 or Landsat 7 or Landsat 8-9") as error:
        find("N R", stack(["B3", "B4", "B5"]))
    assert error.value.parameter == "sensor"


@pytest.mark.parametrize(
    ("letters", "descriptions", "sensors"),
    [
        ("N R", ["B1", "B2", "B3", "B4"], "Sentinel-2 or Landsat 4-5 or Landsat 7 or Landsat 8-9"),
        ("N S1", ["SR_B4", "SR_B5"], "Landsat 4-5 or Landsat 7 or Landsat 8-9"),
        ("N R", ["SR_B4", "SR_B5"], "Landsat 4-5 or Landsat 7 or Landsat 8-9"),
        ("B G", ["B2", "B3"], "Sentinel-2 or Landsat 4-5 or Landsat 7 or Landsat 8-9"),
    ],
)
def test_sensors_without_all_bands_are_compared_as_well(letters, descriptions, sensors):
    """Names are ambiguous even if a sensor lacks some letters: B1 to B4 can be the four bands of a SPOT raster."""
    with pytest.raises(OptionError, match=f"fit {sensors}, but these sensors .* Set SENSOR, or assign") as error:
        find(letters, stack(descriptions))
    assert error.value.parameter == "sensor"
    assert numbers("N R", stack(["SR_B4", "SR_B5"]), "Landsat 8-9") == "2 1"
    assert numbers("N R", stack(["B1", "B2", "B3", "B4"]), given="N=3,R=2") == "3 2"


@pytest.mark.parametrize(
    ("letters", "descriptions", "sensors"),
    [
        ("N R", S2, "Sentinel-2"),
        ("N R", SR, "Landsat 8-9"),
        ("N R", ["SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B7", "ST_B6"], "Landsat 4-5, Landsat 7"),
        ("S2", ["B7", "ST_B6"], "Landsat 4-5, Landsat 7"),
        ("R N", ["red", "nir"], ""),
        ("R N", ["red", "nir", "B1"], ""),
    ],
)
def test_the_sensors_that_are_assumed(letters, descriptions, sensors):
    """Several sensors are assumed if they agree; no sensor is assumed if the names are not specific to a sensor."""
    found = find(letters, stack(descriptions))
    assert ", ".join(each.name for each in found.sensors) == sensors


@pytest.mark.parametrize(
    ("sensor", "count", "letters", "found"),
    [
        ("Sentinel-2", 13, "N N2 S1 S2", "8 9 12 13"),
        ("Sentinel-2", 12, "N N2 S1 S2", "8 9 11 12"),
        ("Landsat 4-5", 7, "N R T S2", "4 3 6 7"),
        ("Landsat 7", 6, "N R S2", "4 3 6"),
        ("Landsat 8-9", 11, "N N2 R T1 T2", "5 5 4 10 11"),
        ("Landsat 8-9", 7, "A N S2", "1 5 7"),
        ("MODIS", 7, "R N B G S1 S2", "1 2 3 4 6 7"),
        ("PlanetScope", 8, "A B G1 G Y R RE1 N", "1 2 3 4 5 6 7 8"),
        ("PlanetScope", 4, "B G R N", "1 2 3 4"),
        ("WorldView-2/3", 8, "A B G Y R N", "1 2 3 4 5 7"),
        ("worldview-2/3", 4, "N", "4"),
    ],
)
def test_order(sensor, count, letters, found):
    bands = stack(count=count)
    assert numbers(letters, bands, sensor) == found
    assert {each.way for each in find(letters, bands, sensor).places.values()} == {"by the order of the bands"}
    singles = files(*(f"x{number}" for number in range(count)))
    assert len(find(letters, singles, sensor).places) == len(letters.split())


@pytest.mark.parametrize(
    ("letters", "bands", "sensor", "found"),
    [
        ("N R", stack(["", "", "", "", "", "", "", "nir"], count=12), "Sentinel-2", "8 4"),
        ("N R S1", stack(["B1", "B2", "Green"], count=12), "Sentinel-2", "8 4 11"),
        ("N R", stack(["", "", "", "nir"]), "PlanetScope", "4 3"),
        ("N R", stack(["blue", "", "", ""]), "WorldView-2/3", "4 3"),
        ("N R S1", stack(wavelengths=[443, 490, 560, 665], count=12), "Sentinel-2", "8 4 11"),
        ("N S1", stack([""] * 10 + ["B10"], count=13), "Sentinel-2", "8 12"),
    ],
)
def test_the_order_completes_names_and_wavelengths_that_agree(letters, bands, sensor, found):
    assert numbers(letters, bands, sensor) == found


@pytest.mark.parametrize(
    ("count", "sensor", "found"), [(12, "Sentinel-2", "8 4"), (13, "Sentinel-2", "8 4"), (11, "Landsat 8-9", "5 4")]
)
def test_a_number_of_bands_that_only_one_sensor_has(count, sensor, found):
    bands = stack(count=count)
    assert numbers("N R", bands) == found
    assert find("N R", bands).by_count and find("N R", bands).sensor.name == sensor
    assert not find("N R", bands, given="N=1,R=2").sensors
    assert not find("N R", stack(wavelengths=SENTINEL_NM)).sensors


def test_two_images_are_not_one_image_with_more_bands():
    """Two PlanetScope scenes with four bands each are not treated as one scene with eight bands."""
    scenes = [NamedBand(Band(raster, band), "", "", None) for raster in (0, 1) for band in (1, 2, 3, 4)]
    with pytest.raises(OptionError, match="No band was found for N"):
        find("N R", scenes, "PlanetScope")


@pytest.mark.parametrize(
    ("bands", "sensor", "given", "nanometres"),
    [
        (stack(["B04", "B8A"]), "auto", "", 864.7),
        (stack(["B04", "B08", "B8A"]), "auto", "", 832.8),
        (stack(["B04", "B08", "B8A"]), "auto", "N=3", 864.7),
        (stack(["red", "nir08"]), "Sentinel-2", "", 864.7),
        (stack(["red", "nir"]), "Landsat 8-9", "", 865),
        (stack(count=12), "Sentinel-2", "N=9", 864.7),
        (stack(count=12), "Sentinel-2", "", 832.8),
        (stack(count=2), "Sentinel-2", "N=2,R=1", 832.8),
        (stack(["B04", "B8A"], [665, 870]), "auto", "", 870),
        (stack(["red", "nir"]), "auto", "", None),
    ],
)
def test_the_wavelength_is_that_of_the_band_that_is_used(bands, sensor, given, nanometres):
    """The wavelength is that of the band that is used: B8A, not B8, is near infrared in 20 m files of Sentinel-2."""
    assert find("N R", bands, sensor, given).wavelength("N") == nanometres


def test_the_order_of_a_product_that_is_recognized():
    path = "/data/S2B_MSIL2A_20220201T101031_N0400_R022_T32TQM_20220201T150000.tif"
    found = find("N R", stack(count=12), paths=[path])
    assert (found.sensor.name, found.places["N"].band.band) == ("Sentinel-2", 8)


@pytest.mark.parametrize(
    ("letters", "bands", "sensor", "words"),
    [
        (
            "N R",
            stack(count=7),
            "auto",
            "N (nir, 760 to 900 nm), R (red, 620 to 690 nm) by name, wavelength or order. Assign them",
        ),
        ("N R", stack(count=12), "none", "or set SENSOR"),
        ("N R", stack(count=5), "Sentinel-2", "such as N=4."),
        ("N RE1", stack(SR), "Landsat 8-9", "Landsat 8-9 has no RE1. Assign it with BANDS, such as RE1=4."),
        ("N R", stack(S2), "none", "No band was found for N"),
        ("N R S2", stack(["B2", "B3", "B4"]), "auto", "or set SENSOR"),
        ("N R", stack(["B4", "red edge", "", "pan"]), "Sentinel-2", "No band was found for N"),
        ("N R", stack(["", "red", "", ""]), "PlanetScope", "No band was found for N"),
        ("N R", stack(["nir"], count=12), "Sentinel-2", "No band was found for R"),
        ("N R", stack(["", "B3"], count=12), "Sentinel-2", "No band was found for N"),
        ("N R", stack([""] * 9 + ["B10"], count=12), "Sentinel-2", "No band was found for N"),
        ("N R", stack(wavelengths=[None, 560, 490], count=12), "Sentinel-2", "No band was found for N"),
        ("N RE1", stack(count=11), "auto", "No band was found for N"),
        ("N R", stack(["January"], count=12), "auto", "No band was found for N"),
        ("N R", files(*(f"x{number}" for number in range(12))), "auto", "No band was found for N"),
    ],
)
def test_what_is_not_found(letters, bands, sensor, words):
    """The error names the missing letters, their wavelengths and a remedy. A name can rule out the order."""
    with pytest.raises(OptionError) as error:
        find(letters, bands, sensor)
    assert words in str(error.value)
    assert error.value.parameter == "bands"


def test_products_of_several_sensors():
    paths = ["/data/LE07_L2SP_1_SR_B3.TIF", "/data/LC08_L2SP_1_SR_B5.TIF"]
    bands = files("LE07_L2SP_1_SR_B3", "LC08_L2SP_1_SR_B5")
    with pytest.raises(OptionError, match="products of several sensors"):
        find("N R", bands, paths=paths)
    assert numbers("N R", bands, given="N=B@1,R=A@1", paths=paths) == "B 1"


def test_chosen_bands():
    assert numbers("N R", stack(S2), given="N=9") == "9 4"
    assert numbers("N R", stack(count=2), given=" R = 1 ; N=A@2,") == "2 1"
    assert numbers("N R", files("x", "y"), given="N=B@1,R=A@1") == "B 1"
    assert parse_bands({"N": 2, "R": "A@1"}, stack(count=2)) == {"N": Band(0, 2), "R": Band(0, 1)}


@pytest.mark.parametrize(
    ("given", "bands", "words"),
    [
        ("N", stack(count=3), "BANDS contains 'N'. Write pairs such as N=4,R=3."),
        ("N=", stack(count=3), "BANDS contains 'N='"),
        ("N=x", stack(count=3), "Write the number of a band"),
        ("N=-1", stack(count=3), "Write the number of a band"),
        ("N=0", stack(count=3), "raster A has 3 bands"),
        ("N=4", stack(count=3), "raster A has 3 bands"),
        ("N=B@1", stack(count=3), "there is no raster B. The last one is A."),
        ("N=1", files("x", "y"), "there are 2 rasters"),
        ("N=B@2", files("x", "y"), "raster B has 1 band."),
        ("n=1", stack(count=3), "the catalogue of indexes has no band n. Its bands are A, B, G"),
        ("N=1,N=2", stack(count=3), "BANDS contains N twice"),
    ],
)
def test_chosen_bands_that_are_rejected(given, bands, words):
    with pytest.raises(OptionError) as error:
        parse_bands(given, bands)
    assert words in str(error.value) and error.value.parameter == "bands"


def test_pairs_of_a_mapping():
    assert parse_pairs({"L": 0.5}, "CONSTANTS", "") == {"L": "0.5"}


@pytest.mark.parametrize(
    ("items", "space", "nanometres"),
    [
        ({"CENTRAL_WAVELENGTH_UM": "0.665"}, "IMAGERY", 665),
        ({"wavelength": "665.0", "wavelength_units": "Nanometers"}, None, 665),
        ({"wavelength": "0.665", "wavelength_units": "Micrometers"}, None, 665),
        ({"WAVELENGTH": "842", "WAVELENGTH_UNIT": "nm"}, None, 842),
        ({"wavelength": "0.4"}, None, 400),
        ({"wavelength": "11.5"}, None, 11500),
        ({"wavelength": "blue"}, None, None),
        ({}, None, None),
    ],
)
def test_wavelengths_in_files(make_raster, items, space, nanometres):
    path = make_raster([np.zeros((4, 4), "uint8")] * 2)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(2, ns=space, **items) if space else dataset.update_tags(2, **items)
    one, two = read_bands_named([str(path)])
    assert one == NamedBand(Band(0, 1), "", "", None)
    assert two.wavelength == (None if nanometres is None else pytest.approx(nanometres))


def test_names_in_files(make_raster):
    one, two = (make_raster([np.zeros((4, 4), "uint8")], f"T32TQM_B0{number}.tif") for number in (4, 8))
    with rasterio.open(two, "r+") as dataset:
        dataset.descriptions = ("nir",)
    found = read_bands_named([str(one), str(two)])
    assert [(each.description, each.file) for each in found] == [("", "T32TQM_B04"), ("nir", "T32TQM_B08")]


@pytest.mark.parametrize(
    ("text", "name", "style"),
    [
        ("B04", "B4", "padded"), ("b8a", "B8A", "plain"), ("SR_B4", "B4", "SR"), ("ST_B10", "B10", "ST"),
        ("sur_refl_b01_1", "B1", "modis"), ("LC08_x_02_T1_SR_B5", "B5", "SR"), ("B12", "B12", "plain"),
    ],
)  # fmt: skip
def test_names_of_bands(text, name, style):
    assert band_name(text) == (name, style)


@pytest.mark.parametrize("text", ["", "B", "B4B", "XB4", "B123", "Band 4", "B4 and B5", "QA_PIXEL"])
def test_what_is_no_name_of_a_band(text):
    assert band_name(text) is None


@pytest.mark.parametrize("text", ["mean (3 x 3) of B1", "no B4", "x_B4", "B4 - B3"])
def test_a_description_begins_with_the_name_of_the_band(text):
    """The number in the description of a derived band, such as "mean of B1", is not the number of a sensor's band."""
    assert band_name(text, first=True) is None
    assert [band_name(each, first=True).name for each in ("B4", " SR_B4, 655 nm", "B8A mean")] == ["B4", "B4", "B8A"]


def test_numbers_of_filtered_bands_are_not_names():
    filtered = stack([f"mean (3 x 3) of B{number}" for number in (1, 2, 3, 4)])
    with pytest.raises(OptionError, match="No band was found for N"):
        find("N R", filtered)
    assert numbers("N R", filtered, "PlanetScope") == "4 3"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/x/S2A_MSIL2A_20230601T101031_N0509_R022_T32TQM_20230601T150000.SAFE/a/B04.jp2", "Sentinel-2"),
        ("/x/T32TQM_20230601T101031_B04_10m.jp2", "Sentinel-2"),
        ("/x/HLS.S30.T10SEH.B04.tif", "Sentinel-2"),
        ("/x/LT05_L2SP_193028_19990601_20200609_02_T1_SR_B4.TIF", "Landsat 4-5"),
        ("/x/LE07_L1TP.tif", "Landsat 7"),
        ("/x/lc09_l2sp.tif", "Landsat 8-9"),
        ("/x/MOD09GA.A2020001.h18v04.tif", "MODIS"),
        ("/x/20230601_101031_12_2456_3B_AnalyticMS_SR_8b.tif", "PlanetScope"),
        ("/x/WV03_20200101.tif", "WorldView-2/3"),
        ("/x/scene.tif", None),
        ("/x/LM05_L1.tif", None),
    ],
)
def test_sensors_of_products(path, name):
    found = sensor_of_product(path)
    assert (found.name if found else None) == name


def test_every_option_is_a_sensor_of_the_catalogue():
    assert [find_sensor(name) and find_sensor(name).name for name in SENSORS] == [None, *SENSORS[1:-1], None]
    assert set(catalogue().sensors) == set(SENSORS[1:-1])
    with pytest.raises(OptionError, match="Did you mean `Sentinel-2`") as error:
        find_sensor("Sentinel 2")
    assert error.value.parameter == "sensor"


def test_orders_hold_only_letters_of_the_sensor():
    for name in catalogue().sensors:
        sensor = find_sensor(name)
        for order in sensor.orders:
            assert set(order) - {"-"} <= set(sensor.bands) and len({*order} - {"-"}) == len(order) - order.count("-")
