"""Help texts of the algorithm Temporal composite and of parameters that no other algorithm has."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.mask_help import MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

TEMPORAL_COMPOSITE = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Combines the scenes of each month, season or other period into one raster without clouds, for example the "
        "median of all observations of each pixel.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A scene is one acquisition. Files whose names differ only in the band are one scene. The date of a scene "
            "is taken from the list of scenes, the table of dates, the regular expression, the name of a known product "
            "(Sentinel-1 and -2, Landsat, HLS, MODIS, VIIRS, PlanetScope, ASTER) or the only date in the file name, in "
            "this order; otherwise from the TIFF tag with the date, with a warning. If a file has no date or several, "
            "the run ends with an error. The time at which a file was changed is never used.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The mask band or the mask files hide clouds. All other valid pixels are observations. The scenes of one "
            "solar day are one observation, in which the earliest valid pixel counts. Without mask values and bits, "
            "the rule of the product is used; of Sentinel-2's SCL, the classes 0, 1, 3 and 8 to 10 are hidden.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Most methods combine each band separately. "First valid", "Last valid", "Medoid" and "Best scene" take '
            "all bands of a pixel from one scene in which all of them are valid, so that the bands match. If several "
            "scenes are equally good, the earliest is used. Of an even number of values, the median is the mean of the "
            "middle two. Percentiles are interpolated linearly.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Chosen values keep the data type of the scenes. Medians, means, percentiles and deviations are Float32 "
            "for scenes of 8 and 16 bits and Float32, otherwise Float64. If all scenes have the same scale and offset, "
            "the output has them too; if they differ, they are applied to the values, and the log says so.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output folder contains a raster for each period, the number of observations of each pixel, and the "
            "table scenes.csv with the date, the period and the share of valid and masked pixels of each scene. The "
            "files appear together when all of them are complete and verified. In QGIS, each layer is visible only "
            "in its period when the temporal controller is on.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To compute monthly medians from a folder of Sentinel-2 scenes, set the input folder, the bands to "
        "B02,B03,B04,B08 and the mask band to SCL. The median of May 2024 is then in the file median_2024-05.tif.",
    ),
    {
        **{name: MASK_PARAMETERS[name] for name in ("MASK_BITS", "MASK_GROW")},
        "SCALING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Scale and offset of the scenes: those stored in the bands or in the list of scenes, none, or the ones "
            "below. They are applied if they differ between scenes, in formulas, and in the distances of medoids.",
        ),
        **{name: INDEX_PARAMETERS[name] for name in ("SCALE", "OFFSET")},
        "INPUTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Files of the scenes. Specify either this list, an input folder or a list of scenes.",
        ),
        "SCENES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A scenes.json file, which lists scenes with their dates, mask layers, scales and offsets.",
        ),
        "START": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Date or time in UTC of the earliest scene to use, for example 2024-03-01 or 2024-03-01T10:00. If empty, "
            "there is no limit.",
        ),
        "END": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Date or time in UTC of the latest scene to use. A date includes the whole day. If empty, there is no "
            "limit.",
        ),
        "PERIOD": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Span of time of each output. December belongs to the winter of the next year. Dekads begin on days 1, 11 "
            "and 21. A solar day ends at midnight in the solar time of the centre of the output.",
        ),
        "REDUCER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How the observations of a pixel become one value. The medoid is the observation with the smallest sum of "
            "distances to all others, over all bands.",
        ),
        "BANDS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Bands to combine, separated by commas: numbers, or names from file names and band descriptions, for "
            "example B04,B08. If empty, all bands except the mask band are combined.",
        ),
        "MASK_BAND": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number or name of the band of each scene whose values hide pixels, for example SCL. Its resolution can "
            "differ from that of the other bands. If empty, the mask files are used, if there are any.",
        ),
        "MASK_VALUES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Mask values and ranges of values that hide a pixel, separated by commas. If empty, the rule of the "
            "product is used. For Sentinel-2's SCL, this is 0,1,3,8-10.",
        ),
        "EXTENT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Area of the outputs. Its edges are moved outward to pixel edges. If empty, the outputs cover all scenes.",
        ),
        "NAME_REGEX": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Python regular expression that is searched in each file name, for names that are not recognized. Its "
            "named groups are date (or year, month and day, or year and doy, the day of the year), band and scene.",
        ),
        "DATES_FILE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "CSV file with the columns file and datetime, for files whose names do not contain the date.",
        ),
        "CLIMATOLOGY": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Combines, for example, the Januaries of all years into one output. Possible for seasons, months, dekads "
            "and weeks.",
        ),
        "EMPTY": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether periods without a scene are left out, or give a raster in which all pixels are nodata.",
        ),
        "FUSE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Counts the scenes of one solar day, such as overlapping parts of one orbit, as one observation: the "
            'earliest valid pixel is used. Ignored for the period "Each scene".',
        ),
        "MASK_PATTERN": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Name of the file with the mask layer of a scene, in the folder of the scene. {scene} stands for the name "
            "of the scene, which is the file name without the band and the extension. Such files are not used as "
            "scenes.",
        ),
        "VALUE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Whether the bands are combined, or the result of the formula for each scene. "Median" with the formula '
            "of NDVI gives the median of NDVI, which differs from the NDVI of the medians.",
        ),
        "EXPRESSION": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Formula in the language of "Parallel raster calculator", in which A is the scene: A@4 is its fourth band, '
            'and A["B08"] its band B08. It gives the values if "Values to combine" is "Formula", and chooses the scene '
            'for "Best scene". Scale and offset are applied to the bands first.',
        ),
        "PERCENTILE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number from 0 to 100. 0 is the minimum, 50 the median and 100 the maximum.",
        ),
        "MIN_COUNT": QT_TRANSLATE_NOOP("ParallelRaster", "Pixels with fewer observations in a period are nodata."),
        "RESOLUTION": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixel size of the outputs if the pixel sizes of the files differ. Every choice except the first requires "
            "a resampling method.",
        ),
        "PIXEL_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Width and height of an output pixel in map units. Used only if "Pixel size" is set to "Pixel size below".',
        ),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Method for resampling files to the grid and CRS of the first scene in time. Pixels that the mask hides "
            "are left out before values are interpolated.",
        ),
        "DATA_TYPE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Data type of the outputs. Values that an integer type cannot hold become nodata; the log reports their "
            "number.",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that marks pixels without a result. If empty, chosen values keep the nodata value that all scenes "
            "share. Otherwise, it is -9999 for floating-point types, the lowest value of signed and the highest value "
            "of unsigned integer types.",
        ),
        "LAYOUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "One file for each period, or one file with the bands of all periods, one period after another.",
        ),
        "COUNTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Writes a raster with the number of observations next to each output; its name ends in _count.tif.",
        ),
        "DATES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Writes a raster with the day of the chosen scene next to each output, in days since 1970-01-01; its name "
            'ends in _date.tif. Possible for "First valid", "Last valid", "Medoid" and "Best scene".',
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the outputs, which must not contain scenes. Existing files with the same names are replaced.",
        ),
    },
)
