"""Cluster part of the installation check."""

from __future__ import annotations

from ..dependencies import MissingDependency, install_ways
from ..engine.run import connect_workers
from ..errors import Cancelled, ParallelRasterError
from ..progress import Progress
from .findings import Finding


class _Lines:
    """A log that stores its messages."""

    def __init__(self) -> None:
        self.infos: list[str] = []
        self.warnings: list[str] = []

    def info(self, msg: str) -> None:
        """Store an info message."""
        self.infos.append(msg)

    def warning(self, msg: str) -> None:
        """Store a warning."""
        self.warnings.append(msg)


def cluster_findings(cluster: str, progress: Progress) -> list[Finding]:
    """Connect to a cluster and return the findings: its workers and versions, or the error.

    `cluster` is a value of the parameter CLUSTER.

    Raises
    ------
    Cancelled
        The check was cancelled through `progress`.
    """
    lines = _Lines()
    try:
        with connect_workers(cluster, progress, lines):
            pass
    except Cancelled:
        raise
    except MissingDependency as error:
        package = "dask-jobqueue" if "dask_jobqueue" in str(error) else "distributed"
        return [Finding("problem", str(error), install_ways(package))]
    except ParallelRasterError as error:
        return [Finding("problem", str(error))]
    same = "All workers have the same version of the plugin's core as this machine."
    found = Finding("fine", f"{'; '.join(lines.infos)}. {same}")
    return [found, *(Finding("advice", line) for line in lines.warnings)]
