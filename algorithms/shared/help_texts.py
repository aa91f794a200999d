"""What the algorithms say of themselves beside their parameters: a summary, the rules that matter, an example.

The texts are marked for translators here and translated when they are shown; `help_page` gives them their form.
"""

from __future__ import annotations

from typing import NamedTuple

from .translation import QT_TRANSLATE_NOOP


class Help(NamedTuple):
    """The help of one algorithm: one sentence, paragraphs, one paragraph that shows how."""

    summary: str
    rules: tuple[str, ...]
    example: str


TILE_RASTER = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Cuts a raster into GeoTIFFs on all processors: into columns and rows, into tiles of a size in pixels or map "
        "units, or into one tile per polygon.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Every pixel lies in the core of exactly one tile, also where the size does not divide. Overlap adds "
            "pixels of the neighbours around the core.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Tiles keep type, nodata, scale, offset, unit, description, colours, mask or alpha, metadata and CRS; the "
            "log names what a GeoTIFF cannot hold. Creation options that are not given are those of the input where "
            "that is a tiled, lossless GeoTIFF.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The folder then holds the tiles, their list (tiles.json) and a virtual mosaic of the cores. A run that "
            "fails or is cancelled leaves it as it was; an older set of tiles in it is replaced when the new one is "
            "complete; other files are never touched. With Resume an interrupted run goes on where it was.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is valid where at least one band has a value (finite, not nodata) and no mask or alpha hides it.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "An image of 10,980 x 10,980 pixels in tiles of 2048 with an overlap of 32 gives a filter the neighbours that "
        "it needs; Merge tiles then leaves the overlap out again.",
    ),
)

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
)

NORMALIZED_DIFFERENCE_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes (A - B) / (A + B) of two bands of every raster of a list, or of a folder, by the rules of Parallel "
        "normalized difference.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Many files are computed at once; workers and working memory are for all of them together.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The results take the names of their rasters with the index's in front, NDVI_tile_0_1.tif say, and appear "
            "together at the end.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A raster whose pixels cannot be read is left out: the others are finished, and the run then fails and "
            "names it. A run that fails otherwise, or is cancelled, leaves the folder as it was.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Where the folder is a set made by Tile raster, with its list tiles.json, that list is what is computed, "
            "and it is written again for the results.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Tile raster, this with the folder of the tiles, then Merge tiles: the model NDVI by way of tiles does so.",
    ),
)

MERGE_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Merges any number of rasters to one, chunk by chunk on all processors. Thousands of tiles work: a few of them "
        "are open at a time.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel counts where it is finite, not nodata, and not hidden by a mask or alpha of its own file; an "
            "invisible pixel never hides a visible one.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Nodata counts band by band, unless another rule is chosen for pixels that are nodata in some bands: where "
            "one band of a pixel is nodata, its other bands still count. The log says how many pixels have bands of "
            "several rasters because of that. A mask and alpha hide all bands together. Where the output has a mask "
            "and no nodata value, that mask shows a pixel when any of its bands has a value; how many pixels have an "
            "empty band beside it (it holds 0) is said in the log, and Nodata of the output marks them.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "First and Last take the pixel of the first, or last, raster of the list that has one; tiles of a set that "
            "Tile raster made (with its list tiles.json) give their own pixels and leave their overlap out. The other "
            "methods take whole tiles. Feather weighs each raster by the distance to its edge, so that seams fade.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Nothing is shifted, rounded or wrapped in silence: rasters in another CRS, off the grid of the first (by "
            "more than 0.01 pixel), of other bands, scales or offsets are refused with the numbers, unless Resampling "
            "asks for the grid. The automatic type holds every value; a result that a chosen type cannot hold is an "
            "error. What all rasters say alike (nodata, colours, units, metadata) the result says too.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The result appears when it is complete and verified; a run that fails or is cancelled leaves nothing "
            "behind. A name that ends in .vrt gives a virtual mosaic of First or Last, which names its tiles and takes "
            "no room.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "As Input folder, the folder of tiles that Tile raster made gives the raster back, bit for bit.",
    ),
)

CHECK_INSTALLATION = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Looks at what this plugin needs and says what is missing, what is wrong, and how to mend it on Debian and "
        "Ubuntu, Windows (OSGeo4W), macOS and with conda.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "It tells the versions of QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask and numpy; whether QGIS and "
            "rasterio share one GDAL, and if not, whether that is safe here; which compressions GeoTIFFs may have; "
            "threads and memory of a run; and it tries a run on a small raster. Where a cluster is named, it says "
            "whether that can be reached and has workers of the same version.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "It works where all those packages are missing. Nothing is changed and nothing is fetched. The result OK "
            "is true when the other algorithms will run.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "When another algorithm says that a package is missing, run this one: the page in the results viewer has the "
        "command for your system.",
    ),
)

BENCHMARK = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Measures how long the normalized difference of your raster takes serially (one thread, a plain loop over the "
        "chunks, no Dask) and in parallel with 1, 2, 4 and more threads, each with chunks of several sizes.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Every run is the whole job from file to file. The ways take turns, so that a busy minute of the computer "
            "hits all alike, and the median of each counts. Every result is compared with that of the serial loop, "
            "pixel by pixel; the results are removed again.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Of a raster of more than 6144 x 6144 pixels as many in the middle are used; Extent chooses another part. "
            "Leave the computer alone meanwhile.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Speedup is the time of the best serial way divided by that of the best parallel one. The best chunk size "
            "can become the default of all algorithms: tick the box among the advanced parameters, or enter it in the "
            "Processing options. The report draws all of it as curves; the table has the numbers.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A Landsat image with bands 4 and 3. A raster of 100 megapixels or more shows what parallel work is worth; on "
        "a small one the start of a run outweighs it.",
    ),
)

HELPS = {
    "tileraster": TILE_RASTER,
    "normalizeddifference": NORMALIZED_DIFFERENCE,
    "normalizeddifferencetiles": NORMALIZED_DIFFERENCE_TILES,
    "mergetiles": MERGE_TILES,
    "benchmark": BENCHMARK,
    "checkinstallation": CHECK_INSTALLATION,
}
"""By the name of the algorithm."""
