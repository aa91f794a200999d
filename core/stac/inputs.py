"""The assets that a task reads: as a description that can be sent to a worker, and as open files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ..progress import Stop
from ..reading.block_cache import BlockCache
from ..reading.datasets import Handles
from .addresses import Address
from .connections import Connections
from .files import AssetFiles, AssetReaders, Network


@dataclass(frozen=True)
class AssetInputs:
    """The assets of a task: their addresses (keyed by `Address.place`) and how to read them. Can be sent to a worker.

    `connections` is the maximum number of files that are read at once. `mark` is added to URLs so that GDAL does not
    use data that an earlier run cached (see `gdal_path`).
    """

    addresses: Mapping[str, Address]
    network: Network
    connections: int
    mark: str

    def only(self, places: Collection[str]) -> AssetInputs:
        """Return only the assets with the given values of `Address.place`."""
        return replace(self, addresses={place: self.addresses[place] for place in places})

    @property
    def local_files(self) -> tuple[str, ...]:
        """Paths of the files that are not on servers."""
        return tuple(address.href for address in self.addresses.values() if not address.is_http)

    def open(self, handles: Handles, cached_bytes: int) -> OpenAssets:
        """Open the assets; they are closed together with `handles`.

        Blocks that several chunks need are cached, up to `cached_bytes` bytes.
        """
        files = AssetFiles(self.network, mark=self.mark)
        connections = handles.keep(Connections(self.connections, files.close_own))
        return OpenAssets(self, files, connections, BlockCache(cached_bytes, together=True) if cached_bytes else None)


@dataclass(frozen=True)
class OpenAssets:
    """The open assets of a task, the threads that read them, and the cache of their blocks."""

    inputs: AssetInputs
    files: AssetFiles
    connections: Connections
    cache: BlockCache | None

    def readers(self, stop: Stop) -> AssetReaders:
        """Return an object that reads the assets, for use in the threads of `connections`."""
        return AssetReaders(self.files, self.inputs.addresses, self.cache, stop)
