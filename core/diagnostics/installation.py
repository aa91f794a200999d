"""Check an installation: collect versions, detect problems, and explain how to fix them on each operating system.

The check also works if dask, rasterio, rioxarray or numpy is missing, so that it can report the missing package.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..dependencies import FOR_FILTERS, REQUIRED, dependency_problems, install_ways, optional_problems
from ..parallel.machine import available_memory, usable_cpus
from ..progress import NoProgress, Progress, stages
from ..units import MEBIBYTE
from ..versions import library_versions
from .findings import Finding
from .libraries import (
    CODECS,
    Gdal,
    crs_failure,
    deflate_encoder,
    import_failures,
    mapped_libraries,
    missing_codecs,
    proj_folders,
    rasterio_gdal,
)

INDISPENSABLE = ("DEFLATE", "LZW")
"""Codecs required to read and write ordinary GeoTIFFs."""

LITTLE_MEMORY = 256 * MEBIBYTE
"""Working memory in bytes, below which chunks become small and few of them run at once."""

SAME_SOURCE = {
    "debian": "sudo apt install --reinstall python3-rasterio python3-numpy; also remove packages installed by pip: "
    "python3 -m pip uninstall rasterio numpy",
    "windows": "the OSGeo4W shell (run python -m pip uninstall rasterio), then the OSGeo4W setup (install the packages "
    "python3-rasterio and gdal)",
    "macos": "QGIS and rasterio from conda, because rasterio in the QGIS from qgis.org always uses its own GDAL",
    "conda": "conda install -c conda-forge qgis rasterio (both together, in one environment)",
}
"""How to make rasterio use the GDAL of QGIS, for each kind of QGIS installation."""

NEW_GDAL = {
    "debian": "sudo apt install --reinstall gdal-bin libtiff6 python3-rasterio",
    "windows": "the OSGeo4W setup (upgrade the packages gdal and libtiff)",
    "macos": "QGIS from qgis.org, which includes a complete GDAL, or QGIS from conda",
    "conda": "conda install -c conda-forge libgdal libtiff libdeflate",
}
"""How to install a GDAL with all codecs, for each kind of QGIS installation."""


@dataclass(frozen=True)
class Host:
    """The program that runs the core, for example QGIS: its versions, its GDAL and its limits.

    `threads` and `memory` (bytes) are the limits in the program's settings; 0 uses the default of the core.
    `more_threads` is a sentence that explains how to allow more threads. `create` creates output files, see
    `gdal_file.CreateFile`. `fetch` sends requests, see `core.stac.fetch.Fetch`.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    gdal: Gdal | None = None
    threads: int = 0
    memory: int = 0
    more_threads: str = ""
    create: Callable[..., Any] | None = None
    fetch: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Installation:
    """Result of an installation check: tables of versions and limits by title, and the findings."""

    tables: Mapping[str, Mapping[str, str]]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """True if no finding is a problem, that is, if the algorithms can run."""
        return not any(finding.level == "problem" for finding in self.findings)


def check_installation(
    host: Host | None = None, *, cluster: str = "", url: str = "", progress: Progress | None = None
) -> Installation:
    """Check the packages, libraries and limits of this process; compute one small raster as a self-test.

    Parameters
    ----------
    host
        The program that runs the core; None if the core runs on its own.
    cluster
        Value of CLUSTER that selects the cluster to check. If empty, no cluster is checked.
    url
        URL of a catalogue or file from which one byte is requested. If empty, the network is not used.
    progress
        Checked for cancellation while waiting for the cluster and for the server.

    Raises
    ------
    Cancelled
        The check was cancelled through `progress`.
    """
    host = host or Host()
    packages = _package_findings()
    gdal = rasterio_gdal()
    findings = [
        *packages,
        *_gdal_findings(host.gdal, gdal),
        *_codec_findings([each for each in (host.gdal, gdal) if each]),
        *_catalogue_findings(gdal),
        *_machine_findings(host),
    ]
    if not any(finding.level == "problem" for finding in packages):
        findings.append(_self_test_finding(host))
        connecting, asking = stages(progress or NoProgress(), 1, 1)
        findings += _cluster_findings(cluster, connecting)
        findings += _url_findings(url, host, asking)
    return Installation(_tables(host, gdal), tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.level))))


_ORDER = ("problem", "advice", "fine")

YES_NO = {True: "yes", False: "no", None: "unknown"}


def _tables(host: Host, gdal: Gdal | None) -> dict[str, dict[str, str]]:
    versions = {name: version or "not found" for name, version in library_versions().items()}
    memory, loaded = available_memory(), mapped_libraries("gdal")
    tables = {
        "Versions": {**host.versions, **versions, **({"GDAL loaded from": ", ".join(loaded)} if loaded else {})},
        "Machine": {
            "System": platform.platform(),
            "CPUs available to this process": str(usable_cpus()),
            "Threads per run": str(_threads(host)),
            "Available memory": f"{memory // MEBIBYTE} MB",
            "Working memory per run": f"{(host.memory or memory // 4) // MEBIBYTE} MB",
            "DEFLATE encoder": deflate_encoder() or "unknown",
        },
    }
    for title, each in (("GDAL of QGIS", host.gdal), ("GDAL of rasterio", gdal)):
        if each is not None:
            tables[title] = _gdal_table(each)
    return tables


def _gdal_table(gdal: Gdal) -> dict[str, str]:
    faster = YES_NO[gdal.libdeflate]
    codecs = ", ".join(codec for codec in CODECS if codec in gdal.codecs)
    return {
        "GDAL": gdal.version, "PROJ": gdal.proj, "GeoTIFF codecs": codecs, "DEFLATE by libdeflate": faster,
        "Files on servers (/vsicurl)": YES_NO[gdal.vsicurl], "JPEG 2000": YES_NO[gdal.jpeg2000],
    }  # fmt: skip


def _package_findings() -> list[Finding]:
    problems, failures = dependency_problems(), import_failures()
    findings = []
    for package, needed in REQUIRED.items():
        reported = [problem for problem in problems if problem.startswith(f"The Python package {package} ")]
        if reported:
            findings.append(Finding("problem", reported[0], install_ways(package)))
        elif package in failures:
            text = f"The Python package {package} is installed but cannot be imported: {failures[package]}"
            findings.append(Finding("problem", text, SAME_SOURCE if package == "rasterio" else install_ways(package)))
        else:
            findings.append(Finding("fine", f"{package} {needed} or newer is installed."))
    return findings + _optional_findings()


def _optional_findings() -> list[Finding]:
    """Return a finding for each package that only some algorithms require."""
    problems, findings = optional_problems(), []
    for package, needed in FOR_FILTERS.items():
        if package in problems:
            text = f'The focal filters and "Label objects" cannot run; the other algorithms can. {problems[package]}'
            findings.append(Finding("advice", text, install_ways(package)))
        else:
            findings.append(Finding("fine", f"{package} {needed} or newer is installed."))
    return findings


def _gdal_findings(host: Gdal | None, gdal: Gdal | None) -> list[Finding]:
    """Return findings on whether QGIS and rasterio share one GDAL and whether rasterio can look up CRSs."""
    if gdal is None:
        return []
    findings = []
    failure = crs_failure()
    if failure:
        folders = ", ".join(f"{name}={value}" for name, value in proj_folders().items())
        cause = f" Environment variables may point to another PROJ or GDAL installation: {folders}." if folders else ""
        text = f"rasterio cannot find coordinate reference systems: {failure}.{cause}"
        findings.append(Finding("problem", text, SAME_SOURCE))
    if host is None:
        return findings
    files = mapped_libraries("gdal")
    if len(files) > 1 if files is not None else host.version != gdal.version:
        both = " and ".join(files or (host.version, gdal.version))
        works = "" if failure else " They do not appear to conflict: rasterio can look up coordinate reference systems."
        text = f"QGIS and rasterio use different GDAL libraries ({both}).{works} Sharing one library is safer."
        findings.append(Finding("advice", text, SAME_SOURCE))
    else:
        findings.append(Finding("fine", f"QGIS and rasterio share one GDAL, {gdal.version}."))
    return findings


def _codec_findings(gdals: list[Gdal]) -> list[Finding]:
    findings = []
    missing = missing_codecs(gdals)
    if missing:
        level = "problem" if set(missing) & set(INDISPENSABLE) else "advice"
        text = f"GDAL does not support {', '.join(missing)}. GeoTIFFs with this compression cannot be read or written."
        findings.append(Finding(level, text, NEW_GDAL))
    if any(gdal.libdeflate is False for gdal in gdals):
        text = "GDAL encodes DEFLATE without libdeflate. Encoding with libdeflate is faster."
        findings.append(Finding("advice", text, NEW_GDAL))
    if gdals and not findings:
        findings.append(Finding("fine", f"GDAL can write GeoTIFFs with {', '.join(CODECS)} compression."))
    return findings


def _catalogue_findings(gdal: Gdal | None) -> list[Finding]:
    """Return findings on whether rasterio's GDAL can read JPEG 2000 files and files on servers."""
    if gdal is None:
        return []
    found = []
    if not gdal.vsicurl:
        text = "GDAL cannot read files from servers (/vsicurl). STAC assets can be read only from a local disk."
        found.append(Finding("advice", text, NEW_GDAL))
    if not gdal.jpeg2000:
        text = (
            "GDAL has no driver for JPEG 2000 (JP2OpenJPEG). It cannot read JPEG 2000 files, such as Sentinel-2 bands."
        )
        found.append(Finding("advice", text, NEW_GDAL))
    return found or [Finding("fine", "GDAL can read JPEG 2000 files and files on servers.")]


def _machine_findings(host: Host) -> list[Finding]:
    findings = []
    cpus, memory = usable_cpus(), available_memory()
    if _threads(host) < cpus:
        text = f"Runs use {_threads(host)} of {cpus} CPUs. {host.more_threads}"
        findings.append(Finding("advice", text.rstrip()))
    if (host.memory or memory // 4) < LITTLE_MEMORY:
        text = (
            f"The working memory of a run is only {(host.memory or memory // 4) // MEBIBYTE} MB; "
            f"{memory // MEBIBYTE} MB is available in total. Close other programs or set a higher MEMORY."
        )
        findings.append(Finding("advice", text))
    return findings


def _threads(host: Host) -> int:
    return host.threads if host.threads > 0 else usable_cpus()


def _cluster_findings(cluster: str, progress: Progress) -> list[Finding]:
    if not cluster.strip():
        return []
    from .cluster_check import cluster_findings

    return cluster_findings(cluster, progress)


def _url_findings(url: str, host: Host, progress: Progress) -> list[Finding]:
    if not url.strip():
        return []
    from ..stac.fetch import urllib_fetch
    from .network_check import url_findings

    ways = {"QGIS": host.fetch} if host.fetch else {}
    return url_findings(url, {**ways, "Python": urllib_fetch}, progress)


def _self_test_finding(host: Host) -> Finding:
    from .self_test import self_test_failure

    failure = self_test_failure(host.create)
    if failure:
        return Finding("problem", f"A self-test on a raster of 64 x 64 pixels failed: {failure}", SAME_SOURCE)
    return Finding("fine", "A self-test on a raster of 64 x 64 pixels gave the correct result.")
