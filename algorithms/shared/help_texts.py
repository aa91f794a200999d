"""The structure of an algorithm's help, and the help texts of parameters that several algorithms share.

The texts of one algorithm are in a module next to it: `tileraster_help.py` belongs to `tileraster.py`. Texts are marked
for translation where they are written and translated when QGIS shows them; `help_page` formats them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .translation import QT_TRANSLATE_NOOP


class Help(NamedTuple):
    """The help of one algorithm: a one-sentence summary, paragraphs with the rules, an example, and parameter texts.

    `language` lists the syntax and meaning of a formula language, if the algorithm has one.
    `parameters` maps parameter names to the texts of dialog tooltips and of `qgis_process help`. For a parameter that
    is not in it, the text in `SHARED_PARAMETERS` is used.
    """

    summary: str
    rules: tuple[str, ...]
    example: str
    parameters: Mapping[str, str]
    language: tuple[tuple[str, str], ...] = ()

    def of_parameter(self, name: str) -> str:
        """Return the untranslated help text of a parameter, or an empty string if it has none."""
        return self.parameters.get(name) or SHARED_PARAMETERS.get(name, "")


SHARED_PARAMETERS = {
    "INPUT": QT_TRANSLATE_NOOP("ParallelRaster", "A layer of the project or a file. The input is never changed."),
    "INPUTS": QT_TRANSLATE_NOOP("ParallelRaster", "Layers of the project or files. Set either this list or a folder."),
    "INPUT_FOLDER": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Folder whose files are the input. If it contains a list of tiles from Tile raster (tiles.json), the tiles in "
        "the list are used.",
    ),
    "PATTERN": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Files of the folder to use, in the order of their names; * stands for any characters. Ignored if the folder "
        "contains a tiles.json.",
    ),
    "EXTENT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Part of the input to process. Its edges are moved outward to pixel edges. If empty, the complete input is "
        "processed.",
    ),
    "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "GDAL creation options of the output, for example COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. If empty, the "
        "output has 512 x 512 blocks, DEFLATE compression and a suitable predictor.",
    ),
    "COG": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Writes a Cloud Optimized GeoTIFF with overviews. Overviews are averaged, or use the nearest pixel if the "
        "values may be classes. Creation options are those of GDAL's COG driver. Creating the file takes two and a "
        "half times its size on disk.",
    ),
    "WORKERS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Number of threads. 0 uses the maximum set in QGIS. Ignored if a cluster is used.",
    ),
    "MEMORY": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Memory limit of the run in MB, in addition to QGIS and GDAL's block cache. It determines the chunk size and "
        "how many chunks are processed at once. 0 uses a quarter of the available memory.",
    ),
    "CHUNK_SIZE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Edge length of the square chunks in which the raster is processed, rounded up to complete blocks of the "
        "file. 0 chooses a size that suits blocks, workers and memory. The result is the same for every size.",
    ),
    "CLUSTER": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "If empty, this computer is used. For a Dask scheduler that is running: tcp://host:port, tls://host:port or "
        "scheduler-file:/path.json. For SLURM: slurm?min=1&max=20. All three accept timeout=300 (seconds) after a "
        "question mark.",
    ),
    "REPORT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "HTML page about the run: parameters, versions, decisions, counts, chunks, memory and a timeline of the "
        "workers.",
    ),
    "NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in all inputs; it overrides the nodata values stored in the files. If empty, "
        "the stored values are used.",
    ),
}
