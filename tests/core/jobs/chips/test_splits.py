"""Tests for splits: no pixel is in two splits, chips do not move, and splits follow the documented hash."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS
from rasterio.windows import Window

from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.chips.places import Frame, centred_places, distinct, grid_places, random_places
from parallel_raster.core.jobs.chips.splits import SPLITS, hashed, parse_split, split_of_block, split_rule
from parallel_raster.core.raster.grid import Grid

UTM = CRS.from_epsg(32633)
TRANSFORMS = (
    Affine(10, 0, 400_005, 0, -10, 5_000_000),
    Affine(10, 0, 400_005, 0, 10, 5_000_000),  # south-up
    Affine(8, 3, 400_000, 3, -8, 5_000_000),  # rotated
    Affine(7, 0, -350, 0, -13, 280),  # non-square pixels, with coordinates below and above 0
)


def random_setting(seed):
    """Return the frame, the grid, the split rule and the windows of the chips for random parameters."""
    random = np.random.default_rng(seed)
    width, height = (int(each) for each in random.integers(30, 160, 2))
    size = int(random.integers(2, 24))
    frame = Frame(width, height, size, str(random.choice(["drop", "pad", "shift"])))
    grid = Grid(UTM if random.random() < 0.8 else None, TRANSFORMS[seed % len(TRANSFORMS)], width, height)
    pixel = 13 if grid.crs else 1
    block = 0 if random.random() < 0.5 else float(pixel * size * random.uniform(1, 3))
    rule = split_rule(grid, size, seed=seed, split=(40, 30, 30), split_block=block)
    mode = random.choice(["grid", "centred", "random"])
    if mode == "grid":
        windows = list(grid_places(frame, int(random.integers(1, 2 * size))))
    elif mode == "centred":
        points = random.uniform(-5, 160, (200, 2)).tolist()
        windows = distinct([each for each in centred_places(frame, points) if each is not None])
    else:
        windows = random_places(frame, grid, rule, 20)
    return frame, grid, rule, windows


@pytest.mark.parametrize("seed", range(50))
def test_no_pixel_is_in_two_splits(seed):
    frame, _, rule, windows = random_setting(seed)
    of_pixel = np.full((frame.height, frame.width), -1)
    kept = 0
    for window in windows:
        split = rule.split_of(window)
        if split is None:
            continue
        kept += 1
        top, left = max(0, window.row_off), max(0, window.col_off)
        part = of_pixel[top : window.row_off + window.height, left : window.col_off + window.width]
        assert np.isin(part, (-1, SPLITS.index(split))).all()
        part[...] = SPLITS.index(split)
    assert kept, "the setting has no chips, so it tests nothing"


def test_the_hash_is_the_documented_one():
    text = b"parallel-raster-chips:split:7:-3:12"
    number = int.from_bytes(hashlib.sha256(text).digest()[:8], "big")
    assert hashed("split", 7, -3, 12) == number
    share = number / 2**64 * 100
    assert split_of_block(7, (share + 0.01, 0, 100 - share - 0.01), -3, 12) == "train"
    assert split_of_block(7, (share - 0.01, 0.02, 100 - share - 0.01), -3, 12) == "val"
    assert split_of_block(7, (share - 0.01, 0, 100 - share + 0.01), -3, 12) == "test"


def test_splits_are_the_same_on_every_machine():
    """The splits equal those of the first version. If they changed, existing chips could no longer be extended."""
    found = [split_of_block(0, (70.0, 15.0, 15.0), i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    assert found == ["train", "train", "train", "train", "train", "val", "train", "train", "train"]


def test_realised_shares():
    found = [split_of_block(1, (70.0, 15.0, 15.0), i, j) for i in range(60) for j in range(60)]
    shares = [100 * found.count(split) / len(found) for split in SPLITS]
    assert np.allclose(shares, (70, 15, 15), atol=2.5)


@pytest.mark.parametrize("seed", [2, 5, 8])
def test_more_random_chips_do_not_move_others(seed):
    grid = Grid(UTM, TRANSFORMS[seed % 3], 300, 200)
    frame = Frame(300, 200, 16, "pad")
    rule = split_rule(grid, 16, seed=seed, split="70,15,15", split_block=0)
    few, many = (random_places(frame, grid, rule, count) for count in (10, 120))
    assert many[:10] == few and len(many) == 120
    assert len({(each.col_off, each.row_off) for each in many}) == 120
    for window in many:
        assert rule.split_of(window) and window.col_off >= 0 and window.col_off + 16 <= 300
        assert window.row_off >= 0 and window.row_off + 16 <= 200


def test_places_and_splits_lie_in_the_crs_and_not_in_the_raster():
    """The chips of a crop of a raster have the same splits at the same coordinates as those of the raster."""
    grid = Grid(UTM, TRANSFORMS[0], 300, 200)
    crop = grid.cropped(Window(40, 24, 200, 150))
    whole, part = (split_rule(each, 16, seed=3, split="50,25,25", split_block=800) for each in (grid, crop))
    for col, row in ((0, 0), (32, 64), (100, 90), (150, 130)):
        assert part.split_of(Window(col, row, 16, 16)) == whole.split_of(Window(col + 40, row + 24, 16, 16))


def test_a_raster_smaller_than_a_chip():
    grid = Grid(UTM, TRANSFORMS[0], 10, 200)
    rule = split_rule(grid, 16, seed=0, split="100,0,0", split_block=0)
    (*_, last) = found = random_places(Frame(10, 200, 16, "pad"), grid, rule, 5)
    assert len(found) == 5 and last.col_off == 0
    assert random_places(Frame(10, 200, 16, "drop"), grid, rule, 5) == []


@pytest.mark.parametrize("split", ["70,15", "70,15,16", "a,b,c", "-10,60,50", "", (50, 50), None, "nan,50,50"])
def test_shares_that_are_rejected(split):
    with pytest.raises(OptionError, match="SPLIT is .*add up to 100") as caught:
        parse_split(split)
    assert caught.value.parameter == "split"


def test_blocks_smaller_than_a_chip_are_rejected():
    grid = Grid(UTM, TRANSFORMS[0], 300, 200)
    with pytest.raises(OptionError, match="SPLIT_BLOCK is 159 map units, but a chip is 160 map units wide"):
        split_rule(grid, 16, seed=0, split="70,15,15", split_block=159)
    assert split_rule(grid, 16, seed=0, split="70,15,15", split_block=160).block == 160
