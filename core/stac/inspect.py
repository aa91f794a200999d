"""Opens assets before chunks are read, and checks afterwards that the assets have not changed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ..parallel.threads import run_chunks
from ..progress import Progress, Stop
from ..reading.readers import InputBand
from .addresses import Address
from .connections import Connections
from .files import AssetFiles, OpenAsset, open_asset

Result = TypeVar("Result")


class Inspector:
    """Reads the metadata of assets over the connections of a run, and checks that their files stay unchanged."""

    def __init__(self, files: AssetFiles, connections: Connections) -> None:
        self._files, self._connections = files, connections

    def check_unchanged(self, addresses: Iterable[Address], progress: Progress) -> None:
        """Raise InputError if a file has changed since it was opened.

        Raises
        ------
        InputError
            A file changed, or its server does not respond.
        Cancelled
            The run was cancelled.
        """

        def works(stop: Stop) -> list[Callable[[], None]]:
            return [functools.partial(self._files.check_unchanged, address, stop) for address in addresses]

        self._call(works, progress)

    def inspect(self, assets: Sequence[tuple[Address, int]], progress: Progress) -> list[InputBand]:
        """Return the metadata of one band per asset; band numbers start at 1, and 0 means the asset's only band.

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
