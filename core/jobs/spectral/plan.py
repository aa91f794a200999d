"""Plan spectral indexes before any pixel is read: formulas, bands, constants, and metadata of the output bands."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...choices import RESAMPLING, resolve_choice
from ...engine.options import RunOptions
from ...errors import OptionError, about
from ...expression.degree import degree
from ...expression.parser import parse_formula
from ...expression.plan import FormulaInputs, OutputBand, plan_formulas, read_inputs, unused_letters
from ...expression.rasters import letter
from ...expression.tokens import Place
from ...expression.tree import Band, Node, Number, bands
from ...indexes.bands import FoundBands, find_bands, parse_bands, parse_pairs, read_bands_named
from ...indexes.catalogue import SpectralIndex, catalogue, find_indexes
from ...indexes.sensors import find_sensor
from ...pixels.inputs import InputOptions
from ...pixels.plan import PixelPlan, ResolveProfile
from ...pixels.products import scaling_hint
from ...pixels.stack import Source
from ...suggestions import similar
from ...writing.gdal_file import BandDescription

WAVELENGTH = "lambda"
"""Prefix of the constants whose values are central wavelengths of bands: lambdaN is the wavelength of band N."""

NAMED = 5
"""Maximum number of indexes in the title of a report."""


@dataclass(frozen=True)
class SpectralOptions(InputOptions):
    """Parameters of spectral indexes. See `spectral_index` for their meaning."""

    scaling: str = "stored"
    index: str | Sequence[str] = "NDVI"
    sensor: str = "auto"
    bands: str | Mapping[str, object] = ""
    constants: str | Mapping[str, object] = ""


def plan_spectral(
    sources: Sequence[str],
    dst: str,
    options: SpectralOptions,
    run: RunOptions,
    resolve: ResolveProfile | None = None,
) -> PixelPlan:
    """Read the metadata of all inputs, check the output path, and return the plan of the run.

    Parameters
    ----------
    sources, dst, options, run
        As for `spectral_index`.
    resolve
        Function that returns the profile of the output; None uses `storable_profile`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory limit is too small.
    """
    options.check_scaling()
    resolve_choice(RESAMPLING, options.resampling, "RESAMPLING")
    indexes = find_indexes(options.index)
    if not sources:
        raise OptionError("INPUTS is empty. Choose at least one raster.", parameter="sources")
    given = _given_constants(options)
    found = _find_bands(indexes, sources, options)
    constants = _constants(indexes, given, found)
    outputs = [_output(index, found, constants) for index in indexes]
    inputs = read_inputs(sources, outputs, options)
    return plan_formulas(
        inputs, outputs, dst, options, run, name="spectral-index", title=title_of(indexes), dtype="float32",
        labels=_labels(indexes, found), decided=list(_decisions(indexes, found, constants)),
        warnings=[*_assumptions(found), *_warnings(indexes, outputs, inputs, options, len(sources))], resolve=resolve,
    )  # fmt: skip


def title_of(indexes: Sequence[SpectralIndex]) -> str:
    """Return the title of a report: the short names of the first indexes, and the number of the others."""
    more = f" and {len(indexes) - NAMED} more" if len(indexes) > NAMED else ""
    return ", ".join(each.short_name for each in indexes[:NAMED]) + more


def _find_bands(indexes: Sequence[SpectralIndex], sources: Sequence[str], options: SpectralOptions) -> FoundBands:
    letters = [each for each in _symbols(indexes) if each in catalogue().letters]
    with about("sources"):
        every = read_bands_named(sources)
    given = parse_bands(options.bands, every)
    recognize = str(options.sensor).strip().casefold() == "auto"
    return find_bands(letters, sources, every, given, find_sensor(options.sensor), recognize=recognize)


def _symbols(indexes: Sequence[SpectralIndex]) -> list[str]:
    """Return the letters of all bands and the names of all constants in the formulas, without duplicates."""
    return list(dict.fromkeys(symbol for index in indexes for symbol in index.symbols))


def _given_constants(options: SpectralOptions) -> dict[str, float]:
    """Return the constants set in CONSTANTS.

    Raises
    ------
    OptionError
        CONSTANTS has a syntax error, or contains a constant that is not in the catalogue.
    """
    known, found = catalogue().constants, {}
    for name, text in parse_pairs(options.constants, "CONSTANTS", "L=0.5").items():
        if name not in known:
            raise OptionError(
                f"CONSTANTS contains {name}, but the catalogue of indexes has no such constant.{similar(name, known)}",
                parameter="constants",
            )
        try:
            found[name] = float(text)
        except ValueError:
            found[name] = math.nan
        if not math.isfinite(found[name]):
            raise OptionError(
                f"CONSTANTS contains {name}={text}. Write a finite number, such as {name}=0.5.", parameter="constants"
            )
    return found


def _constants(indexes: Sequence[SpectralIndex], given: Mapping[str, float], found: FoundBands) -> dict[str, float]:
    """Return the values of all constants in the formulas: given values, defaults, and wavelengths of bands.

    Raises
    ------
    OptionError
        A constant has no value: it is not given, has no default, and is not a wavelength known from a file or sensor.
    """
    known = catalogue().constants
    values: dict[str, float] = {}
    for name in (each for each in _symbols(indexes) if each in known):
        value = given.get(name, known[name].default)
        if value is None and name.startswith(WAVELENGTH):
            value = found.wavelength(name[len(WAVELENGTH) :])
        if value is None:
            users = ", ".join(each.short_name for each in indexes if name in each.symbols)
            raise OptionError(
                f"The constant {name} of {users} ({known[name].description}) has no default. Set it in CONSTANTS, for "
                f"example {name}={'865' if name.startswith(WAVELENGTH) else '1'}.",
                parameter="constants",
            )
        values[name] = value
    return values


def _output(index: SpectralIndex, found: FoundBands, constants: Mapping[str, float]) -> OutputBand:
    """Return the output band of an index: its formula, with bands and constants inserted, and its metadata."""
    places = {name: place.band for name, place in found.places.items()}
    symbols: dict[str, Node] = {**places, **{name: Number(value) for name, value in constants.items()}}
    tree = parse_formula(index.formula, (), Place(), symbols).tree
    used_bands = (f"{each}={_at(places[each])}" for each in index.symbols if each in places)
    used_constants = (f"{each}={constants[each]:.12g}" for each in index.symbols if each in constants)
    tags = {
        "SPECTRAL_INDEX": index.short_name,
        "LONG_NAME": index.long_name,
        "FORMULA": index.formula,
        "BANDS": ",".join(used_bands),
        "CONSTANTS": ",".join(used_constants),
        "REFERENCE": index.reference,
        "CATALOGUE": catalogue().title,
    }
    description = BandDescription(index.short_name, tags=tuple((key, value) for key, value in tags.items() if value))
    return OutputBand(description, tree)


def _at(band: Band) -> str:
    return f"{letter(band.raster)}@{band.band}"


def _labels(indexes: Sequence[SpectralIndex], found: FoundBands) -> dict[Band, str]:
    """Return each band's name in the log: its letters in the formulas, its raster and number, and how it was found.

    A band can have several letters, such as N and N2.
    """
    letters: dict[Band, list[str]] = {}
    for name in _symbols(indexes):
        if name in found.places:
            letters.setdefault(found.places[name].band, []).append(name)
    return {
        band: f"{' and '.join(names)} ({_at(band)}, {found.places[names[0]].way})" for band, names in letters.items()
    }


def _decisions(indexes: Sequence[SpectralIndex], found: FoundBands, constants: Mapping[str, float]) -> Iterator[str]:
    yield f"Catalogue: {catalogue().title}"
    if found.sensors:
        yield f"Sensor: {_sensor_names(found)}"
    for index in indexes:
        yield f"{index.short_name} ({index.long_name}) = {index.formula}"
    if constants:
        yield f"Constants: {', '.join(f'{name}={value:.12g}' for name, value in constants.items())}"


def _sensor_names(found: FoundBands) -> str:
    return " or ".join(each.name for each in found.sensors)


def _assumptions(found: FoundBands) -> Iterator[str]:
    if found.by_count:
        yield (
            f"The bands have no names. They are assumed to be the bands of {_sensor_names(found)}, in the usual order, "
            "because no other known sensor has this number of bands. If this is wrong, set BANDS."
        )


def _warnings(
    indexes: Sequence[SpectralIndex],
    outputs: Sequence[OutputBand],
    inputs: FormulaInputs,
    options: SpectralOptions,
    count: int,
) -> Iterator[str]:
    unused = unused_letters(count, inputs.used)
    if "A" in unused:
        yield f"No index uses {inputs.first.path}. The output still has the grid of this raster, the first in INPUTS."
    yield from _unused_options(indexes, options)
    sources = dict(zip(inputs.used, inputs.sources))
    hints = _scaling_hints(inputs.sources)
    dependent = [
        index.short_name
        for index, output in zip(indexes, outputs)
        if degree(output.tree) != 0 and any(_is_unscaled(sources[band]) for band in bands(output.tree))
    ]
    if dependent:
        remedy = hints[0] if hints else _remedy(inputs.sources)
        yield (
            f"{', '.join(dependent)}: defined for reflectance from 0 to 1, but no scale and offset are applied to the "
            f"integers in the bands. {remedy}"
        )
    elif options.scaling.lower() == "stored":
        yield from hints


def _remedy(sources: Sequence[Source]) -> str:
    if any((each.band.scale, each.band.offset) != (1, 0) for each in sources):
        return "Set SCALING to 'stored'."
    return (
        "Set SCALING to 'given', and SCALE and OFFSET to the values of the product: for example, 0.0001 and -0.1 for "
        "Sentinel-2 since 2022, or 0.0000275 and -0.2 for Landsat Collection 2."
    )


def _unused_options(indexes: Sequence[SpectralIndex], options: SpectralOptions) -> Iterator[str]:
    symbols = set(_symbols(indexes))
    for name, given in (("BANDS", options.bands), ("CONSTANTS", options.constants)):
        unused = [each for each in parse_pairs(given, name, "") if each not in symbols]
        if unused:
            yield f"{name} contains {', '.join(unused)}, which no chosen index uses."


def _is_unscaled(source: Source) -> bool:
    """Return True if the band contains integers to which no scale or offset is applied."""
    integer = not source.band.dtype.startswith("float")
    return integer and (source.term.scale, source.term.offset) == (1, 0)


def _scaling_hints(sources: Sequence[Source]) -> list[str]:
    """Return hints on missing scales and offsets: one hint for all bands of the same product."""
    hints: dict[str, str] = {}
    for source in sources:
        hint = scaling_hint(source.band.path, source.band.scale, source.band.offset)
        if hint:
            hints.setdefault(hint.removeprefix(source.band.path), hint)
    return list(hints.values())
