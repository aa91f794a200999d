"""The JSON files in a folder of chips: `chips.json`, which lists the chips, and `statistics.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...raster.grid import Grid
from ...tileset.documents import checked, is_plain_name, read_document, require
from ...tileset.nested_set import SetLayout
from .counting import BandStatistics
from .splits import SPLITS

FORMAT = 1
LIST_NAME, STATISTICS_NAME = "chips.json", "statistics.json"
IMAGES, LABELS = "images", "labels"


@dataclass(frozen=True)
class DateShares:
    """Missing and cloudy pixels on one date, in percent of all pixels of a chip.

    Attributes
    ----------
    date : str
        Name of the date; "" for a raster without dates.
    nan_percent : float
        Pixels that are nodata in any band, hidden by a mask or an alpha band, or outside the raster.
    cloud_percent : float or None
        Pixels that are not missing and that the mask layer marks as clouds; None without a mask layer.
    scene_cloud_cover : float or None
        Cloud cover of the entire scene in percent, from the list of scenes (mean if a date has several scenes); None
        if the list does not contain it.
    """

    date: str
    nan_percent: float
    cloud_percent: float | None
    scene_cloud_cover: float | None


@dataclass(frozen=True)
class ChipFile:
    """Entry of a chip in `chips.json`: its files, its window, and shares of missing, cloudy and labelled pixels.

    Attributes
    ----------
    id : str
        Name of the chip.
    split : str
        "train", "val" or "test".
    image, label : str
        Paths of the files relative to the output folder, with `/` as separator; `label` is "" without labels.
    window : tuple of int
        Column, row, width and height in pixels of the raster; with padding, the window extends beyond the raster.
    dates : tuple of DateShares
        Missing pixels and clouds on each date.
    class_percent : mapping of int to float
        Percentage of the chip's pixels with each label code.
    """

    id: str
    split: str
    image: str
    label: str
    window: tuple[int, int, int, int]
    dates: tuple[DateShares, ...]
    class_percent: Mapping[int, float]

    @property
    def nan_percent(self) -> float:
        """Mean share of missing pixels over all dates, in percent."""
        return sum(each.nan_percent for each in self.dates) / len(self.dates)

    @property
    def cloud_percent(self) -> float | None:
        """Mean share of clouds over the dates with a known share, in percent; None if there are no such dates."""
        known = [each.cloud_percent for each in self.dates if each.cloud_percent is not None]
        return sum(known) / len(known) if known else None

    def record(self) -> dict[str, Any]:
        """Return the entry of the chip in `chips.json`."""
        fields = {**asdict(self), "dates": [asdict(each) for each in self.dates]}
        return {
            **fields,
            "label": self.label or None,
            "class_percent": {str(k): v for k, v in self.class_percent.items()},
        }


def list_text(head: Mapping[str, Any], grid: Grid, chips: Sequence[ChipFile]) -> str:
    """Return the text of `chips.json`: the grid, the items of `head`, and one line for each chip."""
    start = {
        "format": FORMAT,
        "crs_wkt": grid.crs.to_wkt() if grid.crs else "",
        "transform": list(grid.transform)[:6],
        "width": grid.width,
        "height": grid.height,
        **head,
    }
    lines = ",\n".join(json.dumps(chip.record(), ensure_ascii=False) for chip in chips)
    text = json.dumps(start, ensure_ascii=False, indent=1).rstrip("}").rstrip()
    return f'{text},\n "chips": [\n{lines}\n]}}\n'


def statistics_text(names: Sequence[str], bands: Sequence[BandStatistics]) -> str:
    """Return the text of `statistics.json`."""
    records = [
        {
            "band": name,
            "count": band.count,
            **{key: _number(getattr(band, key)) for key in ("mean", "std", "minimum", "maximum")},
            "percentiles": {str(percent): value for percent, value in band.percentiles.items()} or None,
        }
        for name, band in zip(names, bands)
    ]
    return json.dumps({"format": FORMAT, "split": SPLITS[0], "bands": records}, ensure_ascii=False, indent=1) + "\n"


def json_number(value: float | None) -> float | str | None:
    """Return a number in a form that JSON can store: NaN becomes "nan"."""
    return "nan" if value is not None and math.isnan(value) else value


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def listed_files(path: str) -> list[str]:
    """Return the paths of the files that a `chips.json` lists, relative to its folder.

    Raises
    ------
    InputError
        The list cannot be read, has an unsupported format, or lists files outside its subfolders.
    """
    return read_document(path, FORMAT, _files, "chips", "Run Training chips again.")


def _files(document: dict[str, Any]) -> list[str]:
    found = []
    for number, chip in enumerate(checked(document["chips"], list, "chips"), 1):
        fields = checked(chip, dict, f"chip {number}")
        for key, folder in (("image", IMAGES), ("label", LABELS)):
            name = fields[key]
            if name is None and key == "label":
                continue
            parts = checked(name, str, f"chip {number} {key}").split("/")
            inside = len(parts) == 3 and parts[0] == folder and all(map(is_plain_name, parts))
            require(inside, f"chip {number} {key}", f"{name!r} must be a file in a subfolder of {folder}")
            found.append(name)
    return found


LAYOUT = SetLayout(".parallelraster-chips", (IMAGES, LABELS), (STATISTICS_NAME, LIST_NAME), "chips", listed_files)
"""Names of the files and folders of a set of chips."""
