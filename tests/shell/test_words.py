"""Parameter names in the core's messages are replaced by the options and arguments that users type."""

from __future__ import annotations

import pytest

from parallel_raster.core import InputError, OptionError
from parallel_raster.shell.jobs import jobs
from parallel_raster.shell.words import error_message, help_text, sentence, summary

CALCULATOR = jobs()["raster-calculator"]
COMPOSITE = jobs()["temporal-composite"]
MERGE = jobs()["merge-tiles"]


@pytest.mark.parametrize(
    "job, text, expected",
    [
        (MERGE, "Set OUTPUT_NODATA or DATA_TYPE.", "Set --output-nodata or --data-type."),
        (MERGE, "INPUTS is empty (OUTPUT: m.tif).", "SOURCES is empty (DST: m.tif)."),
        (MERGE, "Set INPUT_FOLDER, not SCALING.", "Set --input-folder, not SCALING."),
        (CALCULATOR, "INPUT_FOLDER is a folder", "SOURCES is a folder"),
        (COMPOSITE, "OUTPUT 'x' as KEY=VALUE|KEY=VALUE", "FOLDER 'x' as KEY=VALUE|KEY=VALUE"),
        (CALCULATOR, "MASKS, MASK_VALUES_2 and XMASK", "MASKS, MASK_VALUES_2 and XMASK"),
        (
            CALCULATOR,
            "/data/MASK/b.tif MASK.tif 'MASK' `MASK` a-MASK",
            "/data/MASK/b.tif MASK.tif 'MASK' `MASK` a-MASK",
        ),
    ],
)
def test_names_of_parameters(job, text, expected):
    assert sentence(job, text) == expected


def test_paths_that_the_user_typed_are_not_changed():
    text = "MASK: my MASK.tif and INPUT 1.tif do not overlap."
    assert sentence(CALCULATOR, text, ["my MASK.tif", "INPUT 1.tif", "MASK"]) == (
        "--mask: my MASK.tif and INPUT 1.tif do not overlap."
    )
    error = InputError("INPUT 1.tif cannot be opened.", parameter="src")
    assert error_message(CALCULATOR, error, ["INPUT 1.tif"]) == "SOURCES: INPUT 1.tif cannot be opened."


@pytest.mark.parametrize(
    "message, parameter, expected",
    [
        ("Band 9 does not exist.", "mask_band", "--mask-band: Band 9 does not exist."),
        ("MASK_BAND is 9.", "mask_band", "--mask-band is 9."),
        ("MASK_BAND is 9.", "mask", "--mask: --mask-band is 9."),
        ("a.tif does not exist.", "sources", "SOURCES: a.tif does not exist."),
        ("a.tif does not exist.", "src", "SOURCES: a.tif does not exist."),
        ("a.tif does not exist.", "no_parameter", "a.tif does not exist."),
        ("b.tif cannot be written.", "output", "DST: b.tif cannot be written."),
        ("The memory is too small.", "", "The memory is too small."),
    ],
)
def test_errors_begin_with_the_option(message, parameter, expected):
    assert error_message(CALCULATOR, InputError(message, parameter=parameter)) == expected
    assert error_message(CALCULATOR, OptionError(message, parameter=parameter)) == expected


def test_texts_of_docstrings():
    assert help_text(CALCULATOR, "`dst`, `mask_bits`, `1-4`, `normalized_difference`, `A`") == (
        "DST, --mask-bits, `1-4`, normalized-difference, `A`"
    )
    assert summary(jobs()["zonal-statistics"]).startswith("Print statistics of the pixels")
    assert summary(CALCULATOR).endswith("and print the statistics of band 1.")


def test_tables_of_values_are_listed():
    assert help_text(CALCULATOR, "A key of x: a key of `core.choices.MERGE_METHODS`.") == (
        'A key of x: "first", "last", "min", "max", "mean", "sum", "count", "median" or "feather".'
    )
    texts = [help_text(job, each.text) for job in jobs().values() for each in (*job.arguments, *job.options)]
    assert not [text for text in texts if "`core." in text]
