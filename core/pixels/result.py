"""Result of a job that computes bands: the file, and the statistics of its first band."""

from __future__ import annotations

from dataclasses import dataclass

from .raster_plan import PixelResult
from .storing import NOT_FINITE, OUT_OF_RANGE


@dataclass(frozen=True)
class BandsResult:
    """Path of the output, its number of bands, and statistics of band 1.

    Attributes
    ----------
    output : str
        Path of the output.
    band_count : int
        Number of bands of the output.
    minimum, maximum, mean, std_dev : float
        Statistics of the valid pixels of band 1; NaN if there are none.
    valid_percent : float
        Percentage of pixels that are valid in band 1.
    invalid_count : int
        Number of results in all bands that became nodata because they are not finite or the data type cannot hold them.
    """

    output: str
    band_count: int
    minimum: float
    maximum: float
    mean: float
    std_dev: float
    valid_percent: float
    invalid_count: int

    @classmethod
    def of(cls, made: PixelResult) -> BandsResult:
        """Return the result of a finished run."""
        first = made.statistics[0]
        return cls(
            output=made.output,
            band_count=len(made.statistics),
            minimum=first.minimum,
            maximum=first.maximum,
            mean=first.mean,
            std_dev=first.std_dev,
            valid_percent=100 * first.count / made.pixels,
            invalid_count=made.counts.get(NOT_FINITE, 0) + made.counts.get(OUT_OF_RANGE, 0),
        )
