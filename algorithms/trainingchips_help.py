"""Help texts of Training chips and of its own parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

TRAINING_CHIPS = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Cuts a raster, or scenes with their dates, into small images for training a network, with labels from "
        "polygons or a raster of classes, and splits them into train, val and test.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Chips are on a grid, centred on points or polygons, or at random places. They keep the pixels, the scale "
            "and the nodata value of the input; the bands of a chip from several dates are ordered by date.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The map is divided into square blocks, each of which belongs to one split as a whole. A chip with pixels "
            "in blocks of several splits is left out, so no pixel is in two splits, even if chips overlap. A hash of "
            "the block and the seed decides the split, so more chips do not change the splits of others.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Where the image is missing on all dates, the label has the code for pixels without data. Of polygons that "
            "overlap, the later one counts.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The folder images contains a subfolder for each split, and so does the folder labels. The file chips.json "
            "lists all chips with their missing pixels, clouds and classes; statistics.json contains mean, standard "
            "deviation and percentiles of the chips for training.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To train a network that finds fields of wheat, choose a satellite image, a layer of fields and the field of "
        "this layer with the crop. With the size 256 and the percentages 70,15,15, about 70 % of the chips are in "
        "images/train, and their labels in labels/train.",
    ),
    {
        "INPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Raster to cut. Specify either this raster or a list of scenes, but not both. The file is never changed.",
        ),
        "SCENES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "File scenes.json with scenes on one grid, their dates and their mask layers. Each date becomes a set of "
            "bands of the chips.",
        ),
        "MODE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Where the chips are: on a grid that begins in the upper left corner, around the given features, or at "
            "random places.",
        ),
        "CENTRES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Points, or polygons whose centroids are used. One chip is written for each feature. Used only with "
            '"Centred on points or polygons".',
        ),
        "COUNT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Number of chips. A higher number adds chips and does not move others. Used only with "Random".',
        ),
        "SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Width and height of a chip in pixels.",
        ),
        "STRIDE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Distance in pixels between the left or upper edges of neighbouring chips. 0 stands for the size of a "
            'chip. With a smaller number, chips overlap. Used only with "Grid".',
        ),
        "LABELS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Polygons of the classes. Pixels whose centre is in a polygon get its code. Specify either polygons or a "
            "raster of classes, but not both; without them, no labels are written.",
        ),
        "CLASS_FIELD": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Field with the class of each polygon. Whole numbers are used as codes; texts are numbered from 1 in "
            "alphabetical order. If empty, all polygons have the code 1.",
        ),
        "LABEL_RASTER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Raster with the codes of the classes as whole numbers. If its grid differs from that of the input, the "
            "nearest pixels are used.",
        ),
        "SPLIT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Percentages of the blocks for train, val and test, which add up to 100. The log reports the resulting "
            "shares.",
        ),
        "REMAINDER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "What becomes of chips that extend beyond the raster. Random chips extend beyond it only if the raster is "
            "smaller than a chip.",
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
            "Date or time of the last scene to use. A date means the whole day. Used only with a list of scenes.",
        ),
        "DAYS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If greater than 0, dates are this number of days apart, from the first scene (or the first date) to the "
            "last. Dates without a scene are nodata. Of several scenes, the first pixel without clouds is used.",
        ),
        "MASK_VALUES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Values of the mask layer that mean clouds, as a list of numbers and ranges such as 3,8-10. If empty, the "
            "rule of the product is used. The mask layer hides no pixels; it only counts clouds.",
        ),
        "MASK_BITS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Bits of the mask layer that mean clouds, counted from 0 for the lowest, such as 1-4. If set, the values "
            "are ignored.",
        ),
        "ALL_TOUCHED": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Also labels the pixels that a polygon touches without containing their centre.",
        ),
        "LABEL_BAND": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the band in the raster of the classes.",
        ),
        "BACKGROUND": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Code of pixels that are in no polygon. No class can have it.",
        ),
        "IGNORE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Code of pixels for which the image is missing on all dates, or the raster of the classes is nodata. It is "
            "the nodata value of the labels. No class can have it.",
        ),
        "MIN_VALID": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Chips with a lower percentage of pixels that are valid in all bands are left out. Pixels of all dates "
            "with scenes count.",
        ),
        "MAX_CLOUD": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Chips with a higher percentage of clouds according to the mask layers are left out. Pixels of all dates "
            "with scenes count.",
        ),
        "MIN_LABEL": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Chips with a lower percentage of pixels in a class are left out.",
        ),
        "SPLIT_BLOCK": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Edge of the blocks in map units, or in pixels if the raster has no CRS. It must be at least the width of "
            "a chip; 0 stands for four times this width. With larger blocks, fewer chips are left out, and splits are "
            "farther apart.",
        ),
        "SEED": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number that decides the splits and the random places. The same number gives the same chips on every "
            "computer.",
        ),
        "NORMALIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Writes Float32 values: those minus the mean, divided by the standard deviation, or from 0 to 1 between "
            "the percentiles 2 and 98. Both are computed from the chips for training. Percentiles need integers of up "
            "to 16 bits.",
        ),
        "FORMAT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GeoTIFFs, or NumPy archives with the array image (date, band, row, column) or label (row, column).",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that marks missing pixels. If empty, it is the value that all bands declare. Otherwise, it is -9999 "
            "for floating-point types, the lowest value of signed and the highest value of unsigned integer types.",
        ),
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the images, for example COMPRESS=ZSTD. If empty, every band is one block with "
            "DEFLATE compression and a suitable predictor.",
        ),
        "CHUNK_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Edge length, in pixels, of the square cells whose chips are read together. 0 chooses a size that suits "
            "the number of workers and the memory limit. The chips are the same for every size.",
        ),
        "RESUME": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Keeps the finished files of an unfinished run with the same inputs and parameters, and those of this run "
            "if it fails.",
        ),
        "INDEX_LAYER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Layer with the outline of each chip, its split, its files, and its percentages of missing pixels, clouds "
            "and classes.",
        ),
        "REPORT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "HTML page that describes the run: its parameters, decisions, counts and a timeline of the workers, with "
            "pictures of some chips and the outlines of their labels.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the chips. An older set of chips in it is replaced when the new one is complete.",
        ),
    },
)
