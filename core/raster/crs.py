"""Whether two CRSs mean the same coordinates, axis order aside."""

from __future__ import annotations

import re
from typing import Any

_AXES = re.compile(r',AXIS\["[^"]*",(EAST|NORTH)\],AXIS\["[^"]*",(EAST|NORTH)\]')
_CODE_AT_THE_END = re.compile(r',AUTHORITY\["[^"]*","[^"]*"\]\]$')


def same_crs(first: Any, second: Any) -> bool:
    """Return whether two CRSs (rasterio's) are equivalent, or both None.

    PROJ compares them. It takes two that differ in the order of their axes, as EPSG:4326 and OGC:CRS84 do, for
    different, though every raster stores x before y; so they are compared once more without east and north.
    """
    if first is None or second is None:
        return first is second
    if first == second or first.to_wkt() == second.to_wkt():  # PROJ takes some for different from themselves
        return True
    return bool(_without_axis_order(first) == _without_axis_order(second))


def _without_axis_order(crs: Any) -> Any:
    text = crs.to_wkt()
    plain = _CODE_AT_THE_END.sub("]", _AXES.sub("", text))
    return crs if plain == text else type(crs).from_wkt(plain)
