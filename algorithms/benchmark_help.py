"""Help texts of Benchmark serial and parallel and of its own parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

BENCHMARK = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Measures how long the normalized difference of your raster takes serially (one thread, no Dask) and in "
        "parallel with 1, 2, 4 and more threads, for several chunk sizes.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Every run is a complete job, from reading the input file to writing the output file. The variants take "
            "turns, so that other load on the computer affects them equally, and the median of each variant counts. "
            "Every result is compared with the serial result pixel by pixel, and then deleted.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If the raster has more than 6144 x 6144 pixels, its centre is used; set Extent to use another part. Do "
            "not use the computer for anything else during the benchmark.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The speedup is the time of the fastest serial variant divided by the time of the fastest parallel "
            "variant. To use the best chunk size as the default of all algorithms, select the advanced parameter, or "
            "enter the size in the Processing options. The report shows the times as charts, the table as numbers.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Use a Landsat image with bands 4 and 3. The raster should have 100 megapixels or more: with a small raster, "
        "most of the time is spent on starting the run.",
    ),
    {
        "BAND_A": INDEX_PARAMETERS["BAND_A"],
        "BAND_B": INDEX_PARAMETERS["BAND_B"],
        "EXTENT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Part of the raster to use, in complete pixels. If empty, at most 6144 x 6144 pixels in the centre are "
            "used.",
        ),
        "WORKERS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The benchmark uses 1, 2, 4 and so on up to this number of threads. 0 uses the maximum set in QGIS.",
        ),
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the results. Slow compression hides the time spent on reading.",
        ),
        "REPEATS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How often each variant is measured; the median counts. An additional warm-up run does not count.",
        ),
        "CHUNK_SIZES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Edge lengths of the chunks, separated by commas. Sizes that give a single chunk or exceed the memory "
            "limit are skipped and listed in the log.",
        ),
        "SET_CHUNK_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Stores the best size as the default chunk size in the Processing options."
        ),
        "TABLE": QT_TRANSLATE_NOOP("ParallelRaster", "CSV file with the time of every run."),
    },
)
