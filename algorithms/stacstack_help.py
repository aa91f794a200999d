"""Help texts of STAC items to aligned rasters and of its own parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP
from .stacsearch_help import STAC_SEARCH

STAC_STACK = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Writes the scenes that a search of a STAC catalogue found as rasters on one grid, and reads only the pixels "
        "in the extent from the servers.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The items of one solar day become one raster with a band for each asset. Where they overlap, the valid "
            "pixels of the item that was processed last are used. Of several versions of an item, only the newest is "
            "read.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Assets on the grid of the output are copied exactly. All others are resampled, or rejected if no method "
            "is chosen. The extent is moved outward to whole multiples of the pixel size. Landsat's pixels are half a "
            "pixel off; choose one of its files as the grid to copy them exactly.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Scenes with different offsets, such as Sentinel-2 before and after 2022, are shifted by whole numbers to "
            "the lowest offset. Check the share of values below zero in the table: it is large if a catalogue states "
            "an offset that was applied already.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Requests that fail for a while are repeated. All other errors end the run or leave out the scene, and "
            "name the item, the asset, the server and its status. A run that was interrupted can be resumed.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'The folder contains scenes.json, the input of "Temporal composite", the table scenes.csv, and stack.vrt '
            "with the bands of all scenes. In QGIS, each layer has its time for the temporal controller.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To write the red and near infrared bands of Sentinel-2 scenes from Earth Search with their classes, set the "
        "assets to red,nir, the mask asset to scl, and the extent.",
    ),
    {
        "ITEMS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'JSON file with an ItemCollection of STAC 1.0 or 1.1, such as the output of "Search a STAC catalogue".',
        ),
        "ASSETS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Assets in the order of the bands, separated by commas: keys such as B04, or names of bands such as red. "
            "visual@2 is the second band of the asset visual.",
        ),
        "MASK_ASSET": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Asset with classes or bits, such as scl or qa_pixel. It is written to a file next to each scene, with the "
            "nearest pixels.",
        ),
        "EXTENT": QT_TRANSLATE_NOOP("ParallelRaster", "Area of the rasters. Required unless a grid is chosen."),
        "GRID": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The rasters get exactly the grid of this raster. Specify either a grid or an extent.",
        ),
        "CRS": QT_TRANSLATE_NOOP("ParallelRaster", "CRS of the rasters. If empty, the one that most items have."),
        "PIXEL_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Width and height of a pixel in map units. If empty, that of the finest asset."
        ),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Method for assets whose pixels do not coincide with those of the output. Nodata pixels are left out "
            "before values are interpolated.",
        ),
        "STEP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "What becomes one raster: an item, or all items of a day. A solar day ends at midnight in the solar time "
            "of the centre of the output.",
        ),
        "DUPLICATES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "What to do with items of the same satellite, tile and second. The one with the highest processing "
            "baseline, and then the last update, was processed last.",
        ),
        "SCALING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Scale and offset that the rasters get. With those of the catalogue, pixels are shifted so that all scenes "
            "have the same offset.",
        ),
        **{name: INDEX_PARAMETERS[name] for name in ("SCALE", "OFFSET")},
        "NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that marks missing pixels in all assets. If empty, the declared value; if none is declared, 0 for "
            "Sentinel-2 and Landsat.",
        ),
        "OVERVIEWS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Reads the coarsest overview that is not coarser than the output, which saves time. Masks are always read "
            "at full resolution.",
        ),
        "SIGNING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether addresses are used as they are, or first signed by a service, as Planetary Computer requires.",
        ),
        "SIGN_URL": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Service that signs an address, which it takes as the query href. The default is that of Planetary "
            "Computer.",
        ),
        "AUTHCFG": STAC_SEARCH.parameters["AUTHCFG"],
        "RETRIES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How often a request is repeated that failed with status 408, 429 or 500 and higher, after growing delays.",
        ),
        "CONNECTIONS": QT_TRANSLATE_NOOP("ParallelRaster", "Maximum number of files that are read at once."),
        "ON_ERROR": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether the run ends if a scene cannot be read, or the scene is left out and listed in the table.",
        ),
        "RESUME": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Keeps the scenes that an interrupted run with the same items and parameters completed, and reads only "
            "what is missing.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the rasters. The scenes of an earlier run are replaced when all new ones are complete.",
        ),
    },
)
