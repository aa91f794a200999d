"""What a parameter says of itself: its tooltip in the dialog, and a line of `qgis_process help`.

Marked for translators here, translated when an algorithm is made.
"""

from __future__ import annotations

from .translation import QT_TRANSLATE_NOOP, translate


def parameter_help(algorithm: str, parameter: str) -> str:
    """Return the help of a parameter in the user's language; empty where there is none."""
    own = HELPS.get(f"{algorithm}.{parameter}")
    text = HELPS.get(parameter, "") if own is None else own
    return translate("ParallelRaster", text) if text else ""


HELPS = {
    "INPUT": QT_TRANSLATE_NOOP("ParallelRaster", "The raster: a layer of the project or a file. It is never changed."),
    "INPUTS": QT_TRANSLATE_NOOP("ParallelRaster", "Layers of the project or files. Give either these or a folder."),
    "INPUT_FOLDER": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A folder whose files are the input, instead of a list. Where Tile raster left its list (tiles.json) there, "
        "that list counts.",
    ),
    "PATTERN": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Which files of the folder are taken, sorted by name: * stands for any characters. A tiles.json in the folder "
        "counts instead.",
    ),
    "EXTENT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Only this part of the input, in whole pixels: the edges are moved outward to those of the pixels. Empty: all"
        " of it.",
    ),
    "OVERVIEW": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes from an overview of the input, for a quick look: 0 is the first and largest. The result has its "
        "grid. The raster of the negative term is read at the overview that lies on that grid, else itself; a mask "
        "keeps its own resolution. -1: the raster itself, or the OVERVIEW_LEVEL that is set on the layer.",
    ),
    "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "How GDAL stores the GeoTIFF, e.g. COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. Empty: tiled, 512 x 512, "
        "DEFLATE with a predictor that fits.",
    ),
    "tileraster.CREATION_OPTIONS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "How GDAL stores the tiles, e.g. COMPRESS=ZSTD. What is not given is as in the input where that is a tiled, "
        "lossless GeoTIFF, else tiled, 512 x 512, DEFLATE with a predictor that fits.",
    ),
    "mergetiles.CREATION_OPTIONS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "How GDAL stores the GeoTIFF, e.g. COMPRESS=ZSTD. What is not given is as in the first input where that is a "
        "tiled, lossless GeoTIFF, else tiled, 512 x 512, DEFLATE with a predictor that fits.",
    ),
    "COG": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A Cloud Optimized GeoTIFF with overviews: averaged, or nearest for what may be classes. Creation options are "
        "then those of GDAL's COG driver. While it is made it takes two and a half times its room on the disk.",
    ),
    "WORKERS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Threads that compute and encode. 0: as many as QGIS's settings allow. Without meaning for a cluster.",
    ),
    "MEMORY": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Bound on the working memory of the run, on top of QGIS and GDAL's block cache. Chunk size and chunks in "
        "flight follow from it. 0: a quarter of what is available.",
    ),
    "CHUNK_SIZE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Edge of the squares in which the raster is worked through, rounded up to whole blocks of the file. 0: chosen"
        " from blocks, workers and memory. The result is the same for any.",
    ),
    "CLUSTER": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Empty: this computer. A Dask scheduler that you run: tcp://host:port, tls://host:port or "
        "scheduler-file:/path.json. SLURM: slurm?min=1&max=20. Each takes timeout=300 seconds after a question mark.",
    ),
    "REPORT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A page about the run: parameters, versions, decisions, counts, chunks, the timeline of the workers and "
        "memory.",
    ),
    "NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in all inputs, over what the files declare. Empty: what they declare.",
    ),
    "BAND_A": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Band of the positive term: near infrared for NDVI, green for the water and snow indexes.",
    ),
    "BAND_B": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the negative term: red for NDVI."),
    "INPUT_B": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Only where the negative term lies in a file of its own, as with Sentinel-2. Its band below then counts "
        "instead of B.",
    ),
    "INPUT_B_BAND": QT_TRANSLATE_NOOP("ParallelRaster", "Band of that raster."),
    "normalizeddifference.RESAMPLING": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Brings the raster of the negative term onto the grid of the input, where it has another.",
    ),
    "INDEX": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Gives the result its name and its colours, and decides nothing else: the bands stay those chosen.",
    ),
    "SCALING": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "How stored values become reflectance. Scale and offset stored in the bands are right for most files; "
        "Sentinel-2 and Landsat as delivered often carry none, and need those below.",
    ),
    "SCALE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Reflectance = stored value * scale + offset; used where scale and offset below is chosen.",
    ),
    "OFFSET": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "E.g. -0.1 for Sentinel-2 since 2022 with scale 0.0001, -0.2 for Landsat Collection 2 with scale 0.0000275.",
    ),
    "ZERO_SUM": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "What a pixel becomes whose A + B is 0, where the index is not defined.",
    ),
    "CLAMP": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Results outside [-1, 1], from negative reflectance, become -1 or 1. They are counted either way.",
    ),
    "MASK": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A class layer such as Sentinel-2's SCL, or a quality layer such as Landsat's QA_PIXEL. Another resolution is"
        " no matter.",
    ),
    "MASK_BAND": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the mask."),
    "MASK_VALUES": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Values and ranges. 3,8-10: cloud shadows and clouds of Sentinel-2's SCL.",
    ),
    "MASK_BITS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Bits and ranges, from 0; then used instead of the values. 1-4: clouds and their shadows of Landsat's "
        "QA_PIXEL. 8-9=2-3: where bits 8 and 9 together hold 2 or 3.",
    ),
    "MASK_GROW": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Pixels within this distance of one that the values or bits hide are hidden too, such as the edges of clouds. "
        "Measured on the mask's own grid; not for masks in degrees.",
    ),
    "normalizeddifference.OUTPUT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A GeoTIFF; it appears when it is complete and verified.",
    ),
    "normalizeddifferencetiles.OUTPUT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Folder of the results, which take the names of their rasters with the index's in front.",
    ),
    "TILING": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "What decides where the tiles are; the parameters of the other ways are not used.",
    ),
    "COLUMNS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Number of tiles beside each other, for columns and rows. Their widths differ by one pixel at most.",
    ),
    "ROWS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Number of tiles below each other, for columns and rows. Their heights differ by one pixel at most.",
    ),
    "TILE_WIDTH": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "In pixels, or in map units, rounded to whole pixels, as chosen above.",
    ),
    "TILE_HEIGHT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "In pixels, or in map units, rounded to whole pixels, as chosen above.",
    ),
    "POLYGONS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "One tile per feature: its bounding box, in which pixels outside the polygon become nodata.",
    ),
    "NAME_FIELD": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Its values become the id in the names of the tiles. Empty: the ids of the features.",
    ),
    "OVERLAP": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Pixels of the neighbours on each side, cut at the raster's edge; for filters, which need to see beyond the "
        "tile.",
    ),
    "REMAINDER": QT_TRANSLATE_NOOP("ParallelRaster", "What happens at the right and lower edge, for tiles of a size."),
    "ALIGNMENT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Whole multiples of the tile size make two rasters of one CRS tile alike.",
    ),
    "BANDS": QT_TRANSLATE_NOOP("ParallelRaster", "Bands that the tiles have. None chosen: all."),
    "SKIP_EMPTY": QT_TRANSLATE_NOOP("ParallelRaster", "Tiles without one valid pixel are not written."),
    "MIN_VALID": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Tiles with a smaller share of valid pixels are not written. 0 keeps every tile.",
    ),
    "NAME_TEMPLATE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "{name} of the input, {row} and {col} from 0, {id} a running number or the polygon's name, {x} and {y} of the"
        " upper left corner of the core; all else as it stands. Empty: {name}_{row}_{col}, for polygons {name}_{id}.",
    ),
    "RESUME": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Keeps the tiles that an unfinished run with the same input and parameters completed, and goes on from there.",
    ),
    "MAX_TILES": QT_TRANSLATE_NOOP("ParallelRaster", "Saves you from a million files by a slip of the keyboard."),
    "tileraster.OUTPUT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Folder of the tiles, their list (tiles.json) and a virtual mosaic of them.",
    ),
    "TILE_INDEX": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "One polygon per tile with its file, place, name and share of valid pixels.",
    ),
    "METHOD": QT_TRANSLATE_NOOP("ParallelRaster", "What a pixel becomes where several rasters have one."),
    "FEATHER": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "For Feather: pixels from the edge over which the weight of a raster grows to the full.",
    ),
    "TRIM_OVERLAP": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "For First and Last: tiles made by Tile raster give their own pixels only, as their list says.",
    ),
    "PIXEL_RULE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "With each band by itself, a pixel that is nodata in some bands gets these from the next raster, so its bands "
        "may come from several. Taking pixels whole works with First and Last; leaving out pixels that are not "
        "complete, with every method.",
    ),
    "RESOLUTION": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Pixel size of the result where the rasters have several. Another than the same for all needs a resampling.",
    ),
    "PIXEL_SIZE": QT_TRANSLATE_NOOP("ParallelRaster", "In map units; used where pixel size below is chosen."),
    "mergetiles.RESAMPLING": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Brings rasters that are off the grid, or in another CRS, onto the CRS and grid of the first.",
    ),
    "mergetiles.OUTPUT_NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in the result. Empty: the value that all rasters share, else NaN, or a mask "
        "for integers.",
    ),
    "mergetiles.DATA_TYPE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A type that cannot hold the result is an error; nothing wraps.",
    ),
    "mergetiles.OUTPUT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A GeoTIFF, which appears when it is complete and verified; with the extension .vrt a virtual mosaic.",
    ),
    "checkinstallation.REPORT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "The findings as a page, with the commands that mend them on each system.",
    ),
    "DATA_TYPE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Float32 is exact. Int16 and Byte take half and a quarter of the room; they store their scale and offset, "
        "which QGIS applies.",
    ),
    "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in the result; not inside [-1, 1] nor among the codes in use. NaN for "
        "Float32 only.",
    ),
    "benchmark.EXTENT": QT_TRANSLATE_NOOP(
        "ParallelRaster", "The part that is measured, in whole pixels. Empty: all, at most 6144 x 6144 in the middle."
    ),
    "benchmark.WORKERS": QT_TRANSLATE_NOOP(
        "ParallelRaster", "1, 2, 4 and so on up to this number of threads are tried. 0: as many as QGIS may use."
    ),
    "benchmark.CREATION_OPTIONS": QT_TRANSLATE_NOOP(
        "ParallelRaster", "How GDAL stores the results that are measured; a slow compression hides what reading costs."
    ),
    "REPEATS": QT_TRANSLATE_NOOP(
        "ParallelRaster", "How often every way is run; the median counts. One more run warms up and does not count."
    ),
    "CHUNK_SIZES": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Edges of the chunks that are tried, divided by commas. A size that makes one chunk of the whole, or that the "
        "memory does not hold, is left out and named in the log.",
    ),
    "SET_CHUNK_SIZE": QT_TRANSLATE_NOOP(
        "ParallelRaster", "The best size becomes the default Chunk size in the Processing options."
    ),
    "TABLE": QT_TRANSLATE_NOOP("ParallelRaster", "A CSV file with the time of every run."),
}
"""By the name of the parameter, or of algorithm and parameter where two algorithms mean something else by it."""
