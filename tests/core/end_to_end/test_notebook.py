"""The notebook of the guide runs on the package, and its stored outputs are those of a complete run."""

from __future__ import annotations

import os

import pytest

import shipped

NOTEBOOK = shipped.ROOT / "docs" / "notebook.ipynb"


@pytest.fixture
def notebook():
    """The notebook as stored in the repository."""
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(NOTEBOOK, as_version=4)


def printed(notebook):
    """Return the text printed by each cell, joined because Jupyter may split it into several outputs."""
    cells = [cell.get("outputs", []) for cell in notebook.cells]
    return ["".join(each.text for each in outputs if each.get("name") == "stdout") for outputs in cells]


def drawn(notebook):
    """Return the ids of the cells with a picture as their last output."""
    return [cell.id for cell in notebook.cells if "image/png" in (cell.get("outputs") or [{}])[-1].get("data", {})]


def test_the_notebook_reproduces_its_outputs(notebook, landsat, tmp_path, monkeypatch):
    """Run from its folder, the notebook reproduces its stored outputs. Its own comparisons fail if methods differ."""
    nbclient = pytest.importorskip("nbclient")
    # Versions 6.29 to 6.31 can loop forever when Dask's ProgressBar prints (ipython/ipykernel#1269).
    pytest.importorskip("ipykernel", minversion="7")
    pytest.importorskip("matplotlib")
    pytest.importorskip("psutil")
    stored, pictures = printed(notebook), drawn(notebook)
    if os.environ.get("PARALLEL_RASTER_INSTALLED") != "1":
        (tmp_path / "parallel_raster").symlink_to(shipped.ROOT)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    client.execute()
    assert printed(notebook) == stored
    assert "All three are equal.\n" in stored
    assert drawn(notebook) == pictures
    assert len(pictures) == 2


def test_the_notebook_is_stored_after_a_complete_run(notebook):
    """The stored notebook ran once from top to bottom, without errors or local paths in its outputs."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
    assert "/home/" not in NOTEBOOK.read_text(encoding="utf-8")
    assert "/tmp/" not in NOTEBOOK.read_text(encoding="utf-8")  # noqa: S108 - only searched for
