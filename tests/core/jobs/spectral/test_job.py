"""Tests for spectral indexes on files: values, bands, constants, metadata, warnings and rejected inputs."""

from __future__ import annotations

import functools
import re

import numpy as np
import pytest
import rasterio

import parallel_raster.core.pixels.job as pixel_job
from cases import long
from parallel_raster.core import normalized_difference, raster_calculator, spectral_index
from parallel_raster.core.choices import INDEXES
from parallel_raster.core.errors import InputError, OptionError
from parallel_raster.core.indexes.catalogue import catalogue, find_indexes
from parallel_raster.core.jobs.spectral.job import check_spectral_index, plan_spectral_index
from parallel_raster.core.jobs.spectral.plan import title_of
from stacks import STACKS, check_close, computable, sensor_stack, write_stack

RNG = np.random.default_rng(6)
SMALL_BLOCKS = "TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16"


@pytest.fixture
def make_stack(tmp_path):
    """Return a function that writes a stack of uint16 bands, and returns its path and its reflectances."""

    def make(letters, descriptions=(), name="in.tif", **options):
        return tmp_path / name, write_stack(tmp_path / name, letters, descriptions, **options)

    return make


def read(path):
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.descriptions, [dataset.tags(band) for band in dataset.indexes]


def reference(index, values, constants):
    """Evaluate the catalogue's formula in Python; return float32 values, and a mask that is true for finite values."""
    with np.errstate(all="ignore"):
        found = eval(index.formula, {}, {**constants, **values})  # noqa: S307
        rounded = np.broadcast_to(found, next(iter(values.values())).shape).astype("float32")
    return rounded, np.isfinite(rounded)


def test_sensors_that_agree_are_logged(make_stack, tmp_path, log):
    names = [f"{kind}_B{number}" for kind, number in zip(["SR"] * 6 + ["ST"], (1, 2, 3, 4, 5, 7, 6))]
    path, _ = make_stack(["B", "G", "R", "N", "S1", "S2", "T"], names)
    spectral_index(path, tmp_path / "out.tif", "NDVI", log=log)
    assert log.line("Sensor: ") == "Sensor: Landsat 4-5 or Landsat 7"


def test_a_sensor_that_is_assumed_from_the_number_of_bands_is_a_warning(make_raster, tmp_path, log):
    path = make_raster([np.full((8, 9), number, "uint16") for number in range(1, 14)], "bands.tif")
    spectral_index(path, tmp_path / "out.tif", "NDVI", log=log)
    assert any("assumed to be the bands of Sentinel-2" in text and "set BANDS" in text for text in log.warnings)


@pytest.mark.parametrize(("sensor", "least"), [("Sentinel-2", 230), ("Landsat 8-9", 185), ("none", 262)])
def test_every_index_that_the_sensor_has(tmp_path, sensor, least):
    """In one run, every index of the sensor equals the catalogue's formula, evaluated in Python for reflectances."""
    values = sensor_stack(tmp_path / "in.tif", sensor)
    constants = {name: 0.5 + 0.01 * number for number, name in enumerate(catalogue().constants)}
    indexes = computable(values, constants)
    assert len(indexes) >= least
    names = [each.short_name for each in indexes]
    result = spectral_index(
        tmp_path / "in.tif", tmp_path / "out.tif", names, sensor=sensor, constants=constants,
        creation_options=SMALL_BLOCKS,
    )  # fmt: skip
    assert result.band_count == len(indexes)
    found, descriptions, _ = read(result.output)
    assert list(descriptions) == names
    for index, band in zip(indexes, found):
        wanted, finite = reference(index, values, constants)
        assert ((band != -9999) == finite).all(), index.short_name
        check_close(band[finite], wanted[finite])


SAME = {"NDRE": "NDREI"}
"""Indexes of Parallel normalized difference that have a different name in the catalogue."""


@pytest.mark.parametrize(
    ("dtype", "offset"),
    [("uint8", 0.0), ("uint16", -0.1), *long(("int16", 0.0), ("float32", 0.0), ("float64", -0.1))],
)
def test_indexes_of_the_normalized_difference_have_the_same_bits(make_raster, tmp_path, dtype, offset):
    """Indexes that Parallel normalized difference also computes have the same pixels and statistics in its results."""
    terms = {"near infrared": "N", "red": "R", "green": "G", "shortwave infrared 1": "S1", "shortwave infrared 2": "S2",
             "red edge": "RE1"}  # fmt: skip
    letters = list(terms.values())
    values = RNG.integers(0, 250 if dtype == "uint8" else 9000, (6, 20, 30)).astype(dtype)
    values[:, :2, :4] = [[[0, 1, 1, 7], [1, 0, 1, 0]]] * 6  # pixels with equal terms, zero and nodata
    path = make_raster(values, scales=[1e-4] * 6, offsets=[offset] * 6, nodata=7)
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = letters
    indexes = {word: index for word, index in INDEXES.items() if word != "normalized_difference"}
    names = [SAME.get(index.name, index.name) for index in indexes.values()]
    found, _, tags = read(spectral_index(path, tmp_path / "out.tif", names, creation_options=SMALL_BLOCKS).output)
    for number, (word, index) in enumerate(indexes.items()):
        a, b = (letters.index(terms[term]) + 1 for term in (index.term_a, index.term_b))
        own = normalized_difference(
            path, tmp_path / "nd.tif", index=word, band_a=a, band_b=b, creation_options=SMALL_BLOCKS
        )
        (wanted,), _, (statistics,) = read(own.output)
        assert found[number].tobytes() == wanted.tobytes(), word
        assert statistics.items() <= tags[number].items() and "STATISTICS_STDDEV" in statistics


def test_every_index_of_the_normalized_difference_is_in_the_catalogue():
    names = [SAME.get(index.name, index.name) for word, index in INDEXES.items() if word != "normalized_difference"]
    assert len(find_indexes(names)) == len(INDEXES) - 1


def test_an_index_equals_its_formula_in_the_calculator(make_stack, tmp_path):
    path, _ = make_stack(["B", "R", "N"])
    formula = "2.5 * (A@3 - A@2) / (A@3 + 6 * A@2 - 7.5 * A@1 + 1)"
    found = spectral_index(path, tmp_path / "out.tif", "EVI")
    wanted = raster_calculator(path, tmp_path / "calculated.tif", formula, scaling="stored")
    assert read(found.output)[0].tobytes() == read(wanted.output)[0].tobytes()


def test_plan_and_kernel_are_those_of_the_formula(make_stack, tmp_path):
    """An index by name and its formula give the same plan: the same tree, bands and memory per chunk."""
    from parallel_raster.core.jobs.calculator.job import plan_raster_calculator

    path, _ = make_stack(["B", "R", "N"])
    formula = "2.5 * (A@3 - A@2) / (A@3 + 6 * A@2 - 7.5 * A@1 + 1)"
    named = plan_spectral_index(path, tmp_path / "out.tif", index="EVI").job
    written = plan_raster_calculator(path, tmp_path / "out.tif", formula, scaling="stored").job
    assert (named.kernel.trees, named.kernel.inputs) == (written.kernel.trees, written.kernel.inputs)
    assert named.bytes_per_pixel == written.bytes_per_pixel and named.sources == written.sources


def test_several_indexes_read_every_band_once(make_stack, tmp_path, monkeypatch):
    path, _ = make_stack(["B", "G", "R", "N"])
    reads = []
    original = pixel_job._read_sources

    @functools.wraps(original)
    def counted(readers, sources, window, stop):
        reads.append([each.band.band for each in sources])
        return original(readers, sources, window, stop)

    monkeypatch.setattr(pixel_job, "_read_sources", counted)
    result = spectral_index(path, tmp_path / "out.tif", "NDVI, EVI, SAVI, GNDVI")
    assert reads == [[1, 2, 3, 4]]
    found, descriptions, _ = read(result.output)
    assert descriptions == ("NDVI", "EVI", "SAVI", "GNDVI") and result.band_count == 4
    for name, band in zip(descriptions, found):
        alone = spectral_index(path, tmp_path / "alone.tif", name)
        assert read(alone.output)[0][0].tobytes() == band.tobytes()


def test_a_file_for_each_band(make_stack, tmp_path):
    paths = [make_stack(["x"], [""], f"T32TQM_20230601T101031_{band}_10m.tif")[0] for band in ("B04", "B02", "B08")]
    found = spectral_index(paths, tmp_path / "out.tif", "EVI")
    formula = "2.5 * (C@1 - A@1) / (C@1 + 6 * A@1 - 7.5 * B@1 + 1)"
    wanted = raster_calculator(paths, tmp_path / "calculated.tif", formula, scaling="stored")
    assert read(found.output)[0].tobytes() == read(wanted.output)[0].tobytes()
    assert read(found.output)[2][0]["BANDS"] == "N=C@1,R=A@1,B=B@1"


def test_metadata(make_stack, tmp_path, log):
    path, _ = make_stack(["B", "R", "N"])
    result = spectral_index(path, tmp_path / "out.tif", "SAVI,NDVI", constants={"L": 0.5}, log=log)
    _, _, (savi, ndvi) = read(result.output)
    assert savi["SPECTRAL_INDEX"] == "SAVI" and savi["LONG_NAME"] == "Soil-Adjusted Vegetation Index"
    assert savi["FORMULA"] == "(1.0 + L) * (N - R) / (N + R + L)"
    assert (savi["CONSTANTS"], savi["BANDS"]) == ("L=0.5", "N=A@3,R=A@2")
    assert savi["REFERENCE"].startswith("https://doi.org/")
    assert savi["CATALOGUE"] == catalogue().title
    assert "CONSTANTS" not in ndvi and "STATISTICS_MEAN" in ndvi
    assert log.line("Catalogue: ") == f"Catalogue: {catalogue().title}"
    assert log.line("N (A@3, by name): ").startswith(f"N (A@3, by name): band 3 of {path}, uint16")
    assert log.line("SAVI (Soil-Adjusted Vegetation Index) = (1.0 + L)")
    assert log.line("Constants: ") == "Constants: L=0.5"


def test_the_title_of_a_report_names_the_first_indexes():
    assert title_of(find_indexes("NDVI,EVI")) == "NDVI, EVI"
    assert title_of(find_indexes("NDVI,EVI,SAVI,GCC,RCC,BCC,ExG")) == "NDVI, EVI, SAVI, GCC, RCC and 2 more"


def test_the_report_names_the_catalogue(make_stack, tmp_path):
    path, _ = make_stack(["R", "N"])
    spectral_index(path, tmp_path / "out.tif", report=tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert catalogue().title in text and "<title>" in text and "NDVI" in text


def test_constants(make_stack, tmp_path):
    path, values = make_stack(["R", "N"])
    red, infrared = values["R"], values["N"]
    for given, gain in (("", 1.0), ("L = 0.5", 0.5), ("L=2e-1;", 0.2)):
        found = spectral_index(path, tmp_path / "out.tif", "SAVI", constants=given)
        wanted = ((1 + gain) * (infrared - red) / (infrared + red + gain)).astype("float32")
        check_close(read(found.output)[0][0], wanted)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("l=0.5", "CONSTANTS contains l, but the catalogue of indexes has no such constant. Did you mean `L`?"),
        ("L", "CONSTANTS contains 'L'. Write pairs such as L=0.5."),
        ("L=half", "CONSTANTS contains L=half. Write a finite number"),
        ("L=inf", "Write a finite number"),
        ("L=1,L=2", "CONSTANTS contains L twice"),
    ],
)
def test_constants_that_are_rejected(make_stack, tmp_path, given, words):
    path, _ = make_stack(["R", "N"])
    with pytest.raises(OptionError, match=re.escape(words)) as error:
        check_spectral_index([str(path)], str(tmp_path / "out.tif"), index="SAVI", constants=given)
    assert error.value.parameter == "constants"


def test_constants_without_a_default(make_stack, tmp_path):
    """Wavelengths are taken from the file or the sensor; if both lack them, an error asks for a value."""
    path, _ = make_stack(["R", "S1", "N"])
    out = tmp_path / "out.tif"
    with pytest.raises(OptionError, match="The constant lambdaN of FAI .* CONSTANTS, for example lambdaN=865"):
        spectral_index(path, out, "FAI")
    with pytest.raises(OptionError, match="The constant PAR of NIRvP"):
        spectral_index(path, out, "NIRvP")
    for options in ({"sensor": "Landsat 8-9"}, {"constants": "lambdaN=865,lambdaR=655,lambdaS1=1610"}):
        tags = read(spectral_index(path, out, "FAI", **options).output)[2][0]
        assert tags["CONSTANTS"] == "lambdaN=865,lambdaR=655,lambdaS1=1610"
    with rasterio.open(path, "r+") as dataset:
        for band, length in enumerate((0.66, 1.6, 0.83), 1):
            dataset.update_tags(band, ns="IMAGERY", CENTRAL_WAVELENGTH_UM=str(length))
    tags = read(spectral_index(path, out, "FAI", sensor="Landsat 8-9").output)[2][0]
    assert tags["CONSTANTS"] == "lambdaN=830,lambdaR=660,lambdaS1=1600"


@pytest.mark.parametrize(
    ("index", "scaling", "words"),
    [
        ("EVI", "stored", "EVI: defined for reflectance"),
        ("SAVI,NDVI,EVI2", "stored", "SAVI, EVI2: defined"),
        ("EVI", "none", "EVI: defined"),
        ("DVI", "stored", "DVI: defined"),
        ("NDVI", "stored", ""),
        ("GLI,SR", "stored", ""),
    ],
)
def test_integers_without_a_scale(make_stack, tmp_path, log, index, scaling, words):
    """For unscaled integers, there is a warning only if the index depends on the scale; ratios do not depend on it."""
    path, _ = make_stack(["B", "G", "R", "N"], scale=1.0, offset=0.0)
    spectral_index(path, tmp_path / "out.tif", index, scaling=scaling, log=log)
    if words:
        warning = log.line(words)
        assert "SCALING to 'given'" in warning and "0.0001 and -0.1 for Sentinel-2" in warning
    else:
        assert log.warnings == []


def test_the_hint_of_a_product(make_stack, tmp_path, log):
    """The warning for files of a known product without a scale gives the product's scale and offset."""
    name = "S2B_MSIL2A_20220201T101031_N0400_R022_T32TQM_20220201T150000.tif"
    path, _ = make_stack(STACKS["Sentinel-2"][0], [""] * 12, name, scale=1.0, offset=0.0)
    hint = "set SCALING to 'given', SCALE to 0.0001 and OFFSET to -0.1."
    spectral_index(path, tmp_path / "out.tif", "EVI,NDVI", log=log)
    (warning,) = log.warnings
    assert warning.startswith("EVI: defined for reflectance") and str(path) in warning and warning.endswith(hint)
    log.warnings.clear()
    spectral_index(path, tmp_path / "out.tif", "NDVI", log=log)
    (warning,) = log.warnings
    assert warning.startswith(str(path)) and warning.endswith(hint)


def test_no_warning_where_a_scale_is_applied(make_stack, tmp_path, log):
    path, _ = make_stack(["B", "R", "N"])
    spectral_index(path, tmp_path / "out.tif", "EVI", log=log)
    bare, _ = make_stack(["B", "R", "N"], name="bare.tif", scale=1.0, offset=0.0)
    spectral_index(bare, tmp_path / "out.tif", "EVI", scaling="given", scale=1e-4, log=log)
    floats, _ = make_stack(["B", "R", "N"], name="floats.tif", scale=1.0, offset=0.0)
    with rasterio.open(floats) as dataset:
        profile, values = {**dataset.profile, "dtype": "float32"}, dataset.read() / 10_000
    with rasterio.open(floats, "w", **profile) as dataset:
        dataset.write(values.astype("float32"))
    spectral_index(floats, tmp_path / "out.tif", "EVI", bands="B=1,R=2,N=3", log=log)
    assert log.warnings == []
    spectral_index(path, tmp_path / "out.tif", "EVI", scaling="none", log=log)
    assert log.line("EVI: defined").endswith("Set SCALING to 'stored'.")


def test_what_the_indexes_do_not_use(make_stack, tmp_path, log):
    paths = [make_stack([band], name=f"{number}.tif")[0] for number, band in enumerate(("B", "R", "N"))]
    spectral_index(paths, tmp_path / "out.tif", bands="S1=A@1", constants="L=0.5,g=1", log=log)
    assert log.warnings == [
        f"No index uses {paths[0]}. The output still has the grid of this raster, the first in INPUTS.",
        "BANDS contains S1, which no chosen index uses.",
        "CONSTANTS contains L, g, which no chosen index uses.",
    ]


def test_rasters_on_other_grids(make_stack, tmp_path):
    one, _ = make_stack(["R"], name="R.tif")
    other, _ = make_stack(["N"], name="N.tif")
    with rasterio.open(other, "r+") as dataset:
        dataset.transform = dataset.transform * dataset.transform.scale(0.5)
    with pytest.raises(InputError, match="RESAMPLING"):
        spectral_index([one, other], tmp_path / "out.tif")
    found = spectral_index([one, other], tmp_path / "out.tif", resampling="average")
    assert read(found.output)[0].shape == (1, 20, 30)


def test_a_mask_and_an_extent(make_stack, make_raster, tmp_path):
    path, _ = make_stack(["R", "N"])
    with rasterio.open(path) as dataset:
        left, bottom, right, top = dataset.bounds
        transform = dataset.transform
    classes = np.full((20, 30), 4, "uint8")
    classes[:, :10] = 9
    mask = make_raster([classes], "T32TQM_SCL_20m.tif", transform=transform)
    extent = (left, bottom, (left + right) / 2, top)
    found, _, _ = read(spectral_index(path, tmp_path / "out.tif", mask=mask, extent=extent).output)
    assert found.shape == (1, 20, 15)
    assert (found[0, :, :10] == -9999).all() and (found[0, :, 10:] != -9999).all()


def test_results_do_not_depend_on_chunks_and_workers(make_stack, tmp_path):
    path, _ = make_stack(["B", "R", "N"], shape=(50, 70))
    texts = set()
    for number, (workers, size) in enumerate([(1, 16), (2, 32), (3, 0)]):
        out = tmp_path / f"{number}.tif"
        spectral_index(
            path, out, "EVI,MSAVI", workers=workers, chunk_size=size,
            creation_options=SMALL_BLOCKS,
        )  # fmt: skip
        texts.add((read(out)[0].tobytes(), str(read(out)[2])))
    assert len(texts) == 1


def test_what_is_rejected_before_a_pixel_is_read(make_stack, tmp_path):
    path, _ = make_stack(["R", "N"])
    out = str(tmp_path / "out.tif")
    for options, words, parameter in [
        ({"index": "ndvi"}, "Did you mean `NDVI`", "index"),
        ({"index": "kNDVI"}, "not an index in the catalogue", "index"),
        ({"index": "EVI"}, r"No band was found for B \(blue, 450 to 530 nm\)", "bands"),
        ({"sensor": "Landsat"}, "SENSOR is 'Landsat'", "sensor"),
        ({"bands": "N=3"}, "raster A has 2 bands", "bands"),
        ({"resampling": "lanczos"}, "RESAMPLING", "resampling"),
        ({"scaling": "given", "scale": 0}, "SCALE is 0", "scale"),
    ]:
        with pytest.raises(OptionError, match=words) as error:
            check_spectral_index([str(path)], out, **options)
        assert error.value.parameter == parameter
    with pytest.raises(OptionError, match="INPUTS is empty"):
        check_spectral_index([], out)
    with pytest.raises(InputError) as error:
        check_spectral_index([str(tmp_path / "missing.tif")], out)
    assert error.value.parameter == "sources"
    assert not (tmp_path / "out.tif").exists()
