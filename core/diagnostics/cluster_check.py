"""Whether a cluster will do, for the check of an installation."""

from __future__ import annotations

from ..dependencies import MissingDependency, install_ways
from ..engine.run import connect_workers
from ..errors import Cancelled, ParallelRasterError
from ..progress import Progress
from .findings import Finding


class _Lines:
    """A log that keeps what is said while the cluster is connected."""

    def __init__(self) -> None:
        self.facts: list[str] = []
        self.warnings: list[str] = []

    def info(self, msg: str) -> None:
        """Keep a fact."""
        self.facts.append(msg)

    def warning(self, msg: str) -> None:
        """Keep a warning."""
        self.warnings.append(msg)


def cluster_findings(cluster: str, progress: Progress) -> list[Finding]:
    """Return whether the cluster that CLUSTER names can be reached and has workers of this version.

    Raises
    ------
    Cancelled
        `progress` asked for it.
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
    found = Finding("fine", f"{'; '.join(lines.facts)}, all with the same version of this plugin's engine as here.")
    return [found, *(Finding("advice", line) for line in lines.warnings)]
