"""Help texts that only the Training chips algorithm uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

TRAINING_CHIPS = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Cuts a raster, or dated scenes, into small images (chips) for training a neural network, with labels from "
        "polygons or a class raster, and splits the chips into train, val and test.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Chips are cut on a grid, around points or polygons, or at random positions. They keep the pixel values, "
            "the scale and the nodata value of the input. If there are several dates, the bands of a chip are ordered "
            "by date.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The map is divided into square blocks, and every block belongs to exactly one split (train, val or test). "
            "A chip with pixels in blocks of different splits is left out, so no pixel is in two splits, even if chips "
            "overlap. A hash of the block and the seed determines the split, so the split of a chip does not change if "
            "you cut more chips.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixels that are missing on all dates have the label code for pixels without data. Where polygons overlap, "
            "pixels get the code of the overlapping polygon that comes last in the layer.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'The folders "images" and "labels" each contain a subfolder for each split. The file chips.json lists all '
            "chips with their shares of missing pixels, clouds and classes; statistics.json contains the mean, "
            "standard deviation and percentiles of the chips in the train split.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To train a neural network that detects wheat, choose a satellite image, a polygon layer of farm fields, and "
        "the attribute of this layer that contains the crop. With a size of 256 and the percentages 70,15,15, about 70 "
        "% of the chips are written to images/train, and their labels to labels/train.",
    ),
    {
        "INPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Raster to cut. Specify either this raster or a list of scenes, but not both. The file is never changed.",
        ),
        "SCENES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A scenes.json file, which lists scenes on one grid with their dates and mask layers. Chips contain the "
            "bands of every date.",
        ),
        "MODE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Where chips are cut: on a grid that begins in the upper left corner, around the given features, or at "
            "random positions.",
        ),
        "CENTRES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Points, or polygons whose centroids are used. One chip is written for each feature. Used only with "
            '"Centred on points or polygons".',
        ),
        "COUNT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Number of chips. A higher number adds chips without moving the other chips. Used only with "Random".',
        ),
        "SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Width and height of a chip in pixels.",
        ),
        "STRIDE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Distance in pixels between the left or upper edges of neighbouring chips. 0 stands for the size of a "
            'chip. If the distance is smaller than the size, chips overlap. Used only with "Grid".',
        ),
        "LABELS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Polygons that define the labels. Pixels get the class code of the polygon that contains their centre. "
            "Specify either polygons or a class raster, but not both. If you specify neither, no labels are written.",
        ),
        "CLASS_FIELD": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Field with the class of each polygon. Whole numbers are used as codes; strings are numbered from 1 in "
            "alphabetical order, skipping the codes of background and missing pixels. Every polygon must have a value. "
            "If no field is set, all polygons have code 1.",
        ),
        "LABEL_RASTER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Raster with class codes as whole numbers. If its grid differs from that of the input, the nearest pixels "
            "are used.",
        ),
        "SPLIT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Percentages of the blocks for train, val and test. They must add up to 100. The log reports the "
            "resulting shares of the chips.",
        ),
        "REMAINDER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether chips that extend beyond the raster are left out, padded with nodata or moved inward. Random "
            "chips extend beyond the raster only if the raster is smaller than a chip.",
        ),
        "BANDS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Numbers or names of the bands, separated by commas. If empty, all bands except an alpha band are used.",
        ),
        "START": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Date or time of the first scene to use, in ISO 8601 and UTC. Used only with a list of scenes.",
        ),
        "END": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Date or time of the last scene to use. A date includes the whole day. Used only with a list of scenes.",
        ),
        "DAYS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If greater than 0, time is divided into periods of this many days, and each period counts as one date of "
            'a chip. The periods begin at "Earliest acquisition date" or, if it is not set, at the first scene. They '
            'end at "Latest acquisition date" or, if it is not set, at the last scene. Periods without a scene are '
            "nodata. If a period has several scenes, each pixel is taken from the first scene in which it is valid and "
            "cloud-free.",
        ),
        "MASK_VALUES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Values of the mask layer that indicate clouds, as a list of numbers and ranges such as 3,8-10. If empty, "
            "the default rule for the product of the mask layer is used. No pixels are masked out: the mask layer is "
            "used to count clouds and, within a period, to choose between scenes.",
        ),
        "MASK_BITS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Bits of the mask layer that indicate clouds, such as 1-4. Bit 0 is the lowest. If you enter bits, the "
            "mask values are ignored.",
        ),
        "ALL_TOUCHED": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Gives a label to all pixels that a polygon touches, not only to those whose centre is inside the polygon.",
        ),
        "LABEL_BAND": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Band of the class raster that contains the class codes, counted from 1.",
        ),
        "BACKGROUND": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Label code of pixels outside all polygons. No class can have this code.",
        ),
        "IGNORE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Label code of pixels that are missing on all dates, outside the raster, or nodata in the class raster. "
            "It is the nodata value of the labels. No class can have this code.",
        ),
        "MIN_VALID": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Minimum percentage of valid pixels, counted over all dates that have scenes. A pixel is valid on a date "
            "if it is valid in all bands. Chips with a lower percentage are left out.",
        ),
        "MAX_CLOUD": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Maximum percentage of cloudy pixels according to the mask layers, counted over all dates that have "
            "scenes. Chips with a higher percentage are left out.",
        ),
        "MIN_LABEL": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Minimum percentage of pixels that belong to a class. Chips with a lower percentage are left out.",
        ),
        "SPLIT_BLOCK": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Edge length of the square blocks that are assigned to train, val or test, in map units, or in pixels if "
            "the raster has no CRS. It must be at least the width of a chip; 0 stands for four times this width. With "
            "larger blocks, fewer chips are left out, but the shares of the splits can differ more from the "
            "percentages.",
        ),
        "SEED": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number that determines the splits and the random positions. The same number gives the same chips on "
            "every computer.",
        ),
        "NORMALIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Writes Float32 values: either (value - mean) / standard deviation, or values scaled so that the 2nd "
            "percentile is 0 and the 98th percentile is 1. Statistics are computed from the chips in the train split. "
            "Percentiles require integers of up to 16 bits.",
        ),
        "FORMAT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'GeoTIFFs, or NumPy archives that contain an array named "image" (date, band, row, column) or "label" '
            "(row, column).",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that marks missing pixels. If empty, the value that all bands declare is used. If no band declares "
            "a value, an internal mask marks missing pixels of integer types. If no mask can be used (for "
            "floating-point types, for NumPy archives, or if different pixels can be missing on different dates), the "
            "value is -9999 for floating-point types, the lowest value of signed integer types and the highest value "
            "of unsigned integer types.",
        ),
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the images, for example COMPRESS=ZSTD. If empty, every band is stored as one "
            "block with DEFLATE compression and a suitable predictor.",
        ),
        "CHUNK_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Edge length, in pixels, of square areas of the raster; chips that begin in the same area are read "
            "together. 0 chooses a size that suits the number of workers and the memory limit. The chips are the same "
            "for every size.",
        ),
        "RESUME": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Uses the finished files of an interrupted run with the same inputs and parameters. If the new run fails, "
            "its finished files are kept for the next run.",
        ),
        "INDEX_LAYER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Layer with the outline of each chip. Its attributes are the split, the files, and the percentages of "
            "missing pixels, clouds and classes.",
        ),
        "REPORT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "HTML page that describes the run: its parameters, automatic decisions and chip counts, with a timeline of "
            "the workers, and pictures of some chips with their labels outlined.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the chips. Chips of an earlier run in this folder are replaced when all new chips are "
            "complete.",
        ),
    },
)
