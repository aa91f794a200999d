"""Help texts that only the Temporal composite algorithm uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.mask_help import MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

TEMPORAL_COMPOSITE = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Combines the scenes of each month, season or other period into one raster without clouds. For example, "
        "each pixel can be the median of its cloud-free observations.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A scene is one acquisition of a sensor. Files whose names differ only in the band belong to the same "
            "scene. The date of a scene is taken from the first of these sources that contains a date: the list of "
            "scenes, the table of dates, the regular expression, the name of a known product (Sentinel-1 and -2, "
            "Landsat, HLS, MODIS, VIIRS, PlanetScope, ASTER), any other file name that contains only one date, or "
            "(with a warning) the date in a TIFF tag. If no date is found for a file, or if it is unclear which of "
            "several dates in its name applies, the run ends with an error. The time at which a file was last changed "
            "is never used.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Clouds are masked out with the mask band or the mask files. All other valid pixels are observations. By "
            "default, all scenes of one solar day are fused into one observation: each pixel takes its value from the "
            "earliest scene in which it is valid. If you set neither mask values nor mask bits, the default rule of "
            "the product is used; for Sentinel-2's SCL, it hides the classes 0, 1, 3 and 8 to 10.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Most methods combine each band separately. "First valid", "Last valid", "Medoid" and "Best scene" choose '
            "one scene for each pixel and take all bands from this scene. They use only scenes in which all bands of "
            "the pixel are valid. If several scenes are equally good, they choose the earliest of them. The median of "
            "an even number of values is the mean of the two middle values. Percentiles are interpolated linearly.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Minimum, maximum and the methods that choose a scene keep the data type of the scenes. Medians, means, "
            "percentiles and standard deviations are Float32 if the scenes are Float32 or 8- or 16-bit integers; "
            "otherwise, they are Float64. If all scenes have the same scale and offset, the output keeps them. If the "
            "scenes differ, scale and offset are applied to the values, and the log reports this.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output folder contains a raster for each period, rasters with the number of observations of each "
            "pixel, and the table scenes.csv with the date, the period and the share of valid and masked pixels of "
            "each scene. The files appear together when all of them are complete and verified. In QGIS, if the "
            "temporal controller is on, each layer is visible only during its period.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To compute monthly medians from a folder of Sentinel-2 scenes, choose the input folder, set the bands to "
        "B02,B03,B04,B08, and set the mask band to SCL. The median for May 2024 is written to median_2024-05.tif.",
    ),
    {
        **{name: MASK_PARAMETERS[name] for name in ("MASK_BITS", "MASK_GROW")},
        "SCALING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Which scale and offset the scenes have: those stored in the bands or in the list of scenes, none, or "
            "those entered below. If scale or offset differs between scenes, or if a formula or the medoid is "
            "computed, both are applied to the values.",
        ),
        **{name: INDEX_PARAMETERS[name] for name in ("SCALE", "OFFSET")},
        "INPUTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Files of the scenes. Specify either this list, an input folder or a list of scenes.",
        ),
        "SCENES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A scenes.json file (a list of scenes with their dates, mask layers, scales and offsets), or the result "
            'of "Search a STAC catalogue". For STAC items, each asset is used as a band.',
        ),
        "NETWORK": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Reads the assets of STAC items from servers. Requests that fail are retried up to four times. If off, "
            "items with assets on servers are rejected, and the network is not used.",
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
            "Period of time that each output covers. December belongs to the winter of the next year. Dekads begin on "
            "days 1, 11 and 21 of a month. A solar day ends at midnight, local solar time, at the centre of the "
            "output. Start and end select scenes by their time in UTC, so the first and last solar day can lack "
            "scenes.",
        ),
        "REDUCER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How the observations of a pixel are combined. The medoid is the observation whose band values have the "
            "smallest sum of distances to the band values of all other observations.",
        ),
        "BANDS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Bands to combine, separated by commas: numbers, or names from file names and band descriptions, for "
            "example B04,B08. For STAC items, enter keys or common names of assets, for example red,nir. If empty, all "
            "bands except the mask band are combined.",
        ),
        "MASK_BAND": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number or name of the band whose values hide pixels in each scene, for example SCL. This band can have a "
            'different resolution from the other bands. If empty, masks are read from the files given by "File name of '
            "a scene's mask\" or by the list of scenes, if any.",
        ),
        "MASK_VALUES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Mask values and ranges of values that hide a pixel, separated by commas. If empty, the default rule of "
            "the product is used. For Sentinel-2's SCL, this is 0,1,3,8-10.",
        ),
        "EXTENT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Extent of the outputs. Its edges are moved outward to pixel edges. If empty, the outputs cover all "
            "scenes.",
        ),
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the overview that is read from each file, for a quick preview; 0 is the first and largest "
            "overview. The outputs have the grid of the overviews, and masks are read at full resolution. -1 uses full "
            "resolution, which is the only choice for STAC items.",
        ),
        "NAME_REGEX": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Python regular expression for file names that are not recognized automatically. It is searched for in "
            'each file name. It can have the named groups "date", "band" and "scene". Instead of "date", you can use '
            'the groups "year", "month" and "day", or "year" and "doy" (day of the year).',
        ),
        "DATES_FILE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'CSV file with two columns, "file" and "datetime". Use it if the file names do not contain the dates.',
        ),
        "CLIMATOLOGY": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Combines the same period across all years into one output, for example all Januaries. Available for "
            "seasons, months, dekads and weeks.",
        ),
        "EMPTY": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether periods without a scene are left out, or written as rasters in which all pixels are nodata.",
        ),
        "FUSE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Fuses the scenes of one solar day, such as overlapping scenes of one orbit, into one observation: each "
            'pixel takes its value from the earliest scene in which it is valid. Ignored for the period "Each scene".',
        ),
        "MASK_PATTERN": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Name of the file with the mask layer of a scene, in the folder of the scene. {scene} stands for the name "
            "of the scene, which is the file name without the band and the extension. Mask files are not used as "
            "scenes.",
        ),
        "VALUE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether the bands of the scenes are combined, or the results of the formula for each scene. For example, "
            '"Median" with the NDVI formula computes the median of all NDVI values, which differs from the NDVI of the '
            "median bands.",
        ),
        "EXPRESSION": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Formula with the syntax of "Parallel raster calculator". A stands for the scene: A@4 is its fourth band, '
            'and A["B08"] is its band B08. If "Values to combine" is "Formula", the results of the formula are '
            'combined. The method "Best scene" chooses the scene with the highest result. Scale and offset are '
            "applied to the bands before the formula is computed.",
        ),
        "PERCENTILE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Percentile to compute, from 0 to 100. 0 is the minimum, 50 the median and 100 the maximum.",
        ),
        "MIN_COUNT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixels with fewer observations than this number in a period are nodata. Has no effect on counts, which "
            "are 0 for pixels without an observation.",
        ),
        "RESOLUTION": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixel size of the outputs if the pixel sizes of the files differ. Every choice except "
            '"Same pixel size in all rasters (reject different sizes)" requires a resampling method.',
        ),
        "PIXEL_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Width and height of an output pixel in map units. Used only if "Pixel size" is set to "Pixel size below".',
        ),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Method for resampling files to the grid and CRS of the earliest scene. Pixels that the mask hides are "
            "left out before values are interpolated.",
        ),
        "DATA_TYPE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Data type of the outputs. If it cannot represent a value that a method takes unchanged from a scene, the "
            "run ends with an error. Computed values that an integer type cannot hold become nodata; the log reports "
            "their number.",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that marks pixels without a result. If empty, outputs with the data type of the scenes keep the "
            "nodata value of the scenes, provided that all scenes have the same nodata value. In all other cases, the "
            "value is -9999 for floating-point types, the lowest value of signed integer types and the highest value "
            "of unsigned integer types.",
        ),
        "LAYOUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "One file for each period, or one file with the bands of all periods, one period after another.",
        ),
        "COUNTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "For each output, also writes a raster with the number of observations of each pixel. The name of this "
            "raster ends in _count.tif.",
        ),
        "DATES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "For each output, also writes a raster with the day of the scene chosen for each pixel, in days since "
            '1970-01-01. The name of this raster ends in _date.tif. Available for "First valid", "Last valid", '
            '"Medoid" and "Best scene".',
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the outputs. The folder must not contain input scenes. Existing files with the same names are "
            "replaced.",
        ),
    },
)
