"""The structure of an algorithm's help, and the help texts of parameters that several algorithms share.

The texts of one algorithm are in a module next to it: `tileraster_help.py` belongs to `tileraster.py`. Texts are marked
for translation where they are defined, and translated when QGIS shows them; `help_page` formats them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .translation import QT_TRANSLATE_NOOP


class Table(NamedTuple):
    """A table in the help: a heading, and rows with a name or code on the left and its description on the right.

    If `joined` is True, both texts of a row are in one cell because the left texts are too long for a separate column.
    """

    heading: str
    rows: Sequence[tuple[str, str]]
    joined: bool = False


class Help(NamedTuple):
    """The help of one algorithm: a one-sentence summary, paragraphs with the rules, an example, and parameter texts.

    For algorithms that compute formulas, `language` lists the syntax elements of formulas and their meanings. `tables`
    returns further tables, already translated. `parameters` maps parameter names to the texts of dialog tooltips and of
    `qgis_process help`. For a parameter that is not in `parameters`, the text in `SHARED_PARAMETERS` is used.
    """

    summary: str
    rules: tuple[str, ...]
    example: str
    parameters: Mapping[str, str]
    language: tuple[tuple[str, str], ...] = ()
    tables: Callable[[], Sequence[Table]] = tuple

    def of_parameter(self, name: str) -> str:
        """Return the untranslated help text of a parameter, or an empty string if it has none."""
        return self.parameters.get(name) or SHARED_PARAMETERS.get(name, "")


SHARED_PARAMETERS = {
    "INPUT": QT_TRANSLATE_NOOP(
        "ParallelRaster", "Raster layer of the project, or a raster file. The file is never changed."
    ),
    "INPUTS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Raster layers of the project, or raster files. Specify either this list or an input folder, but not both.",
    ),
    "INPUT_FOLDER": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Folder that contains the input files. If it contains a tiles.json file (the list of tiles that "Tile raster" '
        "writes), the tiles in that list are used.",
    ),
    "PATTERN": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Pattern that the names of the input files must match; * stands for any characters. The files are used in the "
        "order of their names. Ignored if the folder contains a tiles.json file.",
    ),
    "EXTENT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Part of the input to process. The edges of the extent are moved outward to pixel edges. If empty, the whole "
        "input is processed.",
    ),
    "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "GDAL creation options of the output, for example COMPRESS=ZSTD|BLOCKXSIZE=256|BLOCKYSIZE=256. If empty, the "
        "output has blocks of 512 x 512 pixels, DEFLATE compression and a suitable predictor.",
    ),
    "COG": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Writes a Cloud Optimized GeoTIFF with overviews. The overviews use average resampling or, if the values may "
        "be classes, nearest-neighbour resampling. The creation options must be options of GDAL's COG driver. Creating "
        "the file requires disk space equal to two and a half times its final size.",
    ),
    "WORKERS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Number of threads. 0 uses the maximum set in QGIS. Ignored if a cluster is used.",
    ),
    "MEMORY": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Memory limit of the run in MB, not counting the memory used by QGIS and GDAL's block cache. The limit "
        "determines the chunk size and how many chunks are processed at once. 0 uses a quarter of the available "
        "memory.",
    ),
    "CHUNK_SIZE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Edge length, in pixels, of the square chunks in which the raster is processed. The length is rounded up to a "
        "whole number of blocks of the file. 0 chooses a size that suits the blocks, the number of workers and the "
        "memory limit. The result is the same for every chunk size.",
    ),
    "CLUSTER": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Dask cluster to run on. If empty, this computer is used. For a running Dask scheduler, enter tcp://host:port, "
        "tls://host:port or scheduler-file:/path.json. For SLURM, enter slurm?min=1&max=20 (minimum and maximum number "
        "of workers). To limit how long the run waits for workers, add a timeout in seconds, for example "
        "tcp://host:port?timeout=300 or slurm?min=1&max=20&timeout=300.",
    ),
    "REPORT": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "HTML page that describes the run: its parameters, software versions, automatic decisions, pixel counts, "
        "chunks and memory use, and a timeline of the workers.",
    ),
    "RESAMPLING": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Method for resampling rasters whose pixels do not coincide with the pixels of the first raster.",
    ),
    "OUTPUT": QT_TRANSLATE_NOOP(
        "ParallelRaster", "Output GeoTIFF. The file appears only when it is complete and verified."
    ),
    "NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in all inputs; it overrides the nodata values stored in the files. If empty, "
        "the stored values are used.",
    ),
}
