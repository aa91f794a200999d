"""Help texts that only the algorithm "STAC items to aligned rasters" uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP
from .stacsearch_help import STAC_SEARCH

STAC_STACK = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Writes scenes from a STAC catalogue as rasters on one grid. Only the pixels in the extent are read from the "
        "servers.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "All items of a solar day are combined into one raster with a band for each asset. If an item exists in "
            "several versions, only the most recently processed version is read. Where different items overlap, the "
            "valid pixels of the most recently processed item are used. This is the item with the highest processing "
            "baseline or, if the baselines are equal, the item with the latest update.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Assets whose pixels coincide with the output's pixels are copied exactly. All other assets are resampled, "
            "or rejected if no resampling method is chosen. The extent is enlarged until its edges are whole multiples "
            "of the pixel size. Landsat's pixel edges are offset from these multiples by half a pixel: to copy Landsat "
            "pixels exactly, choose a Landsat file as the grid.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If scenes have different offsets, such as Sentinel-2 before and after 2022, a whole number is added to "
            "the pixels of each scene so that all scenes have the lowest of these offsets. Check the share of values "
            "below zero in the table of items: a large share means that the catalogue states an offset that was "
            "already applied to the pixels.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Requests that fail with a temporary error are retried. After any other error, the run ends or the scene "
            "is left out; the message names the item, the asset, the server and the status of the server's response. "
            "Interrupted runs can be resumed.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'The output folder also contains scenes.json (an input of "Temporal composite"), the table of items '
            "(scenes.csv), and stack.vrt with the bands of all scenes. In QGIS, the temporal controller can show each "
            "layer at the acquisition time of its scene.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To write the red and near-infrared bands and the scene classification of Sentinel-2 scenes from Earth "
        "Search, set the assets to red,nir and the mask asset to scl, and choose the extent.",
    ),
    {
        "ITEMS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'JSON file with an ItemCollection of STAC 1.0 or 1.1, such as the output of "Search a STAC catalogue".',
        ),
        "ASSETS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Assets in the order of the output bands, separated by commas: keys such as B04, or band names such as "
            "red. For the second band of the asset visual, enter visual@2.",
        ),
        "MASK_ASSET": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Asset with classes or quality bits, such as scl or qa_pixel. It is written to a separate file next to "
            "each scene, with nearest-neighbour resampling.",
        ),
        "EXTENT": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Extent of the output rasters. Required unless a grid is chosen."
        ),
        "GRID": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Raster whose grid is used unchanged for the output. Specify either a grid or an extent.",
        ),
        "CRS": QT_TRANSLATE_NOOP(
            "ParallelRaster", "CRS of the output rasters. If empty, the most common CRS of the items is used."
        ),
        "PIXEL_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Width and height of a pixel in map units. If empty, the smallest pixel size of the assets is used.",
        ),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Resampling method for assets whose pixels do not coincide with the output's pixels. Nodata pixels are "
            "left out of the interpolation.",
        ),
        "STEP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether each item becomes a separate raster, or all items of a day are combined into one raster. A solar "
            "day ends at midnight, local solar time, at the centre of the output.",
        ),
        "DUPLICATES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "What to do with several items of the same satellite, tile and time (to the second). The most recently "
            "processed version is the item with the highest processing baseline or, if several items have this "
            "baseline, the item with the latest update.",
        ),
        "SCALING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Scale and offset of the output rasters. If the values in the catalogue are used and the scenes have "
            "different offsets, whole numbers are added to the pixels so that all scenes have the same offset.",
        ),
        **{name: INDEX_PARAMETERS[name] for name in ("SCALE", "OFFSET")},
        "NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that marks missing pixels in all assets. If empty, the value that the assets declare is used; if "
            "none is declared, 0 is used for Sentinel-2 and Landsat. If the assets have no common nodata value, an "
            "internal mask marks the valid pixels of integer outputs, and missing pixels of float outputs are NaN.",
        ),
        "OVERVIEWS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If the output has larger pixels than an asset, reads the asset's coarsest overview whose pixels are not "
            "larger than the output's pixels. This is faster than reading at full resolution. Masks are always read at "
            "full resolution.",
        ),
        "SIGNING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether URLs are used unchanged or first signed by a service. The Planetary Computer requires signed "
            "URLs.",
        ),
        "SIGN_URL": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'URL of the signing service. The URL to sign is sent in the query parameter "href". The default is the '
            "signing service of the Planetary Computer.",
        ),
        "AUTHCFG": STAC_SEARCH.parameters["AUTHCFG"],
        "RETRIES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Maximum number of retries of a request that fails with status 408, 429, or 500 and above. Delays increase "
            "from one attempt to the next.",
        ),
        "CONNECTIONS": QT_TRANSLATE_NOOP("ParallelRaster", "Maximum number of files that are read at once."),
        "ON_ERROR": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether the run ends if a scene cannot be read, or continues without the scene and lists it in the table "
            "of items.",
        ),
        "RESUME": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Keeps the scenes that an interrupted run with the same items and parameters completed, and reads only "
            "the remaining scenes.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the rasters. The scenes of an earlier run are replaced when all new scenes are complete.",
        ),
    },
)
