"""Tests for splits: no pixel is in two splits, chips do not move, and splits follow the documented hash."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS
from rasterio.windows import Window

from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.chips.places import Frame, centred_places, distinct, grid_places, random_places
from parallel_raster.core.jobs.chips.splits import SPLITS, SplitRule, hashed, parse_split, split_of_block, split_rule
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
        windows = random_places(frame, rule, 20)
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
    few, many = (random_places(frame, rule, count) for count in (10, 120))
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
    (*_, last) = found = random_places(Frame(10, 200, 16, "pad"), rule, 5)
    assert len(found) == 5 and last.col_off == 0
    assert random_places(Frame(10, 200, 16, "drop"), rule, 5) == []


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


def test_a_pixel_centre_on_the_corner_of_a_block_of_a_rotated_grid():
    """Rounding errors place the corner of the block (1, 0) outside a chip with a pixel in this block."""
    transform = Affine(0.8, 0.6, -0.7, 0.6, -0.8, 0.1)
    window = Window(5, 12, 2, 2)
    rule = SplitRule(0, (40, 30, 30), 2.0, transform, 60, 60)
    centres = [transform * (window.col_off + x, window.row_off + y) for x in (0.5, 1.5) for y in (0.5, 1.5)]
    assert {(math.floor(x / 2), math.floor(y / 2)) for x, y in centres} <= set(rule.blocks_of(window))


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_all_random_places_of_a_small_raster_are_found(transform):
    """The blocks are much larger than the raster, in which a chip has 5 x 3 places."""
    grid = Grid(UTM, transform, 20, 18)
    rule = split_rule(grid, 16, seed=0, split="100,0,0", split_block=0)
    found = random_places(Frame(20, 18, 16, "pad"), rule, 10**5)
    assert {(each.col_off, each.row_off) for each in found} == {(x, y) for x in range(5) for y in range(3)}


def test_random_places_are_evenly_distributed():
    """Each block gets the share of the chips that equals its share of the area, also if the edge cuts the block."""
    grid = Grid(UTM, Affine(10, 0, 0, 0, -10, 0), 300, 200)
    rule = split_rule(grid, 1, seed=0, split="100,0,0", split_block=1280)
    found = random_places(Frame(300, 200, 1, "pad"), rule, 5_000)
    counts = np.histogram2d(
        *zip(*((each.col_off, each.row_off) for each in found)), ([0, 128, 256, 300], [0, 128, 200])
    )
    wanted = np.outer((128, 128, 44), (128, 72)) / 12
    assert len(found) == 5_000 and np.allclose(counts[0], wanted, rtol=0.12)


@pytest.mark.parametrize("seed", [0, 1])
def test_random_places_follow_the_documented_rule(seed):
    """The first places of a raster that is cut by the edges of blocks."""
    rule = split_rule(Grid(None, Affine.identity(), 100, 90), 20, seed=seed, split="60,20,20", split_block=0)
    wanted = []
    for number in range(40):
        parts = [(i, max(10, 80 * i), min(91, 80 * i + 80)) for i in (0, 1)]
        blocks = [(i, j, *x, *y) for i, *x in parts for j, *y in [(0, 10, 80), (1, 80, 81)]]
        for i, j, left, right, top, bottom in sorted(blocks, key=lambda each: hashed("order", seed, *each[:2], number)):
            share = {name: hashed(name, seed, i, j, number) / 2**64 for name in ("keep", "x", "y")}
            if share["keep"] < (right - left) * (bottom - top) / (70 * 70):
                x, y = left + (right - left) * share["x"], top + (bottom - top) * share["y"]
                wanted.append(Window(math.floor(x) - 10, math.floor(y) - 10, 20, 20))
    wanted = distinct([window for window in wanted if rule.split_of(window)])[:12]
    assert random_places(Frame(100, 90, 20, "pad"), rule, 12) == wanted and len(wanted) == 12
