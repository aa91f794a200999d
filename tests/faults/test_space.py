"""Disks that fill up or are too small from the start, and a full temporary folder (F01, F02, F14)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from cases import mostly_long
from fault_kit import (
    BLOCKS,
    assert_child_failed_cleanly,
    compute,
    fails_cleanly,
    index_of,
    listing,
    make_raster,
    options_for,
    read,
    run_child,
    small_disk,
)

CODECS = ("NONE", "DEFLATE", "LZW", "ZSTD")
WORKERS = (1, 2, 4)

LIMITED = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = arguments.pop("limit")
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
print_outcome(lambda: run_index(arguments))
"""


@pytest.fixture(scope="module")
def sizes(noise: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Size in bytes of the complete output for each codec."""
    folder = tmp_path_factory.mktemp("complete")
    sizes = {}
    for codec in CODECS:
        output = folder / f"{codec}.tif"
        compute(noise, output, creation_options=f"{BLOCKS}|COMPRESS={codec}")
        sizes[codec] = output.stat().st_size
    return sizes


@pytest.mark.parametrize(("codec", "workers"), mostly_long(CODECS, WORKERS, every=2))
def test_disk_full_while_writing(noise: Path, tmp_path: Path, sizes: dict[str, int], codec: str, workers: int) -> None:
    """F01: if the disk has space for only three quarters of the output, the run fails and keeps the old output."""
    old = b"old result" * 100
    with small_disk(tmp_path / "disk", sizes[codec] * 3 // 4 // 4096 * 4096) as disk:
        (disk / "out.tif").write_bytes(old)
        options = f"{BLOCKS}|COMPRESS={codec}"
        with fails_cleanly(disk, f"Not enough space on {disk}", "needed", "free"):
            compute(noise, disk / "out.tif", creation_options=options, workers=workers)
        assert (disk / "out.tif").read_bytes() == old


@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_FSIZE is a limit of POSIX systems")
@pytest.mark.parametrize(("codec", "workers"), mostly_long(CODECS, WORKERS, every=2))
def test_write_refused_by_the_system(
    noise: Path, tmp_path: Path, sizes: dict[str, int], codec: str, workers: int
) -> None:
    """F01: if a file size limit prevents writing, the run fails and keeps the old output."""
    output = tmp_path / "out.tif"
    output.write_bytes(b"old result")
    before = listing(tmp_path)
    limit = sizes[codec] * 3 // 4
    options = options_for(noise, output, creation_options=f"{BLOCKS}|COMPRESS={codec}", workers=workers, limit=limit)
    assert_child_failed_cleanly(run_child(LIMITED, options), output)
    assert listing(tmp_path) == before


def test_verification_finds_what_the_library_hides(
    noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F01: a block that the library silently drops is detected when the file is read back."""
    from parallel_raster.core.writing.gdal_file import OutputFile

    made = OutputFile._create_dataset

    class DropsSeventhWrite:
        def __init__(self, dataset: object) -> None:
            self._dataset, self.writes = dataset, 0

        def write(self, array: np.ndarray, window: object) -> None:
            self.writes += 1
            if self.writes != 7:
                self._dataset.write(array, window=window)

        def __getattr__(self, name: str) -> object:
            return getattr(self._dataset, name)

    monkeypatch.setattr(OutputFile, "_create_dataset", lambda self, path: DropsSeventhWrite(made(self, path)))
    with fails_cleanly(tmp_path, tmp_path / "out.tif", "read back"):
        compute(noise, tmp_path / "out.tif", creation_options=f"{BLOCKS}|COMPRESS=LZW")


def test_disk_clearly_too_small(tmp_path: Path) -> None:
    """F02: if the disk is clearly too small, the run fails before it reads a pixel."""
    source = make_raster(tmp_path / "source.tif", 1024)
    seen = []
    with (
        small_disk(tmp_path / "disk", 2**20) as disk,
        fails_cleanly(disk, f"Not enough space on {disk}", "needed", "free"),
    ):
        progress = type("Progress", (), {"report": lambda *a: seen.append(a), "is_cancelled": lambda _: False})()
        compute(source, disk / "out.tif", creation_options=f"{BLOCKS}|COMPRESS=NONE", progress=progress)
    assert seen == []


@pytest.mark.parametrize("kind", ["missing", "full"])
def test_temporary_folder_is_not_used(noise: Path, tmp_path: Path, kind: str) -> None:
    """F14: a missing or full TMPDIR has no effect, because the partial file is in the folder of the output."""
    output = tmp_path / "out.tif"
    temporary = tmp_path / "temporary"
    code = "print_outcome(lambda: run_index(arguments))"
    if kind == "missing":
        run = run_child(code, options_for(noise, output), env={"TMPDIR": str(temporary)})
    else:
        with small_disk(temporary, 4096) as disk:
            (disk / "filling").write_bytes(b"0" * 4096)
            run = run_child(code, options_for(noise, output), env={"TMPDIR": str(temporary)})
    assert run.ok, run.message
    assert np.array_equal(read(output), index_of(noise))
