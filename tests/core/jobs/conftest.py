"""A server on 127.0.0.1, and a check that no other host is asked."""

from __future__ import annotations

import pytest
import server as range_server

from parallel_raster.core.stac import fetch


@pytest.fixture
def server(monkeypatch):
    """Yield a running server, which is also the proxy for all other hosts, so that requests to them are noticed."""
    with range_server.running() as state:
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, state.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, "127.0.0.1")
        monkeypatch.setattr(fetch, "FIRST_DELAY", 0.01)
        yield state
        others = [each for each in state.requests if "//" in each.path or each.method == "CONNECT"]
        assert others == []
