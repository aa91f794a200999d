"""Help texts of Parallel normalized difference and of its own parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

NORMALIZED_DIFFERENCE = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes a spectral index (A - B) / (A + B) from two bands, chunk by chunk on all CPU cores, for example the "
        "NDVI with A = near infrared and B = red.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is valid if its values in both bands are finite, not nodata, and not hidden by a mask or alpha. "
            "All other pixels become nodata.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Scale and offset of the bands are applied. Integers never wrap or overflow. The result is the same, bit "
            "for bit, for every chunk size and number of workers.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A mask hides pixels by the values of a class layer (3,8-10 are cloud shadows and clouds in Sentinel-2's "
            "SCL) or by the bits of a quality layer (1-4 are clouds and cloud shadows in Landsat's QA_PIXEL). If the "
            "mask has another resolution, the nearest mask pixel is used. Pixels are also hidden outside the mask and "
            "where the mask is nodata.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A raster of the negative term on another grid is rejected unless you choose a resampling method.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output appears when it is complete and verified. A run that fails or is cancelled leaves nothing "
            "behind.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Bands 4 and 3 of a Landsat 7 image give the NDVI. Sentinel-2 has one file per band: set Input raster to B08 "
        "and its band to 1, and Raster of the negative term to B04.",
    ),
    {
        **INDEX_PARAMETERS,
        "INPUT_B": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Set it if the negative term is in another file, as for Sentinel-2. The band below is then used instead of "
            "B.",
        ),
        "INPUT_B_BAND": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Used only if the raster of the negative term is set above."
        ),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How to resample the raster of the negative term to the grid of the input raster if their grids differ.",
        ),
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the overview to compute from, for a quick preview; 0 is the first and largest. The output has "
            "the grid of the overview. The raster of the negative term is read from its overview on the same grid, or "
            "at full resolution if it has none. A mask keeps its resolution. -1 uses full resolution, or the "
            "OVERVIEW_LEVEL that is set on the layer.",
        ),
        "MASK": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A class layer such as Sentinel-2's SCL, or a quality layer such as Landsat's QA_PIXEL. Its resolution can "
            "differ from the input raster's.",
        ),
        "MASK_BAND": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the mask that contains the values or bits."),
        "MASK_VALUES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Values and ranges, separated by commas. 3,8-10 hides cloud shadows and clouds of Sentinel-2's SCL.",
        ),
        "MASK_BITS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Bits and ranges, counted from 0. If set, the mask values are ignored. 1-4 hides clouds and cloud shadows "
            "of Landsat's QA_PIXEL. 8-9=2-3 hides pixels whose bits 8 and 9 together have the value 2 or 3.",
        ),
        "MASK_GROW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Also hides all pixels within this distance of a pixel that the values or bits hide, for example the edges "
            "of clouds. The distance is measured on the grid of the mask. Not available for masks in degrees.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A GeoTIFF, which appears when it is complete and verified.",
        ),
    },
)
