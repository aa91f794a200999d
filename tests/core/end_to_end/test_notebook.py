"""The guide's notebook runs with this package, and its stored outputs come from one complete run."""

from __future__ import annotations

import os

import pytest

import shipped

NOTEBOOK = shipped.ROOT / "docs" / "notebook.ipynb"


@pytest.fixture
def notebook():
    """Return the notebook as stored in the repository."""
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(NOTEBOOK, as_version=4)


def printed(notebook):
    """Return the printed text of each cell, joined because Jupyter may split the text into several outputs."""
    cells = [cell.get("outputs", []) for cell in notebook.cells]
    return ["".join(each.text for each in outputs if each.get("name") == "stdout") for outputs in cells]


def drawn(notebook):
    """Return the IDs of the cells whose last output is a picture."""
    return [cell.id for cell in notebook.cells if "image/png" in (cell.get("outputs") or [{}])[-1].get("data", {})]


@pytest.mark.long
def test_the_notebook_reproduces_its_outputs(notebook, landsat, tmp_path, monkeypatch):
    """The notebook, run from its folder, prints the stored text again and draws pictures in the same cells."""
    nbclient = pytest.importorskip("nbclient")
    # ipykernel 6.29 to 6.31 can loop forever when Dask's ProgressBar prints (ipython/ipykernel#1269).
    pytest.importorskip("ipykernel", minversion="7")
    pytest.importorskip("matplotlib")
    pytest.importorskip("psutil")
    pytest.importorskip("skimage")
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
    """The stored notebook was run once from top to bottom, without errors; its outputs contain no local paths."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
    assert "/home/" not in NOTEBOOK.read_text(encoding="utf-8")
    assert "/tmp/" not in NOTEBOOK.read_text(encoding="utf-8")  # noqa: S108 - the path is only searched for
