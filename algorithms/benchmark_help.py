"""Help texts that only the Benchmark serial and parallel algorithm uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

BENCHMARK = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Measures how long it takes to compute the normalized difference of your raster serially (with one thread and "
        "without Dask) and in parallel (with 1, 2, 4 and more threads), for several chunk sizes.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Every run is a complete job, from reading the input file to writing the output file. Each combination of "
            "mode (serial or parallel), number of threads and chunk size is a variant. Each round runs every variant "
            "once, so that any other load on the computer affects all variants equally. The median time of each "
            "variant is used. Every output is compared pixel by pixel with the serial output and then deleted.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'If the raster is larger than 6144 x 6144 pixels, only its centre is used; set "Extent" to use a '
            "different part. Do not use the computer for anything else while the benchmark runs.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The speedup is the time of the fastest serial variant divided by the time of the fastest parallel "
            'variant. To make the best chunk size the default of all algorithms, select the advanced parameter "Use '
            'the best chunk size as the default of all algorithms", or enter the size in the Processing options. The '
            "report shows the measured times as charts, and the table lists them as numbers.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Use bands 4 (near infrared) and 3 (red) of a Landsat 7 scene. The raster should have at least 100 "
        "megapixels because, with a smaller raster, most of the measured time is spent on starting the run.",
    ),
    {
        "BAND_A": INDEX_PARAMETERS["BAND_A"],
        "BAND_B": INDEX_PARAMETERS["BAND_B"],
        "EXTENT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Part of the raster to use. The edges of the extent are moved outward to pixel edges. If empty, at most "
            "6144 x 6144 pixels in the centre of the raster are used.",
        ),
        "WORKERS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Maximum number of threads. The benchmark runs with 1, 2, 4 and so on, up to this number. 0 uses the "
            "maximum set in QGIS.",
        ),
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the output files. With slow compression, most of the measured time is spent on "
            "compressing, which hides differences in reading time.",
        ),
        "REPEATS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of measured runs per variant; the median of their times is used. One additional warm-up run is "
            "not measured.",
        ),
        "CHUNK_SIZES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Edge lengths of the chunks in pixels, separated by commas. A size is skipped, with a line in the log, if "
            "the whole raster fits into a single chunk of this size or if chunks of this size exceed the memory limit.",
        ),
        "SET_CHUNK_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "After the benchmark, the best chunk size is stored as the default chunk size in the Processing options.",
        ),
        "TABLE": QT_TRANSLATE_NOOP("ParallelRaster", "CSV file with the time of every run."),
    },
)
