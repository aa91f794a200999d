"""Opens assets, and asks servers for the identity of files, outside the chunks of a run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TypeVar

from ..parallel.threads import run_chunks
from ..progress import Progress, Stop
from ..reading.readers import InputBand
from .addresses import Address
from .connections import Connections
from .files import AssetFiles, Identity, OpenAsset, open_asset

Result = TypeVar("Result")


class Inspector:
    """Opens assets with the connections of a run."""

    def __init__(self, files: AssetFiles, connections: Connections) -> None:
        self._files, self._connections = files, connections

    def identities(self, addresses: Sequence[Address], progress: Progress) -> dict[Address, Identity | None]:
        """Return the size and ETag of each file on a server; None for local files.

        Raises
        ------
        InputError
            A server does not answer, or with an error.
        Cancelled
            The run was cancelled.
        """

        def works(stop: Stop) -> list[Callable[[], Identity | None]]:
            return [functools.partial(self._files.identity, address, stop) for address in addresses]

        return dict(zip(addresses, self._call(works, progress)))

    def inspect(self, assets: Sequence[tuple[Address, int]], progress: Progress) -> list[InputBand]:
        """Return the metadata of a band of each asset; the band is counted from 1, or 0 for the only one.

        Raises
        ------
        InputError
            A file cannot be read.
        Cancelled
            The run was cancelled.
        """

        def works(stop: Stop) -> list[Callable[[], OpenAsset]]:
            return [functools.partial(open_asset, self._files, address, band, stop) for address, band in assets]

        return [each.band for each in self._call(works, progress)]

    def _call(self, works: Callable[[Stop], Sequence[Callable[[], Result]]], progress: Progress) -> list[Result]:
        found: list[Result] = []

        def ask(_: int, stop: Stop) -> None:
            found.extend(self._connections.call(works(stop), stop))

        run_chunks(ask, [0], name="ask-servers", workers=1, progress=progress)
        return found
