"""Find the band for each letter in a formula: a band set in BANDS, or one with a known name, wavelength or position."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from ..errors import OptionError
from ..expression.rasters import letter
from ..expression.tree import Band
from ..raster.subdatasets import raster_stem
from ..reading.readers import open_raster
from .catalogue import catalogue
from .sensors import BandName, Sensor, band_name, sensor_of_product, sensors_of_count, sensors_with

SYNONYMS = {
    "A": ("coastal aerosol", "coastal blue"),
    "G1": ("green i", "green 1"),
    "N": ("near infrared",),
    "RE1": ("red edge 1", "red edge"),
    "RE2": ("red edge 2",),
    "RE3": ("red edge 3",),
    "S1": ("swir 1",),
    "S2": ("swir 2",),
}
"""Band names that are recognized for a letter, in addition to the STAC common name given by the catalogue."""

SINGLE = {"N": "N2"}
"""Letters that some sensors lack, mapped to the letter to use instead: Landsat 8 has N2 (near infrared), but no N."""

MICROMETRES = 30
"""If a file gives no unit, wavelengths below this number are read as micrometres, and all others as nanometres."""

POSITION = re.compile(r"(?:([A-Z]+)@)?([0-9]{1,5})")


class NamedBand(NamedTuple):
    """A band of an input: its description, the name of its file, and its central wavelength in nm.

    `file` is empty if the file has several bands. `wavelength` is None if the file does not contain it.
    """

    band: Band
    description: str
    file: str
    wavelength: float | None


class Place(NamedTuple):
    """A band that was found for a letter, and a phrase that says how, such as "by name".

    `matched` is the sensor's own letter for the band: for example, N2 if Sentinel-2 band B8A is used as N.
    """

    band: Band
    way: str
    matched: str


@dataclass(frozen=True)
class FoundBands:
    """The band found for each letter, the central wavelengths (nm) stored in the files, and the assumed sensors.

    If several sensors were assumed, all of them have the same names for the bands that are used. `by_count` is True if
    a sensor was assumed only because of the number of bands.
    """

    places: Mapping[str, Place]
    stated: Mapping[str, float]
    sensors: tuple[Sensor, ...]
    by_count: bool = False

    @property
    def sensor(self) -> Sensor | None:
        """The sensor that was assumed; None if no sensor or several sensors were assumed."""
        return self.sensors[0] if len(self.sensors) == 1 else None

    def wavelength(self, name: str) -> float | None:
        """Return the central wavelength in nm for letter `name`, from the file or the sensor; None if unknown."""
        if name in self.stated or self.sensor is None:
            return self.stated.get(name)
        matched = self.places[name].matched if name in self.places else name
        letters = (each for each in (matched, name, SINGLE.get(name, "")) if each in self.sensor.bands)
        return next((self.sensor.bands[each][1] for each in letters), None)


def read_bands_named(paths: Sequence[str]) -> tuple[NamedBand, ...]:
    """Return the names and wavelengths of all bands of all rasters, in the order of the rasters.

    Raises
    ------
    InputError
        A raster cannot be opened.
    """
    found = []
    for number, path in enumerate(paths):
        with open_raster(path) as dataset:
            file = raster_stem(path) if dataset.count == 1 else ""
            descriptions = dataset.descriptions
            for band in range(1, dataset.count + 1):
                wavelength = _wavelength(dataset, band)
                found.append(NamedBand(Band(number, band), descriptions[band - 1] or "", file, wavelength))
    return tuple(found)


def _wavelength(dataset: Any, band: int) -> float | None:
    """Return the central wavelength of a band in nm, from GDAL's IMAGERY domain or ENVI metadata items."""
    imagery = dataset.tags(band, ns="IMAGERY")
    if "CENTRAL_WAVELENGTH_UM" in imagery:
        return _nanometres(imagery["CENTRAL_WAVELENGTH_UM"], "um")
    items = {key.lower(): value for key, value in dataset.tags(band).items()}
    return _nanometres(items.get("wavelength", ""), items.get("wavelength_units", items.get("wavelength_unit", "")))


def _nanometres(text: str, unit: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    micro = unit.lower().startswith(("um", "µm", "micro")) or not unit and value < MICROMETRES
    return value * 1000 if micro else value


def parse_bands(given: str | Mapping[str, object], bands: Sequence[NamedBand]) -> dict[str, Band]:
    """Return the bands that BANDS assigns to letters.

    Parameters
    ----------
    given
        `N=4,R=3` for bands of the only raster, `N=B@1` for band 1 of the second raster; or such pairs as a mapping.
    bands
        All bands of the rasters.

    Raises
    ------
    OptionError
        BANDS has a syntax error, or contains a letter that is not in the catalogue or a band that does not exist.
    """
    known, found = catalogue().letters, {}
    for name, value in parse_pairs(given, "BANDS", "N=4,R=3").items():
        if name not in known:
            _fail(
                f"BANDS contains {name}={value}, but the catalogue of indexes has no band {name}. Its bands are "
                f"{', '.join(known)}."
            )
        found[name] = _position(f"{name}={value}", value, bands)
    return found


def _position(pair: str, value: str, bands: Sequence[NamedBand]) -> Band:
    count = bands[-1].band.raster + 1
    match = POSITION.fullmatch(value)
    if match is None:
        _fail(f"BANDS contains {pair}. Write the number of a band, such as N=4, or N=B@1 for the second raster.")
    if match[1] is None and count > 1:
        _fail(f"BANDS contains {pair}, but there are {count} rasters. Add the letter of the raster, such as N=B@1.")
    raster = next((number for number in range(count) if letter(number) == (match[1] or "A")), None)
    if raster is None:
        _fail(f"BANDS contains {pair}, but there is no raster {match[1]}. The last one is {letter(count - 1)}.")
    last = max(each.band.band for each in bands if each.band.raster == raster)
    if not 1 <= int(match[2]) <= last:
        _fail(f"BANDS contains {pair}, but raster {letter(raster)} has {last} band{'s' * (last > 1)}.")
    return Band(raster, int(match[2]))


def _fail(text: str) -> NoReturn:
    raise OptionError(text, parameter="bands")


def parse_pairs(given: str | Mapping[str, object], name: str, example: str) -> dict[str, str]:
    """Parse pairs such as `L=0.5,g=2.5` into a dict of strings; a mapping is also accepted.

    `name` is the name of the parameter, and `example` a valid value. Both appear in error messages.

    Raises
    ------
    OptionError
        An item is not a pair, or a name occurs twice.
    """
    if isinstance(given, Mapping):
        return {str(key): str(value) for key, value in given.items()}
    found: dict[str, str] = {}
    for part in filter(str.strip, re.split("[,;]", given or "")):
        key, _, value = (each.strip() for each in part.partition("="))
        if not (key and value):
            raise OptionError(
                f"{name} contains {part.strip()!r}. Write pairs such as {example}.", parameter=name.lower()
            )
        if key in found:
            raise OptionError(f"{name} contains {key} twice. Remove one entry.", parameter=name.lower())
        found[key] = value
    return found


def find_bands(
    letters: Sequence[str],
    paths: Sequence[str],
    bands: Sequence[NamedBand],
    given: Mapping[str, Band],
    sensor: Sensor | None,
    *,
    recognize: bool,
) -> FoundBands:
    """Return the band of each letter in the formulas.

    If no band is given for a letter, the band is identified by name, then by wavelength, then by the order of the bands
    in rasters of the sensor.

    Parameters
    ----------
    letters
        Letters in the formulas.
    paths, bands
        The rasters, and all their bands.
    given
        Bands from `parse_bands`.
    sensor, recognize
        The sensor. If `sensor` is None and `recognize` is True, the sensor is recognized from the names of files and
        bands. If a single raster has no such names, its number of bands decides, provided that only one sensor has
        rasters with this number of bands. If `recognize` is False, None means that no sensor is assumed.

    Raises
    ------
    OptionError
        A letter has no matching band, or more than one.
    """
    missing = [each for each in letters if each not in given]
    if sensor is None and recognize:
        sensor = _recognized(paths, needed=bool(missing))
    if sensor is not None or not recognize:
        lookups = [_Lookup(bands, sensor)]
    else:
        names = [name for name in map(_band_name, bands) if name is not None]
        lookups = [*(_Lookup(bands, each, certain=False) for each in sensors_with(names)), _Lookup(bands, None)]
    by_count = _by_count(missing, bands, lookups[0]) if recognize and sensor is None else None
    if by_count is not None:
        lookups = [by_count]
    sensors, found = _choose(missing, lookups)
    named = next(each for each in lookups if each.sensor is (sensors[0] if sensors else None))
    places = {name: Place(band, "by BANDS", named.letter_of(band, name)) for name, band in given.items()}
    places.update(found)
    wavelengths = {each.band: each.wavelength for each in bands}
    stated = ((name, wavelengths[place.band]) for name, place in places.items())
    wavelengths_of = {name: each for name, each in stated if each is not None}
    return FoundBands(places, wavelengths_of, sensors, by_count is not None)


def _by_count(letters: Sequence[str], bands: Sequence[NamedBand], unknown: _Lookup) -> _Lookup | None:
    """Return a lookup for the sensor identified by the number of bands; None if no sensor can be identified.

    The number is used only for a single multiband raster without band descriptions, and only if `unknown`, the lookup
    without a sensor, does not find all letters. A sensor is identified if rasters of other sensors never have this
    number of bands, and the lookup for the sensor finds all letters.
    """
    if any(each.description or each.file or each.band.raster for each in bands):
        return None
    sensors = sensors_of_count(len(bands))
    if len(sensors) != 1 or len(unknown.find(letters)) == len(letters):
        return None
    lookup = _Lookup(bands, sensors[0])
    return lookup if len(lookup.find(letters)) == len(letters) else None


def _recognized(paths: Sequence[str], needed: bool) -> Sensor | None:
    """Return the sensor whose product names match the names of the rasters; None if there is no such sensor.

    Raises
    ------
    OptionError
        The rasters belong to products of several sensors, and `needed` is True.
    """
    found = {path: sensor for path in paths for sensor in [sensor_of_product(path)] if sensor is not None}
    names = {sensor.name: path for path, sensor in found.items()}
    if len(names) > 1 and needed:
        listed = ", ".join(f"{path} of {name}" for name, path in names.items())
        raise OptionError(
            f"The names of the rasters match products of several sensors: {listed}. Set SENSOR, or assign the bands "
            "with BANDS.",
            parameter="sensor",
        )
    return next(iter(found.values())) if len(names) == 1 else None


def _band_name(band: NamedBand) -> BandName | None:
    return band_name(band.description, first=True) or band_name(band.file)


def _folded(text: str) -> str:
    """Return a name in lower case, without punctuation or spaces."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


class _Lookup:
    """Finds the bands for letters in formulas, assuming that `sensor` recorded the rasters (None: unknown sensor).

    If the sensor is not certain, the names of its bands are used, but not the order of its bands.
    """

    def __init__(self, bands: Sequence[NamedBand], sensor: Sensor | None, certain: bool = True) -> None:
        self.bands, self.sensor, self.certain = bands, sensor, certain
        self.named: dict[str, list[Band]] = {}
        for each in bands:
            for name in self._names(each):
                self.named.setdefault(name, []).append(each.band)

    def _names(self, each: NamedBand) -> Iterator[str]:
        """Yield the letters that formulas use for a band, according to the band's name."""
        last = re.split(r"[^A-Za-z0-9]+", each.file)[-1]
        words = {_folded(text) for text in (each.description, each.file, last)}
        found = _band_name(each)
        for name, known in catalogue().letters.items():
            common = {_folded(text) for text in (known.common_name, *SYNONYMS.get(name, ()))}
            own = self.sensor.bands.get(name, ("", 0))[0] if self.sensor else ""
            if each.description == name or words & common or found is not None and found.name == own:
                yield name

    def find(self, letters: Sequence[str]) -> dict[str, Place]:
        """Return the bands found for letters in formulas; letters without a band are left out.

        Raises
        ------
        OptionError
            More than one band is found for a letter.
        """
        ordered = self._ordered()
        found = {}
        for name in letters:
            alternatives = [name, *filter(None, [SINGLE.get(name)])]
            by_name = next((each for each in alternatives if each in self.named), None)
            by_order = next((each for each in alternatives if each in ordered), None)
            if by_name is not None:
                found[name] = Place(_only(name, self.named[by_name]), "by name", by_name)
            elif near := self._near(name):
                found[name] = Place(_only(name, near), "by wavelength", name)
            elif by_order is not None:
                found[name] = Place(ordered[by_order], "by the order of the bands", by_order)
        return found

    def letter_of(self, band: Band, name: str) -> str:
        """Return the letter `name` or, if the band's name or position matches only other letters, the first of them."""
        letters = self.letters_of(band) or [each for each, own in self._ordered().items() if own == band]
        return name if name in letters or not letters else letters[0]

    def letters_of(self, band: Band) -> list[str]:
        """Return the letters that formulas use for a band, according to the band's name."""
        return [name for name, bands in self.named.items() if band in bands]

    def _near(self, name: str) -> list[Band]:
        """Return the bands in the wavelength range of the letter `name` that are nearest to the middle of the range."""
        known = catalogue().letters[name]
        middle = (known.shortest + known.longest) / 2
        inside = [
            (abs(each.wavelength - middle), each.wavelength, each.band)
            for each in self.bands
            if each.wavelength is not None and known.shortest <= each.wavelength <= known.longest
        ]
        nearest = min((place[:2] for place in inside), default=None)
        return [band for *place, band in inside if tuple(place) == nearest]

    def _ordered(self) -> dict[str, Band]:
        """Return the band of each letter by position; {} if no known order fits the names and wavelengths of all bands.

        The position is the band number in the only raster or, if each raster has one band, the number of the raster.
        """
        if self.sensor is None or not self.certain:
            return {}
        rasters = {each.band.raster for each in self.bands}
        if len(rasters) not in (1, len(self.bands)):
            return {}
        order = next((each for each in self.sensor.orders if len(each) == len(self.bands)), ())
        if not all(map(self._fits, order, self.bands)):
            return {}
        return {name: each.band for name, each in zip(order, self.bands) if name != "-"}

    def _fits(self, name: str, band: NamedBand) -> bool:
        """Return True if a band can have the letter `name`, judging by its own name and its wavelength."""
        letters = self.letters_of(band.band)
        if letters:
            return any(name in (each, SINGLE.get(each)) for each in letters)
        if name == "-":
            return True
        known = catalogue().letters[name]
        near = band.wavelength is None or known.shortest <= band.wavelength <= known.longest
        return near and _band_name(band) is None


def _only(name: str, bands: Sequence[Band]) -> Band:
    if len(bands) > 1:
        listed = " and ".join(f"{letter(each.raster)}@{each.band}" for each in bands)
        _fail(
            f"More than one band matches {catalogue().letters[name]}: {listed}. Assign one with BANDS, such as "
            f"{name}={letter(bands[0].raster)}@{bands[0].band}."
        )
    return bands[0]


def _choose(letters: Sequence[str], lookups: Sequence[_Lookup]) -> tuple[tuple[Sensor, ...], dict[str, Place]]:
    """Return the assumed sensors and the band of each letter, from the lookups that find all letters.

    Raises
    ------
    OptionError
        No lookup finds all letters, or the lookups for two sensors contradict each other: they find different bands for
        the same letter, or the same band has different letters. This applies even if one of the two lookups finds
        only some of the letters.
    """
    found = [(each, each.find(letters)) for each in lookups]
    complete = [(lookup, places) for lookup, places in found if len(places) == len(letters)]
    if not complete:
        _fail_missing(letters, lookups, [places for _, places in found])
    differing = [
        lookup
        for lookup, own in found
        if lookup.sensor is not None and not all(_agree(lookup, own, places) for _, places in complete)
    ]
    sensors = tuple(lookup.sensor for lookup, _ in complete if lookup.sensor is not None)
    by_others = complete[-1][0].sensor is None  # found by wavelengths, or by names that are not specific to a sensor
    if not differing:
        return (() if by_others and len(sensors) > 1 else sensors), complete[0][1]
    if by_others:
        return (), complete[-1][1]
    used = [lookup for lookup, _ in complete]
    names = " or ".join(each.sensor.name for each in lookups if each.sensor and (each in used or each in differing))
    raise OptionError(
        f"The band names fit {names}, but these sensors use the same names for different bands. Set SENSOR, or assign "
        "the bands with BANDS.",
        parameter="sensor",
    )


def _agree(lookup: _Lookup, own: Mapping[str, Place], places: Mapping[str, Place]) -> bool:
    """Return True if the bands `places`, found by another lookup, contradict neither `lookup` nor its results `own`."""
    for name, place in places.items():
        letters = lookup.letters_of(place.band)
        if name in own and own[name].band != place.band or letters and not {name, SINGLE.get(name)} & {*letters}:
            return False
    return True


def _fail_missing(letters: Sequence[str], lookups: Sequence[_Lookup], found: Sequence[Mapping[str, Place]]) -> NoReturn:
    most = max(found, key=len)
    missing = [catalogue().letters[name] for name in letters if name not in most]
    sensor = lookups[0].sensor if lookups[0].certain else None
    reason = remedy = ""
    if sensor is None:
        remedy = ", or set SENSOR if the bands are named or ordered as in the products of a known sensor"
    else:
        absent = [each.letter for each in missing if not {each.letter, SINGLE.get(each.letter)} & {*sensor.bands}]
        reason = f" {sensor.name} has no {' and no '.join(absent)}." if absent else ""
    _fail(
        f"No band was found for {', '.join(map(str, missing))} by name, wavelength or order.{reason} Assign "
        f"{'it' if len(missing) == 1 else 'them'} with BANDS, such as {missing[0].letter}=4{remedy}."
    )
