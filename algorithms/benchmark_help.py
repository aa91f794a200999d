"""The help of Benchmark serial and parallel, and of the parameters that mean something of their own there."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

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
    {
        "BAND_A": INDEX_PARAMETERS["BAND_A"],
        "BAND_B": INDEX_PARAMETERS["BAND_B"],
        "EXTENT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The part that is measured, in whole pixels. Empty: all, at most 6144 x 6144 in the middle.",
        ),
        "WORKERS": QT_TRANSLATE_NOOP(
            "ParallelRaster", "1, 2, 4 and so on up to this number of threads are tried. 0: as many as QGIS may use."
        ),
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How GDAL stores the results that are measured; a slow compression hides what reading costs.",
        ),
        "REPEATS": QT_TRANSLATE_NOOP(
            "ParallelRaster", "How often every way is run; the median counts. One more run warms up and does not count."
        ),
        "CHUNK_SIZES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Edges of the chunks that are tried, divided by commas. A size that makes one chunk of the whole, or that "
            "the memory does not hold, is left out and named in the log.",
        ),
        "SET_CHUNK_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster", "The best size becomes the default Chunk size in the Processing options."
        ),
        "TABLE": QT_TRANSLATE_NOOP("ParallelRaster", "A CSV file with the time of every run."),
    },
)
