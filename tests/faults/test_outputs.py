"""Outputs that are inputs, already exist, are links, are read-only or have sidecar files
(F07, F09, F10, F11, F13, F15, F52)."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio

from fault_kit import (
    assert_child_failed_cleanly,
    compute,
    fails_cleanly,
    index_of,
    listing,
    needs_root,
    options_for,
    read,
    run_child,
    write_raster,
)
from parallel_raster.core import ParallelRasterError

AS_NOBODY = """
os.setgid(65534)
os.setuid(65534)
print_outcome(lambda: run_index(arguments))
"""


def another_spelling(source: Path, kind: str) -> str:
    """Return a path that refers to the file `source`; `kind` selects the spelling of the path or the kind of link."""
    folder = source.parent
    if kind == "relative":
        return os.path.relpath(source)
    if kind == "dotted":
        return f"{folder}/./{source.name}"
    if kind == "symbolic link":
        (folder / "link.tif").symlink_to(source)
        return str(folder / "link.tif")
    if kind == "link to the folder":
        (folder / "inner").symlink_to(folder)
        return str(folder / "inner" / source.name)
    if kind == "hard link":
        os.link(source, folder / "hard.tif")
        return str(folder / "hard.tif")
    return str(source)


@pytest.mark.parametrize("kind", ["same", "dotted", "relative", "symbolic link", "link to the folder", "hard link"])
def test_output_is_an_input(noise: Path, tmp_path: Path, kind: str) -> None:
    """F07: an output that is the input file is rejected, even if its path is spelled differently or is a link."""
    source = Path(shutil.copy(noise, tmp_path / "source.tif"))
    output = another_spelling(source, kind)
    with fails_cleanly(tmp_path, "Output is one of the inputs", source):
        compute(source, output)


def test_output_is_the_second_input(noise: Path, tmp_path: Path) -> None:
    """F07: an output that is INPUT_B, or that is a source of a VRT used as the input, is rejected."""
    second = Path(shutil.copy(noise, tmp_path / "second.tif"))
    with fails_cleanly(tmp_path, "Output is one of the inputs", second):
        compute(noise, second, input_b=second)
    subprocess.run(["gdalbuildvrt", "-q", tmp_path / "all.vrt", second], check=True)
    with fails_cleanly(tmp_path, "Output is one of the inputs", second):
        compute(tmp_path / "all.vrt", second)


def test_existing_output_is_kept_until_the_end(noise: Path, tmp_path: Path) -> None:
    """F09: an existing output stays unchanged during the run and is replaced if the run succeeds."""
    output = tmp_path / "out.tif"
    output.write_bytes(b"old result")

    def report(done: int, total: int) -> None:
        assert output.read_bytes() == b"old result"

    progress = type("Watching", (), {"report": staticmethod(report), "is_cancelled": staticmethod(lambda: False)})()
    compute(noise, output, progress=progress)
    assert np.array_equal(read(output), index_of(noise))
    assert list(listing(tmp_path)) == ["out.tif"]


def test_failed_rename(noise: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F09: if the final rename fails (as on Windows for an open file), the old output and its sidecars are kept."""
    output = write_raster(tmp_path / "out.tif", np.ones((1, 128, 128), np.uint8))
    for suffix in (".ovr", ".aux.xml", ".msk"):
        (tmp_path / f"out.tif{suffix}").write_bytes(b"sidecar")
    rename = os.replace

    def replace(source: str, target: str) -> None:
        if Path(target) == output:
            raise PermissionError(13, "Permission denied")
        rename(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with fails_cleanly(tmp_path, output, "Permission denied"):
        compute(noise, output)


@needs_root("runs as another user")
@pytest.mark.parametrize("what", ["output", "folder"])
def test_read_only(noise: Path, open_folder: Path, what: str) -> None:
    """F10, F11: a read-only output or output folder is rejected, although a rename could replace a read-only file."""
    source = Path(shutil.copy(noise, open_folder / "source.tif"))
    source.chmod(0o644)
    folder = open_folder / "results"
    folder.mkdir()
    output = folder / "out.tif"
    if what == "output":
        output.write_bytes(b"old result")
        output.chmod(0o444)
    folder.chmod(0o777 if what == "output" else 0o555)
    before = listing(open_folder)
    run = run_child(AS_NOBODY, options_for(source, output))
    assert_child_failed_cleanly(run, output if what == "output" else folder, "permissions")
    assert listing(open_folder) == before


def test_folder_missing_or_no_folder(noise: Path, tmp_path: Path) -> None:
    """F11: a missing output folder, or an output that is a folder or a pipe, raises an error that names the path."""
    with fails_cleanly(tmp_path, tmp_path / "nowhere", "does not exist"):
        compute(noise, tmp_path / "nowhere" / "out.tif")
    (tmp_path / "file").write_text("text")
    with fails_cleanly(tmp_path, tmp_path / "file", "not a folder"):
        compute(noise, tmp_path / "file" / "out.tif")
    (tmp_path / "folder.tif").mkdir()
    with fails_cleanly(tmp_path, tmp_path / "folder.tif", "is a folder"):
        compute(noise, tmp_path / "folder.tif")
    os.mkfifo(tmp_path / "pipe.tif")
    with fails_cleanly(tmp_path, tmp_path / "pipe.tif", "not a regular file"):
        compute(noise, tmp_path / "pipe.tif")


def test_old_sidecar_files_are_removed(noise: Path, tmp_path: Path) -> None:
    """F13: the old output's overviews, statistics and mask are removed, because they do not match the new pixels."""
    output = write_raster(tmp_path / "out.tif", np.full((1, 512, 512), 7, np.uint8))
    subprocess.run(["gdaladdo", "-q", "-ro", output, "2", "4"], check=True)
    subprocess.run(["gdalinfo", "-stats", output], check=True, capture_output=True)
    for suffix in (".msk", ".msk.ovr"):
        write_raster(tmp_path / f"out.tif{suffix}", np.zeros((1, 512, 512), np.uint8))
    assert {"out.tif.ovr", "out.tif.aux.xml"} <= set(listing(tmp_path))
    compute(noise, output)
    assert list(listing(tmp_path)) == ["out.tif"]
    assert np.array_equal(read(output), index_of(noise))


@pytest.mark.parametrize("profile", ["BASELINE", "GeoTIFF"])
def test_nothing_of_a_partial_file_stays(noise: Path, tmp_path: Path, profile: str) -> None:
    """F13: if a creation option makes GDAL write metadata to a separate file, no hidden file is left behind."""
    try:
        compute(noise, tmp_path / "out.tif", creation_options=f"PROFILE={profile}")
    except ParallelRasterError as error:
        assert "PROFILE" in str(error)
        assert listing(tmp_path) == {}
        return
    assert set(listing(tmp_path)) <= {"out.tif", "out.tif.aux.xml"}
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert dataset.nodata == -9999


@pytest.mark.parametrize("target", ["existing", "dangling"])
def test_output_is_a_link(noise: Path, tmp_path: Path, target: str) -> None:
    """F15: if the output is a symbolic link, the link is kept and the result is written to the target of the link."""
    real, link = tmp_path / "real" / "target.tif", tmp_path / "out.tif"
    real.parent.mkdir()
    if target == "existing":
        real.write_bytes(b"old result")
    link.symlink_to(real)
    compute(noise, link)
    assert link.is_symlink() and stat.S_ISREG(real.lstat().st_mode)
    assert np.array_equal(read(real), index_of(noise))
    assert set(listing(tmp_path)) == {"out.tif", "real", "real/target.tif"}


def test_output_is_a_link_to_nowhere(noise: Path, tmp_path: Path) -> None:
    """F15: an output that is a link into a missing folder, or to itself, is rejected, and the link is kept."""
    (tmp_path / "out.tif").symlink_to(tmp_path / "missing" / "target.tif")
    with fails_cleanly(tmp_path, tmp_path / "missing"):
        compute(noise, tmp_path / "out.tif")
    (tmp_path / "loop.tif").symlink_to("loop.tif")
    with fails_cleanly(tmp_path, tmp_path / "loop.tif"):
        compute(noise, tmp_path / "loop.tif")


@pytest.mark.parametrize("name", ["out.jpg", "out", "out.tif.gz", "out.vrt", "out.png", ""])
def test_extension_that_cannot_be_written(noise: Path, tmp_path: Path, name: str) -> None:
    """F52: an output name that does not end in .tif or .tiff is rejected."""
    with fails_cleanly(tmp_path, "its name must end in .tif"):
        compute(noise, tmp_path / name)
