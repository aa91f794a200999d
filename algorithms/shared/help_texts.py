"""What the help of an algorithm consists of, and the texts of the parameters that several algorithms have.

Each algorithm's own texts are in the file beside it, `tileraster_help.py` beside `tileraster.py`. All are marked for
translators there and translated when they are shown; `help_page` gives them their form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .translation import QT_TRANSLATE_NOOP


class Help(NamedTuple):
    """The help of one algorithm: one sentence, paragraphs, one paragraph that shows how, texts of parameters.

    `parameters` are the tooltips in the dialog and the lines of `qgis_process help`, by the name of the parameter. A
    parameter that is not among them has its text from `SHARED_PARAMETERS`.
    """

    summary: str
    rules: tuple[str, ...]
    example: str
    parameters: Mapping[str, str]

    def of_parameter(self, name: str) -> str:
        """Return the text of a parameter as it is marked for translators; empty where there is none."""
        return self.parameters.get(name) or SHARED_PARAMETERS.get(name, "")


SHARED_PARAMETERS = {
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
    "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "How GDAL stores the GeoTIFF, e.g. COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. Empty: tiled, 512 x 512, "
        "DEFLATE with a predictor that fits.",
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
}
