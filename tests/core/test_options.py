"""Words for choices."""

from __future__ import annotations

import pytest

from parallel_raster.core.errors import OptionError
from parallel_raster.core.options import INDEX_TYPES, INDEXES, SCALING, ZERO_SUM, resolve_choice


def test_the_order_of_the_words_is_public():
    """Models and scripts of users hold the numbers of these words."""
    assert [index.name for index in INDEXES.values()] == [
        "ND", "NDVI", "NDWI", "NDMI", "MNDWI", "NDBI", "NDSI", "NBR", "GNDVI", "NDRE"
    ]  # fmt: skip
    assert list(SCALING) == ["stored", "none", "given"]
    assert list(ZERO_SUM) == ["nodata", "zero"]
    assert list(INDEX_TYPES) == ["float32", "int16", "uint8"]


def test_upper_and_lower_case():
    assert resolve_choice(INDEXES, "NdVi", "INDEX") == "ndvi"


@pytest.mark.parametrize("value", ["evi", "", None, 3])
def test_an_unknown_word(value):
    with pytest.raises(OptionError) as caught:
        resolve_choice(SCALING, value, "SCALING")
    assert str(caught.value) == f"SCALING is {value!r}; it must be one of stored, none, given."
