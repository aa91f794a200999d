"""The notebook of the guide runs, on the installed package or on this checkout, and is kept as it ran."""

from __future__ import annotations

import os

import pytest

import shipped

NOTEBOOK = shipped.ROOT / "docs" / "notebook.ipynb"


@pytest.fixture
def notebook():
    """The notebook as it is kept."""
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(NOTEBOOK, as_version=4)


def printed(notebook):
    """What each cell printed, which a busy machine keeps in more pieces than one."""
    cells = [cell.get("outputs", []) for cell in notebook.cells]
    return ["".join(each.text for each in outputs if each.get("name") == "stdout") for outputs in cells]


def drawn(notebook):
    """Which cells end with a picture."""
    return [cell.id for cell in notebook.cells if "image/png" in (cell.get("outputs") or [{}])[-1].get("data", {})]


def test_it_runs(notebook, landsat, tmp_path, monkeypatch):
    """From its folder, like a reader; its own comparisons fail where the three ways differ."""
    nbclient = pytest.importorskip("nbclient")
    # Versions 6.29 to 6.31 can loop forever when Dask's ProgressBar prints (ipython/ipykernel#1269).
    pytest.importorskip("ipykernel", minversion="7")
    pytest.importorskip("matplotlib")
    pytest.importorskip("psutil")
    kept, pictures = printed(notebook), drawn(notebook)
    if os.environ.get("PARALLEL_RASTER_INSTALLED") != "1":
        (tmp_path / "parallel_raster").symlink_to(shipped.ROOT)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    client.execute()
    assert printed(notebook) == kept
    assert "All three are equal.\n" in kept
    assert drawn(notebook) == pictures
    assert len(pictures) == 2


def test_it_is_kept_as_it_ran(notebook):
    """Every cell once, from top to bottom, without an error and without a path of somebody's machine."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
    assert "/home/" not in NOTEBOOK.read_text(encoding="utf-8")
    assert "/tmp/" not in NOTEBOOK.read_text(encoding="utf-8")  # noqa: S108 - looked for, not used
