"""The help of Parallel normalized difference, and of the parameters that mean something of their own there."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

NORMALIZED_DIFFERENCE = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes (A - B) / (A + B) of two bands, chunk by chunk on all processors: NDVI with A = near infrared and "
        "B = red, and its relatives.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel counts when it is valid in both bands: finite, not nodata, not hidden by a mask or alpha. Every "
            "other pixel becomes nodata.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Scale and offset of the bands are applied; nothing wraps or overflows, and the result is the same to the "
            "last bit for any chunk size and number of workers.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A mask hides pixels by the values of a class layer (3,8-10 are the cloud shadows and clouds of "
            "Sentinel-2's SCL) or by the bits of a quality layer (1-4 are those of Landsat's QA_PIXEL). Of a mask of "
            "another resolution the nearest pixel counts. Outside its extent, and where it is nodata itself, pixels "
            "are hidden.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A raster of the negative term on another grid is refused unless a resampling is chosen, which brings it "
            "onto the grid of the input.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The result appears when it is complete and verified; a run that fails or is cancelled leaves nothing "
            "behind.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Bands 4 and 3 of a Landsat 7 image give the NDVI. Sentinel-2 comes as one file per band: give B08 as Input "
        "raster with band 1, and B04 as Raster of the negative term.",
    ),
    {
        **INDEX_PARAMETERS,
        "INPUT_B": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Only where the negative term lies in a file of its own, as with Sentinel-2. Its band below then counts "
            "instead of B.",
        ),
        "INPUT_B_BAND": QT_TRANSLATE_NOOP("ParallelRaster", "Band of that raster."),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Brings the raster of the negative term onto the grid of the input, where it has another.",
        ),
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Computes from an overview of the input, for a quick look: 0 is the first and largest. The result has its "
            "grid. The raster of the negative term is read at the overview that lies on that grid, else itself; a mask "
            "keeps its own resolution. -1: the raster itself, or the OVERVIEW_LEVEL that is set on the layer.",
        ),
        "MASK": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A class layer such as Sentinel-2's SCL, or a quality layer such as Landsat's QA_PIXEL. Another "
            "resolution is no matter.",
        ),
        "MASK_BAND": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the mask."),
        "MASK_VALUES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Values and ranges. 3,8-10: cloud shadows and clouds of Sentinel-2's SCL.",
        ),
        "MASK_BITS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Bits and ranges, from 0; then used instead of the values. 1-4: clouds and their shadows of Landsat's "
            "QA_PIXEL. 8-9=2-3: where bits 8 and 9 together hold 2 or 3.",
        ),
        "MASK_GROW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixels within this distance of one that the values or bits hide are hidden too, such as the edges of "
            "clouds. Measured on the mask's own grid; not for masks in degrees.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A GeoTIFF; it appears when it is complete and verified.",
        ),
    },
)
