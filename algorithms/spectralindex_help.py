"""Help texts that only the Spectral index algorithm uses, and the help tables of the index catalogue."""

from __future__ import annotations

from ..core.indexes.catalogue import Catalogue, catalogue
from .shared.calculator_help import CALCULATOR_PARAMETERS, GRID_RULE
from .shared.help_texts import Help, Table
from .shared.index_help import INDEX_PARAMETERS
from .shared.mask_help import AUTOMATIC_MASK_VALUES, MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP, translate

DOMAINS = {
    "vegetation": QT_TRANSLATE_NOOP("ParallelRaster", "Vegetation"),
    "water": QT_TRANSLATE_NOOP("ParallelRaster", "Water"),
    "burn": QT_TRANSLATE_NOOP("ParallelRaster", "Burnt areas"),
    "urban": QT_TRANSLATE_NOOP("ParallelRaster", "Built-up areas"),
    "soil": QT_TRANSLATE_NOOP("ParallelRaster", "Soil"),
    "snow": QT_TRANSLATE_NOOP("ParallelRaster", "Snow and ice"),
    "clouds": QT_TRANSLATE_NOOP("ParallelRaster", "Clouds"),
}
"""Application domains of the catalogue, with their headings in the help."""


def catalogue_tables() -> list[Table]:
    """Return the tables of the catalogue: bands, constants, and the indexes of each domain with their formulas."""
    known = catalogue()
    return [
        Table(translate("ParallelRaster", "Bands of the formulas"), _bands(known)),
        Table(translate("ParallelRaster", "Constants of the formulas"), _constants(known), joined=True),
        *(
            Table(translate("ParallelRaster", heading), _indexes(known, domain), joined=True)
            for domain, heading in DOMAINS.items()
        ),
    ]


def _bands(known: Catalogue) -> list[tuple[str, str]]:
    return [
        (each.letter, f"{each.common_name}, {each.shortest:g} - {each.longest:g} nm") for each in known.letters.values()
    ]


def _constants(known: Catalogue) -> list[tuple[str, str]]:
    return [
        (each.name if each.default is None else f"{each.name} = {each.default:g}", each.description)
        for each in known.constants.values()
    ]


def _indexes(known: Catalogue, domain: str) -> list[tuple[str, str]]:
    return [
        (name, f"{each.long_name} = {each.formula}") for name, each in known.indexes.items() if each.domain == domain
    ]


SPECTRAL_INDEX = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes spectral indexes by name from the Awesome Spectral Indices catalogue, chunk by chunk on all CPU "
        "cores; each index becomes one output band.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Each band of a formula is found by its description or file name (for example B04, SR_B4 or red). If this "
            "is not possible, it is found by the wavelength in its metadata or, failing that, by its position if there "
            "are as many bands as in a complete image from the sensor. The log lists each band and how it was found. "
            "If a band is missing or ambiguous, the run does not start.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The formulas of the catalogue are defined for reflectance from 0 to 1. If the value of an index depends "
            "on the scale, and its bands contain integers without a scale and offset, a warning is logged.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Formulas are computed in 64-bit floating point and rounded once, to Float32. A pixel is valid if all "
            "bands in the formula are valid at this pixel. A division by zero gives nodata; the number of such results "
            "is reported.",
        ),
        GRID_RULE,
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The metadata of each output band contains the name, formula and constants of the index, its bands, its "
            "reference, and the version of the catalogue.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To compute EVI and MSAVI of a Sentinel-2 image, choose the files of its bands B02, B04 and B08, select EVI "
        'and MSAVI, choose "Scale and offset below", and set the scale to 0.0001 and the offset to -0.1. In '
        "qgis_process, write INDEX=EVI,MSAVI.",
    ),
    {
        **MASK_PARAMETERS,
        **AUTOMATIC_MASK_VALUES,
        **{name: INDEX_PARAMETERS[name] for name in ("SCALING", "SCALE", "OFFSET")},
        "OVERVIEW": CALCULATOR_PARAMETERS["OVERVIEW"],
        "INPUTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "One raster with all bands, or several rasters, for example one file for each band. The output has the "
            "grid of the first raster in the list.",
        ),
        "INDEX": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Short names of the indexes, in the order of the output bands. The help lists their long names and "
            "formulas. In a command, separate the names with commas. Names are case-sensitive.",
        ),
        "SENSOR": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Sensor whose band names and band order are used to find the bands. "auto" recognizes the sensor by the '
            'names of the files and bands or, if there are no names, by the number of bands. With "none", no sensor is '
            "assumed: a band is found only if you assign it, or if it has a wavelength or a common name such as red.",
        ),
        "BANDS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Assigns bands to the letters in the formulas, for example N=4,R=3. If there are several rasters, N=B@1 "
            "assigns band 1 of the second raster. Assigned bands take precedence over bands that are found "
            "automatically.",
        ),
        "CONSTANTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Values of constants in the formulas, for example L=0.5,g=2. Constants that you do not set have the "
            "default values of the catalogue. Wavelengths such as lambdaN have no default; they are taken from the "
            "band or the sensor.",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Value that marks missing pixels in the output. If empty, it is -9999."
        ),
    },
    tables=catalogue_tables,
)
