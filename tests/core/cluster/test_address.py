"""Tests for parsing the parameter CLUSTER."""

from __future__ import annotations

import re

import pytest

import parallel_raster
from parallel_raster.core import OptionError
from parallel_raster.core.cluster.address import ClusterAddress, parse_cluster


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("  ", None),
        ("tcp://host:8786", ClusterAddress("scheduler", "tcp://host:8786")),
        ("tcp://10.0.0.1:8786/", ClusterAddress("scheduler", "tcp://10.0.0.1:8786")),
        ("tls://[::1]:1?timeout=7.5", ClusterAddress("scheduler", "tls://[::1]:1", 7.5)),
        ("scheduler-file:/a b/s.json", ClusterAddress("file", "/a b/s.json")),
        ("scheduler-file:/a?b/s.json?timeout=5", ClusterAddress("file", "/a?b/s.json", 5)),
        ("slurm", ClusterAddress("slurm", "")),
        ("slurm?min=2&max=50&timeout=600", ClusterAddress("slurm", "", 600, 2, 50)),
        ("slurm?min=30", ClusterAddress("slurm", "", 300, 30, 30)),
    ],
)
def test_valid_addresses(text, expected):
    assert parse_cluster(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "host:8786", "tcp://host", "tcp://:8786", "tcp://host:0", "tcp://host:99999", "http://host:1",
        "scheduler-file:", "tcp://host:1?min=1", "tcp://host:1?timeout=0", "tcp://host:1?timeout=nan", "tcp://host:1?timeout=soon",
        "slurm?max=0", "slurm?min=5&max=4", "slurm?min=-1", "slurm?min=1.5", "slurm?jobs=3", "slurm:", "tcp://a b:1",
    ],
)  # fmt: skip
def test_invalid_addresses(text):
    with pytest.raises(OptionError, match=re.escape(repr(text))):
        parse_cluster(text)


def test_an_invalid_address_is_rejected_before_the_run_starts(make_raster, random_bands, tmp_path, state):
    source = make_raster(random_bands())
    before = state(tmp_path)
    with pytest.raises(OptionError, match="CLUSTER"):
        parallel_raster.core.normalized_difference(source, tmp_path / "o.tif", band_a=1, band_b=2, cluster="nowhere")
    assert state(tmp_path) == before
