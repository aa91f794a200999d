"""Help texts that only the Parallel normalized difference algorithm uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.mask_help import MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

NORMALIZED_DIFFERENCE = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes a spectral index (A - B) / (A + B) from two bands (for the NDVI, A is near infrared and B is red), "
        "chunk by chunk on all CPU cores.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is valid if its values in both bands are finite, not nodata, and not hidden by a mask or alpha "
            "band. All other pixels become nodata in the output.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The scale and offset of the bands are applied. Integer values never wrap or overflow. The result is the "
            "same, bit for bit, for every chunk size and number of workers.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A mask hides pixels according to the values of a class layer (in Sentinel-2's SCL, 3,8-10 are cloud "
            "shadows and clouds) or the bits of a quality layer (in Landsat's QA_PIXEL, 1-4 are clouds and cloud "
            "shadows). If the mask has a different resolution from the input raster, the nearest mask pixel is used. "
            "Pixels outside the mask and pixels that are nodata in the mask are also hidden.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If the raster for the negative term is on a different grid from the input raster, it is rejected unless "
            "you choose a resampling method.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output file appears only when it is complete and verified. A run that fails or is cancelled leaves "
            "no files behind.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "For the NDVI of a Landsat 7 scene, set A to band 4 and B to band 3. Sentinel-2 has one file per band: set "
        '"Input raster" to the file of B08, A to band 1, and "Raster of the negative term" to the file of B04.',
    ),
    {
        **INDEX_PARAMETERS,
        "INPUT_B": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Set this raster if the positive and negative terms are in different files, for example for Sentinel-2. "
            '"Band of the negative term" is then used instead of "Negative term, B".',
        ),
        "INPUT_B_BAND": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Band number in the raster of the negative term. Used only if "Raster of the negative term" is set.',
        ),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Method for resampling the raster of the negative term to the grid of the input raster if the two grids "
            "differ.",
        ),
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the overview from which the index is computed, for a quick preview; 0 is the first and largest "
            "overview. The output has the grid of the overview. The raster of the negative term is read from its own "
            "overview on the same grid or, if it has no such overview, at full resolution. The mask is always read at "
            "full resolution. -1 uses full resolution or, if the open option OVERVIEW_LEVEL is set on the layer, the "
            "overview that this option selects.",
        ),
        **MASK_PARAMETERS,
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Output GeoTIFF. The file appears only when it is complete and verified.",
        ),
    },
)
