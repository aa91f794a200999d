"""Paths that the workers of a cluster are told."""

from __future__ import annotations

from parallel_raster.core.engine.run import shared_path


def test_paths_that_travel(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert shared_path("a.tif") == str(tmp_path / "a.tif")
    for path in ("", "/vsizip/x.zip/a.tif", "https://x/a.tif"):
        assert shared_path(path) == path
