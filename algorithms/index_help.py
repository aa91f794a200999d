"""What the dialog of the normalized difference says beside its parameters."""

from __future__ import annotations

from ..core.options import INDEXES

HELP = """Computes (A - B) / (A + B) of two bands, chunk by chunk on all processors: NDVI with A = near infrared and \
B = red, and its relatives.

A pixel counts when it is valid in both bands: finite, not nodata, not hidden by a mask or alpha. Every other pixel \
becomes nodata. Scale and offset of the bands are applied; nothing wraps or overflows, and the result is the same to \
the last bit for any chunk size and number of workers.

A mask hides pixels by the values of a class layer (3,8-10 are the cloud shadows and clouds of Sentinel-2's SCL) or by \
the bits of a quality layer (1-4 are those of Landsat's QA_PIXEL). It may have another resolution: the nearest of its \
pixels counts. Outside its extent, and where it is nodata itself, pixels are hidden.

A raster of the negative term on another grid is refused unless a resampling is chosen, which brings it onto the grid \
of the input.

A Cloud Optimized GeoTIFF comes with averaged overviews; while it is made it takes two and a half times its room on \
the disk.

The result appears when it is complete and verified; a run that fails or is cancelled leaves nothing behind.

Example: Landsat 7 bands 4 and 3 give the NDVI; Sentinel-2 comes as one file per band, so give B08 as Input and B04 \
as Raster of the negative term.

Indexes (the bands stay yours):
"""


def help_text() -> str:
    """Return the help with the formula and the reference of every index."""
    lines = [
        f"{index.name} = {index.formula}" + (f". {index.reference}." if index.reference else "")
        for index in INDEXES.values()
    ]
    return HELP + "\n".join(lines)
