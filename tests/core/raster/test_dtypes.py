"""Tests for the smallest data type that holds every value of several types."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from parallel_raster.core.errors import InputError
from parallel_raster.core.raster.dtypes import CANDIDATES, common_type


@pytest.mark.parametrize(
    ("dtypes", "wanted"),
    [
        (["uint8"], "uint8"),
        (["uint8", "float32"], "float32"),
        (["uint8", "int16"], "int16"),
        (["uint8", "int8"], "int16"),
        (["uint8", "uint16"], "uint16"),
        (["uint16", "int16"], "int32"),
        (["uint16", "float32"], "float32"),
        (["int32", "float32"], "float64"),
        (["uint32", "int32"], "int64"),
        (["uint32", "float64"], "float64"),
        (["uint64", "uint8"], "uint64"),
        (["complex64"], "complex64"),
    ],
)
def test_the_common_type(dtypes, wanted):
    assert common_type(dtypes) == wanted
    assert common_type(dtypes[::-1]) == wanted


@pytest.mark.parametrize(
    "dtypes", [["int64", "uint64"], ["int64", "float32"], ["uint64", "float64"], ["complex64", "uint8"]]
)
def test_an_error_names_types_that_no_type_can_hold(dtypes):
    with pytest.raises(InputError, match=f"{sorted(dtypes)[0]}.*{sorted(dtypes)[1]}.*without loss"):
        common_type(dtypes)


def extremes(dtype):
    kind = np.dtype(dtype)
    limits = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
    middle = [0, 1] if kind.kind != "f" else [0, 1, kind.type(0.1), limits.tiny]
    return np.array([limits.min, *middle, limits.max], kind)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(CANDIDATES, 2)))
def test_the_common_type_keeps_every_value(one, other):
    """The common type of two types can hold all values of both and is at most twice as wide as the wider one."""
    try:
        common = common_type([one, other])
    except InputError:
        return
    for dtype in (one, other):
        values = extremes(dtype)
        assert (values.astype(common).astype(dtype) == values).all()
    assert np.dtype(common).itemsize <= 2 * max(np.dtype(one).itemsize, np.dtype(other).itemsize)
