"""Normalized difference of rioxarray arrays as a lazy, chunked array, with the same rules as for files."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import rioxarray  # noqa: F401 - registers the .rio accessor
import xarray as xr

from ...choices import INDEX_TYPES, INDEXES, ZERO_SUM, resolve_choice
from ...errors import InputError, about
from ...pixels.terms import Term
from ...raster.grid import Grid, check_same_grid
from .kernel import PixelRules, normalized_difference_pixels, resolve_encoding


def normalized_difference_array(
    a: xr.DataArray,
    b: xr.DataArray,
    *,
    index: str = "ndvi",
    zero_sum: str = "nodata",
    clamp: bool = False,
    data_type: str = "float32",
    output_nodata: float | None = None,
) -> xr.DataArray:
    """Return the lazy normalized difference (A - B) / (A + B) of two arrays, with CRS, transform and nodata.

    Parameters
    ----------
    a : xarray.DataArray
        Positive term, as returned by `rioxarray.open_rasterio`, chunked or not.
    b : xarray.DataArray
        Negative term, on the grid of `a`.
    index : str, default "ndvi"
        Index that the result is named after: a key of `core.choices.INDEXES`.
    zero_sum : {"nodata", "zero"}, default "nodata"
        Result where A + B = 0.
    clamp : bool, default False
        Clip the result to [-1, 1].
    data_type : {"float32", "int16", "uint8"}, default "float32"
        Data type of the result. "float32": the index itself (nodata -9999). "int16": the index x 10000 (nodata -32768).
        "uint8": the index from -1 to 1 scaled to 0 to 200 (nodata 255).
    output_nodata : float, optional
        Nodata value of the result, outside the range of results. By default, the value listed under `data_type`. If an
        array is masked (`rio.encoded_nodata` is set), the default of a float32 result is NaN.

    Returns
    -------
    xarray.DataArray
        Array named after the index, with the shape and chunks of `a`. If `a` has no chunks, the chunks of `b` are used;
        if neither array has chunks, dask chooses them.

    Raises
    ------
    InputError
        The grids or the dimensions differ, a dimension such as time has different coordinates, the values are complex
        numbers, or the scale of an array is unknown.
    OptionError
        A parameter has an invalid value.

    Notes
    -----
    Scale and offset are read from the attributes `scale_factor` and `add_offset`, or, if the bands of a file have
    different values, from the lists `scales` and `offsets`. These lists are ignored for floats because an array opened
    with `mask_and_scale=True` keeps them although scale and offset have already been applied.
    """
    grid, axes = _grid(a), (a.rio.x_dim, a.rio.y_dim)
    with about("b"):
        paired = _paired(a, b)
        check_same_grid(grid, _grid(b), a.name or "a", b.name or "b")
    name = INDEXES[resolve_choice(INDEXES, index, "index")].name
    word = resolve_choice(INDEX_TYPES, data_type, "data_type")
    masked = a.rio.encoded_nodata is not None or b.rio.encoded_nodata is not None
    if output_nodata is None and masked and word == "float32":
        output_nodata = math.nan
    encoding = resolve_encoding(word, output_nodata)
    with about("a"):
        term_a = _term(a)
    with about("b"):
        term_b = _term(b)
    rules = PixelRules(term_a, term_b, encoding, resolve_choice(ZERO_SUM, zero_sum, "zero_sum") == "zero", clamp)

    def stored(values_a: Any, values_b: Any) -> Any:
        return normalized_difference_pixels(values_a, values_b, None, rules).stored

    a, b = _chunked(a, paired), _chunked(paired, a)
    result = xr.apply_ufunc(
        stored, a.drop_vars("band", errors="ignore"), b.drop_vars("band", errors="ignore"),
        dask="parallelized", output_dtypes=[np.dtype(encoding.dtype)], join="override", keep_attrs=False,
    )  # fmt: skip
    result = result.rename(name).rio.set_spatial_dims(*axes)
    if grid.crs is not None:
        result = result.rio.write_crs(grid.crs)
    result = result.rio.write_transform(grid.transform).rio.write_nodata(encoding.nodata)
    if encoding.is_integer:
        result.attrs.update(scale_factor=encoding.scale, add_offset=encoding.offset)
    return result


def _grid(array: xr.DataArray) -> Grid:
    return Grid(array.rio.crs, array.rio.transform(), array.rio.width, array.rio.height)


def _paired(a: xr.DataArray, b: xr.DataArray) -> xr.DataArray:
    """Return `b` with the dimensions of `a`: missing ones are added, and additional ones of size 1 are removed.

    Raises
    ------
    InputError
        The dimensions of the arrays, or the coordinates of a dimension such as time, differ.
    """
    ours, theirs = ((each.rio.y_dim, each.rio.x_dim) for each in (a, b))
    if ours != theirs:
        renamed = {old: new for old, new in zip(theirs, ours) if old != new}
        raise InputError(
            f"The spatial dimensions of {b.name or 'b'} are {theirs[0]} and {theirs[1]}, but those of {a.name or 'a'} "
            f"are {ours[0]} and {ours[1]}. Rename them with rename({renamed})."
        )
    b = b.squeeze([dim for dim in b.dims if dim not in a.dims and b.sizes[dim] == 1])
    for dim in b.dims:
        if dim not in a.dims:
            raise InputError(
                f"The second array has the dimension {dim}, but the first array does not. Choose a single {dim} of "
                "the second array."
            )
    for dim in set(b.dims) - {*ours}:
        if a.sizes[dim] != b.sizes[dim]:
            raise InputError(
                f"The sizes of the dimension {dim} differ: {a.sizes[dim]} in the first array and {b.sizes[dim]} in the "
                "second. Select parts of the same size."
            )
        known = dim != "band" and a.sizes[dim] > 1 and dim in a.coords and dim in b.coords
        if known and not a[dim].variable.equals(b[dim].variable):
            raise InputError(
                f"The coordinates of the dimension {dim} differ between the two arrays. Select the same coordinates in "
                "the same order, for example with reindex or sel."
            )
    missing = {dim: a.sizes[dim] for dim in a.dims if dim not in b.dims}
    b = b.drop_vars(list(missing), errors="ignore").expand_dims(missing)
    return b.transpose(*a.dims).rio.set_spatial_dims(*ours[::-1])


def _chunked(array: xr.DataArray, other: xr.DataArray) -> xr.DataArray:
    """Return the array with its own chunks; if it has none, with those of `other` or with chunks that dask chooses."""
    if array.chunks is not None:
        return array
    axes = (array.rio.y_dim, other.rio.y_dim), (array.rio.x_dim, other.rio.x_dim)
    return array.chunk({ours: other.chunksizes.get(theirs, "auto") for ours, theirs in axes})


def _term(array: xr.DataArray) -> Term:
    if array.dtype.kind == "c":
        raise InputError(f"The array {array.name or '(without a name)'} contains complex numbers. Use real numbers.")
    scale, offset = (
        _band_attribute(array, *names) for names in (("scale_factor", "scales", 1.0), ("add_offset", "offsets", 0.0))
    )
    return Term(str(array.dtype), array.rio.nodata, scale, offset)


def _band_attribute(array: xr.DataArray, name: str, plural: str, default: float) -> float:
    """Return attribute `name` of an array; if it is missing, the entry for the array's band in the list `plural`."""
    every = array.attrs.get(plural)
    if name in array.attrs or every is None or array.dtype.kind == "f":
        return float(array.attrs.get(name, default))
    if "band" not in array.coords or array.coords["band"].size != 1:
        raise InputError(
            f"The attribute {plural} of the array {array.name or '(without a name)'} lists values for several bands, "
            f"but the array has no band number that selects one of them. Set the attribute {name} of the array."
        )
    return float(every[int(array.coords["band"].item()) - 1])
