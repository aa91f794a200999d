"""Files and folders with names that programs often mishandle (F43)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from fault_kit import compute, index_of, listing, read
from qgis_kit import Qgis, error_text

NAMES = {
    "space": "two words",
    "accents": "été à Zürich",
    "cjk": "植生指数",
    "combining": "e\u0301te\u0301",
    "quotes": 'it\'s "quoted"',
    "hash": "a#b",
    "percent": "100%s %20",
    "ampersand": "a&b;c",
    "brackets": "[a](b){c}",
    "glob": "a[0-9]b",
    "backslash": "back\\slash",
    "dash": "-leading",
    "dots": "v1.2.final",
    "long": "x" * 200,
    "hidden": ".hidden",
    "newline": "line\nbreak",
}


@pytest.mark.skipif(os.name != "posix", reason="Windows allows few of these names")
@pytest.mark.parametrize("kind", NAMES)
def test_odd_names(noise: Path, tmp_path: Path, kind: str) -> None:
    """F43: a run succeeds if the folder, the input and the output have unusual names."""
    name = NAMES[kind]
    folder = tmp_path / name
    folder.mkdir()
    source = Path(shutil.copy(noise, folder / f"{name}.tif"))
    output = folder / f"{name}out.tif"
    compute(source, output)
    assert np.array_equal(read(output), index_of(noise))
    assert set(listing(folder)) == {source.name, output.name}


@pytest.mark.skipif(os.name != "posix", reason="Windows allows few of these names")
@pytest.mark.long
def test_odd_names_through_qgis(qgis: Qgis, noise: Path, tmp_path: Path) -> None:
    """F43: a run in `qgis_process` succeeds if its paths combine several unusual names."""
    folder = tmp_path / "".join(
        NAMES[kind] for kind in ("space", "accents", "cjk", "quotes", "hash", "percent", "glob")
    )
    folder.mkdir()
    source = Path(shutil.copy(noise, folder / "a#b 植 %20.tif"))
    output = folder / "out 'é' #1.tif"
    run = qgis.run(source, output)
    assert run.returncode == 0, error_text(run)
    assert np.array_equal(read(output), index_of(noise))
    assert set(listing(folder)) == {source.name, output.name}
