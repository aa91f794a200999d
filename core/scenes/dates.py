"""Acquisition date, scene and band of a file, from its name, a list of dates, or a TIFF tag.

File names of known products often contain several dates. The patterns of these products select the date of acquisition,
never the date of processing.
"""

from __future__ import annotations

import csv
import functools
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from ..errors import InputError, OptionError
from ..progress import DEFAULT_LOG, Log
from ..raster.subdatasets import raster_stem, split_subdataset
from ..suggestions import similar
from .moments import YEARS, Moment, format_known, moment_of, parse_scene_time

GROUPS = ("date", "year", "month", "day", "doy", "band", "scene")
"""Names of the groups that NAME_REGEX may contain."""

COLUMNS = ("file", "datetime")
"""Columns that DATES_FILE must have."""

TAG_FORMAT = "%Y:%m:%d %H:%M:%S"
"""Format of TIFFTAG_DATETIME."""

REMEDY = (
    "Set NAME_REGEX to a regular expression whose group `date` matches the date of acquisition in the name, or list "
    "the date in DATES_FILE."
)

SHOWN = 12
"""Maximum number of files that an error names."""


class SceneName(NamedTuple):
    """Information in a file name: scene, date of acquisition in UTC, and band. Fields not found in the name are None.

    Files of one scene that differ only in the band have the same `scene`. If a name has several dates and none of them
    is known to be the date of acquisition, `dates` lists them and `date` is None.
    """

    scene: str
    date: Moment | None
    band: str | None
    dates: tuple[Moment, ...] = ()


class _Product(NamedTuple):
    """Patterns of a known product: `name` for the beginning of its file names, `band` for the band in the remainder.

    The group `date` (or `year`, `month`, ...) of `name` is the date of acquisition. Without such a group, all dates in
    the name are dates of processing. The text of groups whose names begin with "cut" is not part of the scene's name.
    """

    name: re.Pattern[str]
    band: re.Pattern[str] | None


def _product(name: str, bands: str = "", band: str = "") -> _Product:
    """Return the patterns of a product.

    `bands` is a pattern for the band names only; the pattern for the separator and the resolution is added to it.
    `band`, if given, is used instead, with nothing added.
    """
    band = band or (rf"(?P<cut>[._-](?P<band>{bands})(?:_[126]0m)?)(?![0-9A-Z])" if bands else "")
    return _Product(
        re.compile(f"{name}(?![0-9A-Z])", re.ASCII | re.IGNORECASE),
        re.compile(band, re.ASCII | re.IGNORECASE) if band else None,
    )


_TILE = r"T\d\d[A-Z]{3}"
_TIME = r"\d{8}T\d{6}"
_S2_BANDS = (
    r"B\d\d|B8A|SCL|AOT|WVP|TCI|PVI|(?:MSK_)?(?:CLDPRB|SNWPRB)|CLD|SNW|"
    r"coastal|blue|green|red|rededge\d|nir|nir0[89]|swir(?:16|22)|visual"
)
_LANDSAT_BANDS = (
    r"(?:(?:SR|ST|TOA|BT)_)?B(?:AND)?\d\d?(?:_VCID_\d)?|(?:SR_|PIXEL_|RADSAT_)?QA(?:_PIXEL|_RADSAT|_AEROSOL)?|BQA|"
    r"SR_(?:CLOUD_QA|ATMOS_OPACITY|AEROSOL)|ST_(?:ATRAN|CDIST|DRAD|EMIS|EMSD|QA|TRAD|URAD)|[SV][AZ]A"
)
_HLS_BANDS = r"B\d\d|B8A|Fmask|[SV][AZ]A"

_PRODUCTS = (
    # Sentinel-2: products, products before December 2016, other old names, granules, band files, Earth Search, GEE
    _product(rf"S2[A-D]_MSIL\w\w_(?P<date>{_TIME})(?:_N\d{{4}})?_R\d{{3}}_{_TILE}(?:_{_TIME})?", _S2_BANDS),
    _product(rf"S2[A-D]_(?:OPER|USER)_PRD_\w+_V(?P<date>{_TIME})_{_TIME}", _S2_BANDS),
    _product(r"S2[A-D]_(?:OPER|USER)(?=_)", _S2_BANDS),
    _product(rf"L[12][A-C]_{_TILE}_A\d{{6}}_(?P<date>{_TIME})", _S2_BANDS),
    _product(rf"(?:L[12][A-C]_)?{_TILE}_(?P<date>{_TIME})", _S2_BANDS),
    _product(r"S2[A-D]_T?\d{1,2}[A-Z]{3}_(?P<date>\d{8}(?:T\d{6})?)(?:_\d+)?_L[12][A-C]", _S2_BANDS),
    _product(rf"(?P<date>{_TIME})_{_TIME}_{_TILE}", _S2_BANDS),
    # Landsat: Collections 1 and 2, scenes and ARD tiles; before the collections
    _product(
        r"L[COTEM]\d\d_(?:[A-Z\d]{2,4}_)?\d{6}_(?P<date>\d{8})(?:_\d{8})?(?:_C?\d\d)?(?:_V\d\d)?(?:_(?:T[12]|RT|A[12]))?",
        _LANDSAT_BANDS,
    ),
    _product(r"L[COTEM]\d{7}(?P<date>\d{7})[A-Z]{3}\d\d", _LANDSAT_BANDS),
    _product(rf"HLS(?:-VI)?\.[LS]30\.{_TILE}\.(?P<date>\d{{7}}(?:T\d{{6}})?)\.v\d\.\d", _HLS_BANDS),
    _product(
        r"(?P<date>\d{8}_\d{6})_(?:\d\d_)?[0-9A-F]{4}(?=_[13][AB]_)",
        band=r"(?P<cut>_[13][AB]_\w*?(?P<band>udm2?)(?![0-9A-Z])\w*)|(?P<cut2>_[13][AB]_\w+)",
    ),
    # MODIS and VIIRS: products, AppEEARS
    _product(
        r"(?:M[OCY]D|VNP|VJ[12])\w+\.A(?P<date>\d{7})(?:\.\d{4})?(?:\.h\d\dv\d\d)?\.\d{3}(?:\.\d{13})?",
        band=r"(?P<cut>[._](?:\w*?(?=sur_refl_))?(?P<band>\w+))$",
    ),
    _product(r"(?:M[OCY]D|VNP|VJ[12])\w+\.\d{3}(?P<cut>_+(?P<band>\w+))_doy(?P<date>\d{7})(?:\d{6})?_aid\d+"),
    # Sentinel-1: products, measurements
    _product(
        rf"S1[A-D]_\w\w_(?:GRD|SLC)[FHM_]_\w{{4}}_(?P<date>{_TIME})_{_TIME}_\d{{6}}_[0-9A-F]{{6}}(?:_[0-9A-F]{{4}})?",
        "[VH][VH]",
    ),
    _product(
        r"s1[a-d]-\w\w\d?-(?:grd|slc)(?P<cut>-(?P<band>[vh][vh]))-"
        rf"(?P<date>{_TIME})-{_TIME}-\d{{6}}-[0-9a-f]{{6}}(?P<cut2>-\d{{3}})?"
    ),
    _product(  # ASTER
        r"AST_\w+_\d{3}(?P<month>\d\d)(?P<day>\d\d)(?P<year>\d{4})(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)_\d{14}"
    ),
)

_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)"
    r"(?:(?P<sep>[-_.]?)(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>0[1-9]|[12]\d|3[01])|-?(?P<doy>[0-3]\d\d))"
    r"(?:T?(?P<hour>[01]\d|2[0-3])(?P<colon>[-_.:]?)(?P<minute>[0-5]\d)(?:(?P=colon)(?P<second>[0-5]\d))?)?(?!\d)",
    re.ASCII | re.IGNORECASE,
)
"""Pattern of any date in a name, including days that do not exist in the calendar."""

_EXTENSION = re.compile(
    r"\.(?:tiff?|jp2|j2k|vrt|img|hdf5?|he5|h[45]|nc4?|zarr|safe|bil|bsq|bip|dat|ntf|png|jpe?g|xml|zip|tar|tgz|gz)$",
    re.IGNORECASE,
)

_SEPARATORS = "._- "


def read_name(name: str, regex: str = "") -> SceneName:
    """Return the scene, date of acquisition and band of a raster according to its file name.

    Parameters
    ----------
    name : str
        File name, path, or name of a subdataset. Folders are ignored.
    regex : str, default ""
        Regular expression to search for in the file name. Its named groups are `band`, `scene` and, for the date,
        either `date`, or `year`, `month` and `day`, or `year` and `doy` (day of the year). Parts that the expression
        does not find are taken from the patterns of known products. If no product matches, the only date in the name
        is used.

    Raises
    ------
    OptionError
        The regular expression is invalid, or its named groups are not those described above.
    InputError
        The regular expression finds text that is not a date.
    """
    stem = _stem(name)
    product = _read_product(stem)
    if product is None:
        found = tuple(sorted({moment.time: moment for moment in _dates_in(stem)}.values()))
        product = SceneName(stem, found[0] if len(found) == 1 else None, None, found if len(found) > 1 else ())
    if not regex:
        return product
    return _read_regex(name, _compiled(regex), product)


def dates_of_files(
    tags: Mapping[str, str], *, dates: Mapping[str, Moment] | None = None, regex: str = "", log: Log = DEFAULT_LOG
) -> dict[str, Moment]:
    """Return the time in UTC at which the scene in each file was acquired, by path.

    The first of these sources that has a date is used: `dates`, `regex`, the name of a known product, the only date in
    the name, `tags`. The time at which a file was modified is never used.

    Parameters
    ----------
    tags : Mapping
        TIFFTAG_DATETIME (or "") of each file, by path or name of a subdataset. A warning is logged for each tag that
        is used.
    dates : Mapping, optional
        The dates of DATES_FILE; see `read_dates_file`.
    regex : str, default ""
        NAME_REGEX; see `read_name`.
    log : Log, optional
        Receives the warnings.

    Raises
    ------
    OptionError
        The regular expression is invalid.
    InputError
        Files have no date, or their names contain several dates. The error names the files.
    """
    found: dict[str, Moment] = {}
    unknown, several = [], []
    for path, tag in tags.items():
        name = read_name(path, regex)
        moment = _listed(path, dates or {}) or name.date
        if moment is None and name.dates:
            several.append((path, ", ".join(map(format_known, name.dates))))
            continue
        if moment is None:
            moment = _tag_time(tag)
            if moment is None:
                unknown.append(path)
                continue
            log.warning(
                f"{path}: the date {format_known(moment)} is from TIFFTAG_DATETIME, which is often the time at which "
                f"the file was written. {REMEDY}"
            )
        found[path] = moment
    problems = [*_undated(unknown), *_ambiguous(several)]
    if problems:
        raise InputError(f"{' '.join(problems)} {REMEDY}", parameter="name_regex")
    return found


def _undated(paths: Sequence[str]) -> Iterator[str]:
    """Yield a sentence that names the files without a date, if there are any."""
    if len(paths) == 1:
        yield f"The date of acquisition of {paths[0]} is unknown."
    elif paths:
        yield f"The date of acquisition of {len(paths)} files is unknown: {_joined(paths)}."


def _ambiguous(files: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a sentence that lists files with several dates in their names, if any; `files` contains (path, dates)."""
    if len(files) == 1:
        path, dates = files[0]
        yield f"The name of {path} contains several dates: {dates}."
    elif files:
        names = [f"{path} ({dates})" for path, dates in files]
        yield f"The names of {len(files)} files contain several dates: {_joined(names)}."


def _joined(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def read_dates_file(path: str) -> dict[str, Moment]:
    """Return the dates in a CSV file with the columns `file` and `datetime`, as a mapping from `file` to UTC times.

    The separator is a comma, semicolon or tab. A file can be listed by its name, its path, or the end of its path.

    Raises
    ------
    InputError
        The CSV file cannot be read, a column is missing, or a row has no file, has an invalid date, or has a different
        date from an earlier row for the same file.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return _read_rows(path, file)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", parameter="dates_file") from error
    except (UnicodeError, csv.Error) as error:
        raise InputError(f"{path} is not a CSV file in UTF-8: {error}.", parameter="dates_file") from error


def _read_rows(path: str, lines: Iterator[str]) -> dict[str, Moment]:
    header = next(lines, "")
    separator = next((each for each in ";\t" if each in header), ",")
    columns = [each.strip().lower() for each in next(csv.reader([header], delimiter=separator), [])]
    if not set(COLUMNS) <= set(columns):
        raise InputError(
            f"The first row of {path} must contain the columns {' and '.join(COLUMNS)}; it contains "
            f"{', '.join(filter(None, columns)) or 'nothing'}.",
            parameter="dates_file",
        )
    dates: dict[str, Moment] = {}
    for number, row in enumerate(csv.reader(lines, delimiter=separator), 2):
        if not any(map(str.strip, row)):
            continue
        values = {column: value.strip() for column, value in zip(columns, row)}
        file = values.get("file", "").replace("\\", "/")
        try:
            if not file:
                raise ValueError("the file is missing")
            moment = parse_scene_time(values.get("datetime", ""))
            if dates.setdefault(file, moment).time != moment.time:
                raise ValueError(f"{file} has a different date in an earlier row")
        except ValueError as error:
            raise InputError(f"{path}, row {number}: {error}.", parameter="dates_file") from error
    return dates


def _listed(path: str, dates: Mapping[str, Moment]) -> Moment | None:
    """Return a file's date from `dates`, looked up by its path or the end of its path; the longest match is used."""
    parts = path.replace("\\", "/").split("/")
    ends = ("/".join(parts[first:]) for first in range(len(parts)))
    return next((dates[each] for each in ends if each in dates), None)


def _stem(name: str) -> str:
    """Return a file name without extensions. Unlike `os.path.splitext`, this function keeps endings such as `.B04`."""
    if split_subdataset(name):
        return raster_stem(name)
    stem = _base(name)
    while shorter := _EXTENSION.sub("", stem):
        if shorter == stem:
            break
        stem = shorter
    return stem


def _base(name: str) -> str:
    return os.path.basename(name.replace("\\", "/").rstrip("/"))


def _read_product(stem: str) -> SceneName | None:
    """Return the information in the file name of a known product; None for other names."""
    for product in _PRODUCTS:
        match = product.name.match(stem)
        if match is None:
            continue
        rest = product.band.search(stem, match.end()) if product.band else None
        matches = [match, rest] if rest else [match]
        spans = [
            each.span(group) for each in matches for group in each.groupdict() if group[:3] == "cut" and each[group]
        ]
        bands = [each["band"] for each in matches if each.groupdict().get("band")]
        try:
            date = _time_in(match.groupdict())
        except ValueError:  # the other dates of the name are dates of processing
            date = None
        return SceneName(_without(stem, *spans), date, bands[0] if bands else None)
    return None


def _time_in(groups: Mapping[str, str | None]) -> Moment | None:
    """Return the time given by the groups of a match; None if no group matched. An invalid time raises ValueError."""
    text = groups.get("date")
    if text:
        return parse_scene_time(text)
    if not groups.get("year"):
        return None
    moment = moment_of(groups)
    if moment.time.year not in YEARS:
        raise ValueError(f"the year must be between {YEARS[0]} and {YEARS[-1]}")
    return moment


def _without(text: str, *spans: tuple[int, int]) -> str:
    """Return a string without the parts given by `spans`, and without the separator before each part."""
    for start, end in sorted(spans, reverse=True):
        head = text[:start]
        text = (head[:-1] if head[-1:] and head[-1] in _SEPARATORS else head) + text[end:]
    return text.strip(_SEPARATORS)


def _dates_in(stem: str) -> Iterator[Moment]:
    """Yield all dates in a name."""
    for match in _DATE.finditer(stem):
        try:
            yield moment_of(match.groupdict())
        except ValueError:
            continue


@functools.lru_cache(maxsize=8)
def _compiled(regex: str) -> re.Pattern[str]:
    """Return the compiled NAME_REGEX; raise OptionError if it is invalid or required groups are missing."""
    try:
        pattern = re.compile(regex)
    except re.error as error:
        raise OptionError(f"NAME_REGEX {regex} is invalid: {error}.", parameter="name_regex") from error
    groups = set(pattern.groupindex)
    problem = ""
    if unknown := sorted(groups - set(GROUPS)):
        problem = f"has the unknown group {unknown[0]}.{similar(unknown[0], GROUPS)}"
    elif not groups:
        problem = "has no named group, such as (?P<date>...)."
    elif groups & {"year", "month", "day", "doy"} and not (
        "year" in groups and ("doy" in groups or {"month", "day"} <= groups)
    ):
        problem = "must have the groups year, month and day, or year and doy (day of the year)."
    if problem:
        raise OptionError(f"NAME_REGEX {regex} {problem} Possible groups: {', '.join(GROUPS)}.", parameter="name_regex")
    return pattern


def _read_regex(name: str, pattern: re.Pattern[str], otherwise: SceneName) -> SceneName:
    """Return the scene, date and band that a regular expression finds in a file name, or else those of `otherwise`."""
    base = _base(name)
    match = pattern.search(base)
    if match is None:
        return otherwise
    groups = match.groupdict()
    try:
        date = _time_in(groups)
    except ValueError as error:
        raise InputError(
            f"NAME_REGEX finds an invalid date in {name}: {error}. If the date is not in the order year, month, "
            "day, use the groups year, month and day.",
            parameter="name_regex",
        ) from error
    band, scene = groups.get("band"), groups.get("scene")
    if band and not scene:
        scene = _stem(_without(base, match.span("band")))
    return SceneName(
        scene or otherwise.scene, date or otherwise.date, band or otherwise.band, () if date else otherwise.dates
    )


def _tag_time(tag: str) -> Moment | None:
    """Return the time in a TIFF tag; None if it is invalid. Midnight is interpreted as a date without a time."""
    try:
        time = datetime.strptime(tag.strip(), TAG_FORMAT).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return Moment(time, f"{time:%H%M%S}" == "000000") if time.year in YEARS else None
