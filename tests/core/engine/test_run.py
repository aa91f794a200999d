"""Tests for paths that are sent to cluster workers."""

from __future__ import annotations

from parallel_raster.core.engine.run import shared_path


def test_local_paths_become_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert shared_path("a.tif") == str(tmp_path / "a.tif")
    for path in ("", "/vsizip/x.zip/a.tif", "https://x/a.tif"):
        assert shared_path(path) == path
