"""Help texts for the algorithm "Search a STAC catalogue" and its parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

STAC_SEARCH = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Searches a STAC catalogue for scenes in an area and a time range, and saves the items that it finds.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'The output is an ItemCollection, which you can use as the input of "STAC items to aligned rasters". In '
            "QGIS, the output is also loaded as a layer with the footprints of the scenes.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "All pages of the search results are read. If there are more items than the maximum, the run ends with an "
            "error. An extent that crosses the 180th meridian is searched in two parts.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To find Sentinel-2 scenes of May 2024 with at most 30 % cloud, set the URL to "
        "https://earth-search.aws.element84.com/v1, the collections to sentinel-2-l2a, the dates to 2024-05-01 and "
        "2024-05-31, and the maximum cloud cover to 30.",
    ),
    {
        "URL": QT_TRANSLATE_NOOP("ParallelRaster", "URL of a STAC API, with or without /search at the end."),
        "COLLECTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster", "IDs of the collections to search, separated by commas, for example sentinel-2-l2a."
        ),
        "EXTENT": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Area that the scenes must intersect. If empty, the whole catalogue is searched."
        ),
        "START": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Date or time in UTC of the earliest scene. If empty, there is no limit."
        ),
        "END": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Date or time in UTC of the latest scene. A date includes the whole day. If empty, there is no limit.",
        ),
        "CLOUD_COVER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Maximum cloud cover of a scene in percent. 100 also finds scenes without a stated cloud cover.",
        ),
        "FILTER": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Additional condition for the items, in CQL2 JSON. The catalogue must support filters."
        ),
        "MAX_ITEMS": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Maximum number of items. If the search finds more, the run ends with an error."
        ),
        "AUTHCFG": QT_TRANSLATE_NOOP(
            "ParallelRaster", "QGIS authentication configuration for requests to the catalogue or the signing service."
        ),
        "OUTPUT": QT_TRANSLATE_NOOP("ParallelRaster", "GeoJSON file with the items. An existing file is replaced."),
    },
)
