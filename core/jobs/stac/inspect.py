"""Opens assets during planning, with the connections of the run."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from ...parallel.threads import run_chunks
from ...progress import Progress, Stop
from ...reading.readers import InputBand
from ...stac.addresses import Address
from ...stac.connections import Connections
from ...stac.files import AssetFiles, open_asset


class Inspector:
    """Opens assets to read their data types."""

    def __init__(self, files: AssetFiles, connections: Connections) -> None:
        self._files, self._connections = files, connections

    def inspect(self, assets: Sequence[tuple[Address, int]], progress: Progress) -> list[InputBand]:
        """Return the metadata of a band of each asset; the band is counted from 1, or 0 for the only one.

        Raises
        ------
        InputError
            A file cannot be read.
        Cancelled
            The run was cancelled.
        """
        found: list[InputBand] = []

        def read(_: int, stop: Stop) -> None:
            works = [functools.partial(open_asset, self._files, address, band, stop) for address, band in assets]
            found.extend(each.band for each in self._connections.call(works, stop))

        run_chunks(read, [0], name="open-assets", workers=1, progress=progress)
        return found
