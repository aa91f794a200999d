"""Whether an installation is sound: what was found, what is wrong with it, and how to mend that on each system.

Works where dask, rasterio, rioxarray and even numpy are missing: telling so is its purpose.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..dependencies import REQUIRED, dependency_problems, install_ways
from ..parallel.machine import available_memory, usable_cpus
from ..progress import NoProgress, Progress
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
"""Codecs without which ordinary GeoTIFFs cannot be read or written."""

LITTLE_MEMORY = 256 * MEBIBYTE
"""Bytes: below, chunks become small and few are under way at once."""

SAME_SOURCE = {
    "debian": "sudo apt install --reinstall python3-rasterio python3-numpy; and take away what pip installed: "
    "python3 -m pip uninstall rasterio numpy",
    "windows": "the OSGeo4W setup (python3-rasterio, gdal), after, in its shell: python -m pip uninstall rasterio",
    "macos": "QGIS and rasterio both from conda; beside the QGIS of qgis.org rasterio always brings its own GDAL",
    "conda": "conda install -c conda-forge qgis rasterio (both at once, into one environment)",
}
"""How rasterio comes to use the GDAL of QGIS."""

NEW_GDAL = {
    "debian": "sudo apt install --reinstall gdal-bin libtiff6 python3-rasterio",
    "windows": "the OSGeo4W setup: upgrade gdal and libtiff",
    "macos": "the QGIS from qgis.org, which brings all of them, or conda",
    "conda": "conda install -c conda-forge libgdal libtiff libdeflate",
}


@dataclass(frozen=True)
class Host:
    """What the program that runs the core knows of itself: its versions, its own GDAL, and its limits.

    `threads` and `memory` (bytes) are what its settings give a run, 0 where they leave it to the core, and
    `more_threads` is a sentence that says how to have more; `create` makes its files, see `gdal_file.CreateFile`.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    gdal: Gdal | None = None
    threads: int = 0
    memory: int = 0
    more_threads: str = ""
    create: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Installation:
    """What was found, as tables of names and values, and what to make of it."""

    facts: Mapping[str, Mapping[str, str]]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether the algorithms will run."""
        return not any(finding.level == "problem" for finding in self.findings)


def check_installation(
    host: Host | None = None, *, cluster: str = "", progress: Progress | None = None
) -> Installation:
    """Return what this process has and whether it will do; imports all packages and makes one small raster.

    Parameters
    ----------
    host
        The program that runs the core.
    cluster
        A cluster to look at too, as CLUSTER names it: whether it can be reached and what its workers are.
    progress
        Is asked for a cancel while that is waited for.

    Raises
    ------
    Cancelled
        `progress` asked for it.
    """
    host = host or Host()
    packages = _package_findings()
    gdal = rasterio_gdal()
    findings = [
        *packages,
        *_gdal_findings(host.gdal, gdal),
        *_codec_findings([each for each in (host.gdal, gdal) if each]),
        *_machine_findings(host),
    ]
    if not any(finding.level == "problem" for finding in packages):
        findings.append(_self_test_finding(host))
        findings += _cluster_findings(cluster, progress or NoProgress())
    return Installation(_facts(host, gdal), tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.level))))


_ORDER = ("problem", "advice", "fine")


def _facts(host: Host, gdal: Gdal | None) -> dict[str, dict[str, str]]:
    versions = {name: version or "not found" for name, version in library_versions().items()}
    memory, loaded = available_memory(), mapped_libraries("gdal")
    facts = {
        "Versions": {**host.versions, **versions, **({"GDAL is loaded from": ", ".join(loaded)} if loaded else {})},
        "Machine": {
            "System": platform.platform(),
            "Processors for this process": str(usable_cpus()),
            "Threads of a run": str(_threads(host)),
            "Memory available": f"{memory // MEBIBYTE} MB",
            "Working memory of a run": f"{(host.memory or memory // 4) // MEBIBYTE} MB",
            "DEFLATE of results is encoded by": deflate_encoder() or "not known",
        },
    }
    for title, each in (("GDAL of QGIS", host.gdal), ("GDAL of rasterio", gdal)):
        if each is not None:
            facts[title] = _gdal_facts(each)
    return facts


def _gdal_facts(gdal: Gdal) -> dict[str, str]:
    faster = {True: "yes", False: "no", None: "not known"}[gdal.libdeflate]
    codecs = ", ".join(codec for codec in CODECS if codec in gdal.codecs)
    return {"GDAL": gdal.version, "PROJ": gdal.proj, "GeoTIFF codecs": codecs, "DEFLATE by libdeflate": faster}


def _package_findings() -> list[Finding]:
    problems, failures = dependency_problems(), import_failures()
    findings = []
    for package, needed in REQUIRED.items():
        told = [problem for problem in problems if problem.startswith(f"The Python package {package} ")]
        if told:
            findings.append(Finding("problem", told[0], install_ways(package)))
        elif package in failures:
            text = f"The Python package {package} is installed but cannot be imported: {failures[package]}"
            findings.append(Finding("problem", text, SAME_SOURCE if package == "rasterio" else install_ways(package)))
        else:
            findings.append(Finding("fine", f"{package} is there, {needed} or newer."))
    return findings


def _gdal_findings(host: Gdal | None, gdal: Gdal | None) -> list[Finding]:
    """Return whether QGIS and rasterio share a GDAL and, where they do not, whether CRSs survive that."""
    if gdal is None:
        return []
    findings = []
    failure = crs_failure()
    if failure:
        folders = ", ".join(f"{name}={value}" for name, value in proj_folders().items())
        blame = f"; the environment says {folders}, perhaps the folder of another version" if folders else ""
        text = f"rasterio does not find coordinate reference systems: {failure}{blame}."
        findings.append(Finding("problem", text, SAME_SOURCE))
    if host is None:
        return findings
    files = mapped_libraries("gdal")
    if len(files) > 1 if files is not None else host.version != gdal.version:
        which = " and ".join(files or (host.version, gdal.version))
        works = "" if failure else " It works as it is: coordinate reference systems are found."
        text = f"QGIS and rasterio each bring a GDAL of their own, {which}; one for both is safer.{works}"
        findings.append(Finding("advice", text, SAME_SOURCE))
    else:
        findings.append(Finding("fine", f"QGIS and rasterio share one GDAL, {gdal.version}."))
    return findings


def _codec_findings(gdals: list[Gdal]) -> list[Finding]:
    findings = []
    missing = missing_codecs(gdals)
    if missing:
        level = "problem" if set(missing) & set(INDISPENSABLE) else "advice"
        text = f"GDAL lacks {', '.join(missing)}; GeoTIFFs compressed so can be neither read nor written."
        findings.append(Finding(level, text, NEW_GDAL))
    if any(gdal.libdeflate is False for gdal in gdals):
        text = "GDAL encodes DEFLATE without libdeflate, which is faster."
        findings.append(Finding("advice", text, NEW_GDAL))
    if gdals and not findings:
        findings.append(Finding("fine", f"GDAL writes GeoTIFFs with {', '.join(CODECS)}."))
    return findings


def _machine_findings(host: Host) -> list[Finding]:
    findings = []
    cpus, memory = usable_cpus(), available_memory()
    if _threads(host) < cpus:
        text = f"Runs use {_threads(host)} of {cpus} processors. {host.more_threads}"
        findings.append(Finding("advice", text.rstrip()))
    if (host.memory or memory // 4) < LITTLE_MEMORY:
        text = (
            f"Runs work in {(host.memory or memory // 4) // MEBIBYTE} MB: {memory // MEBIBYTE} MB of memory are "
            "available. Close other programs, or set MEMORY to what you can spare."
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


def _self_test_finding(host: Host) -> Finding:
    from .self_test import self_test_failure

    failure = self_test_failure(host.create)
    if failure:
        return Finding("problem", f"A trial run on a raster of 64 x 64 pixels failed: {failure}", SAME_SOURCE)
    return Finding("fine", "A trial run on a raster of 64 x 64 pixels gave the right pixels.")
