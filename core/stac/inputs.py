"""The assets that a task reads: a description that can be sent to a worker, and the same assets while they are open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ..progress import Stop
from ..reading.datasets import Handles
from .addresses import Address
from .connections import Connections
from .files import AssetFiles, AssetReaders, Network


@dataclass(frozen=True)
class AssetInputs:
    """The assets of a task: their addresses by place, and how they are read. Can be sent to a worker.

    `connections` is the maximum number of files that are read at once. `mark` is the mark of the run.
    """

    addresses: Mapping[str, Address]
    network: Network
    connections: int
    mark: str

    def only(self, places: Collection[str]) -> AssetInputs:
        """Return the assets with the given places."""
        return replace(self, addresses={place: self.addresses[place] for place in places})

    @property
    def at_servers(self) -> tuple[Address, ...]:
        """Addresses of the files on servers."""
        return tuple(address for address in self.addresses.values() if address.is_http)

    def open(self, handles: Handles) -> OpenAssets:
        """Return the open assets, which are closed together with `handles`."""
        files = AssetFiles(self.network, mark=self.mark)
        return OpenAssets(self, files, handles.keep(Connections(self.connections, files.close_own)))


@dataclass(frozen=True)
class OpenAssets:
    """Open assets of a task, and the threads that read them."""

    inputs: AssetInputs
    files: AssetFiles
    connections: Connections

    def readers(self, stop: Stop) -> AssetReaders:
        """Return readers for the threads of `connections`."""
        return AssetReaders(self.files, self.inputs.addresses, stop)
