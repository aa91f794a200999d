"""Help texts of the parameters that Focal filter and Focal filter for tiles share."""

from __future__ import annotations

from .translation import QT_TRANSLATE_NOOP

FOCAL_PARAMETERS = {
    "BANDS": QT_TRANSLATE_NOOP(
        "ParallelRaster", "Bands to filter. If empty, all bands except an alpha band are filtered."
    ),
    "METHOD": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Function that is applied to each pixel and its neighbours. Median, minimum, maximum and majority select "
        "one of the values; all other methods first apply the scale and offset. Sobel is the magnitude of the "
        "gradient, and Laplace is the sum of the second differences along rows and columns.",
    ),
    "RADIUS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Number of pixels from the central pixel to the edge of the neighbourhood: with radius 1, a square has 3 x 3 "
        "pixels. Ignored by Gaussian, which uses sigma, and by Sobel and Laplace, which use 3 x 3 pixels.",
    ),
    "SHAPE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A circle contains only the pixels whose distance from the central pixel, measured between the centres, is at "
        "most the radius. Ignored by Gaussian, Sobel and Laplace.",
    ),
    "SIGMA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Standard deviation of the Gaussian filter's weights. A higher value gives a smoother result.",
    ),
    "TRUNCATE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "The Gaussian filter uses the pixels of a square window. The radius of this window is sigma times this "
        "number, rounded to whole pixels.",
    ),
    "EDGE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "What the filter assumes beyond the edge of the raster: nodata, the pixels of the raster mirrored at its "
        "edge, or the nearest pixel of the raster.",
    ),
    "NODATA_RULE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "By default, nodata pixels stay nodata, and the other pixels are computed from their valid neighbours. With "
        '"Skip nodata neighbours, fill nodata pixels", nodata pixels that have valid neighbours are also computed. '
        'With "Nodata wherever a neighbour is nodata", and always with Sobel and Laplace, every pixel with a nodata '
        "neighbour becomes nodata.",
    ),
    "OVERVIEW": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Number of the overview to filter, for a quick preview; 0 is the first and largest overview. The output has "
        "the grid of the overview. -1 uses full resolution.",
    ),
    "DATA_TYPE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Automatic uses the data type of the input for median, minimum, maximum and majority, and UInt16 for the "
        "count. For all other methods, it uses Float32 if the input is Float32 or has integers of up to 16 bits, and "
        "Float64 otherwise. Results outside the range of an integer type become nodata, and their number is reported.",
    ),
    "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in the output. If empty, outputs with the data type of the input keep the "
        "nodata value of the input. All other outputs use -9999 for floating-point types, the lowest value of signed "
        "integer types and the highest value of unsigned integer types.",
    ),
}
