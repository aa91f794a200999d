"""A user's function on blocks: results do not depend on the division into blocks, and errors name the block."""

from __future__ import annotations

import functools
import itertools
import operator
import threading
import time

import numpy as np
import pytest
import rasterio
from affine import Affine

from cases import long
from parallel_raster.core import Cancelled, InputError, OptionError, OutputError, ResourceError, map_blocks
from parallel_raster.core.jobs.blocks.plan import _check_raw

ROWS, COLS = 150, 210
VALUES = np.random.default_rng(5).integers(1, 3000, (2, ROWS, COLS)).astype(np.uint16)
VALUES[0, 20:24, 60:70] = 0
PLACE = Affine(10, 0, 600_000, 0, -10, 5_100_000)


@pytest.fixture
def source(make_raster):
    """Path of a raster with two bands in blocks of 16 pixels, in which 0 is nodata."""
    return str(make_raster(list(VALUES), nodata=0, blocks=16, transform=PLACE))


def run(function, source, dst, **options):
    """Run `map_blocks` with output blocks of 16 pixels; return the pixels of the output and the result."""
    result = map_blocks(function, source, dst, creation_options="BLOCKXSIZE=16|BLOCKYSIZE=16", **options)
    with rasterio.open(dst) as dataset:
        return dataset.read(), result


def total(block):
    """Return the sum of both bands over each pixel and its right and lower neighbours; NaN if a value is invalid."""
    h = block.halo
    inner = block.values.sum(axis=0)
    return (
        inner[h:-h, h:-h] + inner[h + 1 :, h:-h][: block.window.height] + inner[h:-h, h + 1 :][:, : block.window.width]
    )


def reference(edge):
    """Return the result of `total` for the whole raster at once."""
    values = np.where(VALUES == 0, np.nan, VALUES.astype(float)).sum(axis=0)
    mode = {"nodata": {"constant_values": np.nan}, "reflect": {"mode": "symmetric"}, "nearest": {"mode": "edge"}}[edge]
    wide = np.pad(values, 1, **mode)
    return wide[1:-1, 1:-1] + wide[2:, 1:-1] + wide[1:-1, 2:]


@pytest.mark.parametrize("edge", ["nodata", "reflect", *long("nearest")])
def test_results_do_not_depend_on_chunks_and_workers(source, tmp_path, edge):
    wanted = reference(edge)
    for chunk_size, workers, block in [(16, 3, None), (48, 2, None), (0, 1, None), (32, 2, (37, 64)), (0, 2, 16)]:
        options = {"halo": 1, "edge": edge, "chunk_size": chunk_size, "workers": workers, "block": block}
        found, result = run(total, source, tmp_path / "out.tif", **options)
        shown = ~np.isnan(wanted)
        assert np.array_equal(found[0], np.where(shown, wanted, -9999).astype(np.float32)), options
        assert result.valid_percent == pytest.approx(100 * shown.mean())


def test_a_function_sees_values_validity_and_place(source, tmp_path):
    seen = {}
    lock = threading.Lock()

    def look(block):
        with lock:
            seen[block.window.row_off, block.window.col_off] = block
        return block.valid[0], np.zeros((block.window.height, block.window.width), bool)

    _, result = run(look, source, tmp_path / "out.tif", block=64, prove=False, scaling="given", scale=2, offset=1)
    assert result.valid_percent == 0
    assert sorted(seen) == [(row, col) for row in (0, 64, 128) for col in (0, 64, 128, 192)]
    block = seen[0, 64]
    assert block.values.dtype == np.float64 and block.values.shape == (2, 64, 64)
    assert np.array_equal(block.valid, VALUES[:, :64, 64:128] != 0)
    assert np.array_equal(block.values, np.where(block.valid, VALUES[:, :64, 64:128] * 2.0 + 1, np.nan), equal_nan=True)
    assert block.transform == PLACE * Affine.translation(64, 0) and block.halo == 0
    assert (seen[128, 192].window.height, seen[128, 192].window.width) == (22, 18)


def test_raw_values_are_the_stored_ones(source, tmp_path):
    def check(block):
        assert block.values.dtype == np.uint16
        return block.values

    found, result = run(check, source, tmp_path / "out.tif", raw=True, count=2, data_type="uint16", nodata=0)
    assert np.array_equal(found, VALUES) and result.band_count == 2
    assert result.invalid_count == np.count_nonzero(VALUES == 0)  # equal to the nodata value of the output


def test_masked_arrays_keep_their_mask(source, tmp_path):
    function = lambda block: np.ma.masked_greater(block.values[0], 1500)  # noqa: E731
    found, _ = run(function, source, tmp_path / "out.tif", data_type="int16", nodata=-1)
    assert np.array_equal(found[0], np.where((VALUES[0] == 0) | (VALUES[0] > 1500), -1, VALUES[0].astype(int)))


def test_several_rasters_and_a_mask(source, make_raster, tmp_path):
    other = make_raster([VALUES[1]], "b.tif", transform=PLACE)
    hidden = np.zeros((ROWS, COLS), "uint8")
    hidden[:, :10] = 7
    hide = make_raster([hidden], "m.tif", transform=PLACE)
    given = {"mask": hide, "mask_values": "7"}
    found, _ = run(lambda block: block.values[2], [source, other], tmp_path / "out.tif", **given)
    assert (found[0, :, :10] == -9999).all() and np.array_equal(found[0, :, 10:], VALUES[1, :, 10:])


@pytest.mark.parametrize(("halo", "block"), [(0, None), (2, None), (2, 37)])
def test_a_function_cannot_show_pixels_that_the_mask_hides(source, make_raster, tmp_path, log, halo, block):
    hidden = np.random.default_rng(6).choice(np.array([4, 7], "uint8"), (ROWS, COLS))
    hide = make_raster([hidden], "m.tif", transform=PLACE)

    def filled(block):
        shape = (block.window.height, block.window.width)
        return np.full(shape, 5.0), np.ones(shape, bool)

    given = {"halo": halo, "block": block, "mask": hide, "extent": (600_050, 5_098_600, 601_900, 5_099_940)}
    found, result = run(filled, source, tmp_path / "out.tif", mask_values="7", log=log, **given)
    part = hidden[6:140, 5:190]
    assert np.array_equal(found[0], np.where(part == 7, -9999, 5))
    assert not log.warnings
    found, _ = run(filled, source, tmp_path / "out.tif", mask_values="4,7", log=log, **given)
    assert (found == -9999).all() and "The mask hides all pixels" in log.warnings[0]


@pytest.mark.parametrize(
    ("function", "halo", "words"),
    [
        (lambda block: block.values[1] - block.values[1].mean(), 0, "position or size of its block"),
        (lambda block: np.random.default_rng().random(block.values.shape[1:]), 0, "by up to 0."),
        (lambda block: np.full(block.values.shape[1:], block.window.width), 0, "The halo (0 pixels) is too small"),
    ],
    ids=["mean of the block", "random", "size of the block"],
)
def test_a_function_that_depends_on_its_block_is_an_error(source, tmp_path, function, halo, words):
    with pytest.raises(
        OptionError, match="pixels differed, by up to .* when they were computed again from different"
    ) as caught:
        run(function, source, tmp_path / "out.tif", halo=halo, chunk_size=64)
    assert words in str(caught.value) and caught.value.parameter == "function"
    assert list(tmp_path.glob("out*")) == []
    run(function, source, tmp_path / "out.tif", halo=halo, chunk_size=64, prove=False)


@pytest.mark.parametrize("size", [(50, 60), (1, 2), (3, 1)])
def test_dependence_on_the_block_is_found_in_small_rasters(make_raster, tmp_path, size):
    """The compared windows are smaller than the raster, even if the raster has only a few pixels."""
    path = make_raster([np.arange(size[0] * size[1], dtype=np.uint16).reshape(size)])
    with pytest.raises(OptionError, match="when they were computed again from different blocks"):
        map_blocks(lambda block: block.values[0] - block.values[0].mean(), path, tmp_path / "out.tif")
    map_blocks(lambda block: block.values[0] + 1, path, tmp_path / "out.tif")


def test_the_number_of_different_pixels_and_the_difference_are_reported(source, tmp_path):
    """The error gives the number of different pixels in the four compared windows, and the largest difference."""
    function = lambda block: np.full(block.values.shape[1:], float(block.window.col_off >= 64))  # noqa: E731
    with pytest.raises(OptionError, match=r"^[0-9]+ of 1[34][0-9]{3} pixels differed, by up to 1, when"):
        run(function, source, tmp_path / "out.tif", chunk_size=64)


def test_a_halo_too_small_is_found(source, tmp_path):
    """A mean of 3 x 3 pixels without a halo is rejected: its results depend on the edges of the blocks."""

    def smooth(block):
        wide = np.pad(block.values[1], 1, mode="edge")
        rows, cols = block.window.height, block.window.width
        return sum(wide[y : y + rows, x : x + cols] for y in range(3) for x in range(3))

    with pytest.raises(OptionError, match="is too small"):
        run(smooth, source, tmp_path / "out.tif", chunk_size=64)


def test_a_random_function_is_found_with_fixed_blocks_too(source, tmp_path):
    calls = itertools.count()
    with pytest.raises(OptionError, match="The function is random, or its result depends on earlier calls"):
        run(lambda block: np.full(block.values.shape[1:], next(calls)), source, tmp_path / "out.tif", block=64)
    run(lambda block: block.values[0] - np.nanmean(block.values[0]), source, tmp_path / "out.tif", block=64)


def test_an_exception_names_the_block(source, tmp_path):
    def fail(block):
        if (block.window.row_off, block.window.col_off) == (64, 0):
            raise ValueError("no\nsuch thing")
        return block.values[0]

    words = r"raised ValueError for the block at row 64, column 0 \(64 x 64 pixels\): no such thing. Fix the function"
    with pytest.raises(OptionError, match=words) as caught:
        run(fail, source, tmp_path / "out.tif", block=64, workers=1)
    assert isinstance(caught.value.__cause__, ValueError) and list(tmp_path.glob("out*")) == []
    with pytest.raises(OptionError, match="raised ValueError for the block at row 64"):
        map_blocks(fail, source, block=64)


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (lambda block: block.values, "float64 with shape (2, 75, 105) for the block"),
        (lambda block: 1, "a single int64 value"),
        (lambda block: "text", "instead of a numeric array of shape (1, 75, 105)"),
        (lambda block: None, "a single object value"),
        (lambda block: (block.values[0], block.values[0]), "instead of a boolean array of shape (1, 75, 105)"),
        (lambda block: np.zeros((77, 107)), "Return the block without the halo"),
    ],
)
def test_something_else_than_bands_is_an_error(source, tmp_path, returned, words):
    with pytest.raises(OptionError) as caught:
        run(returned, source, tmp_path / "out.tif", block=(75, 105))
    assert words in str(caught.value)


def test_values_are_returned_in_the_order_of_the_blocks(source):
    found = map_blocks(lambda block: (block.window.row_off, block.window.col_off), source, block=(50, 100), workers=3)
    assert found == [(row, col) for row in (0, 50, 100) for col in (0, 100, 200)]
    assert map_blocks(lambda block: block.values.shape, source) == [(2, ROWS, COLS)]


def test_values_of_a_wide_raster_with_a_halo_are_in_row_major_order(source, monkeypatch):
    """Files with a halo are written stripe by stripe if the raster is wide; values must not be returned like this."""
    monkeypatch.setattr("parallel_raster.core.parallel.chunks.STRIPE_COLUMNS", 48)
    place = lambda block: (block.window.row_off, block.window.col_off)  # noqa: E731
    found = map_blocks(place, source, block=16, halo=1, workers=2)
    assert found == [(row, col) for row in range(0, ROWS, 16) for col in range(0, COLS, 16)]


def test_values_are_folded_in_the_order_of_the_blocks(source):
    places = map_blocks(lambda block: f"{block.window.row_off},", source, block=32, workers=3, reduce=str.__add__)
    assert places == "".join(f"{row}," for row in range(0, ROWS, 32) for _ in range(0, COLS, 32))
    largest = map_blocks(lambda block: np.nanmax(block.values, axis=(1, 2)), source, block=32, reduce=np.maximum)
    assert np.array_equal(largest, VALUES.max(axis=(1, 2)))


@pytest.mark.long
def test_folding_many_blocks_keeps_no_array(make_raster):
    """While 10,000 arrays are folded, only the folded array and the arrays of running blocks exist at the same time."""
    alive, most, lock = [0], [0], threading.Lock()

    class Counted:
        def __init__(self):
            self.array = np.zeros(10)
            with lock:
                alive[0] += 1
                most[0] = max(most[0], alive[0])

        def __del__(self):
            with lock:
                alive[0] -= 1

        def __eq__(self, other):
            return True

    path = make_raster([np.ones((200, 200), "uint8")], blocks=64)
    map_blocks(lambda block: Counted(), path, block=2, reduce=lambda first, second: first, workers=2, prove=False)
    assert most[0] <= 12


def test_random_values_are_an_error(source):
    calls = itertools.count()
    with pytest.raises(
        OptionError, match="a different value when it was called again for the block at row 0, column 0"
    ):
        map_blocks(lambda block: next(calls), source, block=64)
    assert map_blocks(lambda block: next(calls), source, block=128, workers=1, prove=False)[0] > 0
    same = map_blocks(lambda block: {"mean": np.array([np.nan, block.window.col_off])}, source, block=128)
    assert [each["mean"][1] for each in same] == [0, 128, 0, 128]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"function": 5}, "function is 5"),
        ({"halo": -1}, "halo is -1"),
        ({"count": 0}, "count is 0"),
        ({"block": (0, 5)}, "block is (0, 5)"),
        ({"data_type": "auto"}, "Set a data type"),
        ({"edge": "wrap"}, "wrap"),
        ({"reduce": max}, "Leave out `dst` or `reduce`"),
        ({"sources": []}, "at least one"),
    ],
)
def test_unusable_parameters(source, tmp_path, options, words):
    given = {"function": lambda block: block.values[0], "sources": source, "dst": tmp_path / "out.tif", **options}
    with pytest.raises(OptionError) as caught:
        map_blocks(**given)
    assert words in str(caught.value) and list(tmp_path.glob("out*")) == []


def test_a_block_that_does_not_fit_into_memory_is_an_error(make_raster):
    path = make_raster([np.ones((3000, 3000), "uint8")], blocks=512)
    with pytest.raises(ResourceError, match="A block of 3000 x 3000 pixels with a halo of 0 pixels needs") as caught:
        map_blocks(lambda block: 0, path, block=3000, memory=100)
    assert caught.value.parameter == "memory"


def test_cancelling_ends_between_blocks(source, tmp_path):
    class Stop:
        def report(self, done, total):
            self.done = done

        def is_cancelled(self):
            if calls[0] > 3:
                asked.set()
            return calls[0] > 3

    calls, asked = [0], threading.Event()

    def count(block):
        calls[0] += 1
        if calls[0] > 3:
            asked.wait(60)
            time.sleep(0.2)  # time in which the run can be stopped
        return block.values[0]

    for dst in (tmp_path / "out.tif", None):
        calls[0] = 0
        with pytest.raises(Cancelled):
            map_blocks(count, source, dst, block=16, workers=1, progress=Stop())
        assert list(tmp_path.glob("out*")) == []


def test_the_log_shows_sources_and_function(source, tmp_path, log):
    run(total, source, tmp_path / "out.tif", halo=1, log=log)
    text = "\n".join(log.infos)
    assert "Band 1: band 2 of" in text and "Function: total, halo 1 pixels, blocks of any size" in text
    log.infos.clear()
    map_blocks(functools.partial(lambda block, x: x, x=1), source, block=64, log=log, memory=77, workers=2)
    plan = log.line("Plan: ")
    assert plan.startswith("Plan: 12 blocks") and plan.endswith("memory limit 77 MB; 2 workers")
    assert log.line("Grid: ").startswith(f"Grid: {COLS} x {ROWS} pixels")
    assert log.infos[-1].startswith("0.03 megapixels in ")


def test_a_report_of_a_run_without_an_output(source, tmp_path, log):
    report = tmp_path / "report.html"
    function = lambda block: float(block.values[1].sum())  # noqa: E731
    found = map_blocks(function, source, block=64, halo=1, workers=2, report=report, log=log)
    assert len(found) == 12
    page = report.read_text(encoding="utf-8")
    assert "Function &lt;lambda&gt;" in page and "<td>12</td>" in page.replace(' class="number"', "")
    assert log.line("Plan: ") in page
    with pytest.raises(OutputError, match="must end in .html") as caught:
        map_blocks(function, source, report=tmp_path / "report.txt")
    assert caught.value.parameter == "report"
    report.unlink()
    with pytest.raises(OptionError):
        map_blocks(lambda block: 1 / 0, source, report=report)
    assert not report.exists()


def test_a_list_of_masked_arrays_keeps_the_masks(source, tmp_path):
    function = lambda block: [np.ma.masked_less(block.values[band], 50) for band in (0, 1)]  # noqa: E731
    found, _ = run(function, source, tmp_path / "out.tif", count=2, data_type="int16", nodata=-1)
    assert np.array_equal(found, np.where(VALUES < 50, -1, VALUES.astype(int)))


@pytest.mark.parametrize(
    "returned", [[np.zeros((3, 3)), np.zeros((4, 4))], (np.zeros((75, 105)), [[True], [True, False]])]
)
def test_results_that_are_no_array_are_an_error(source, tmp_path, returned):
    with pytest.raises(OptionError, match="cannot be converted to an array") as caught:
        run(lambda block: returned, source, tmp_path / "out.tif", block=(75, 105), count=1)
    assert caught.value.parameter == "function"


@pytest.mark.parametrize("block", [4096, (4096, 40), (75, 10**6)])
def test_blocks_larger_than_the_raster_end_at_its_edges(source, tmp_path, block):
    sizes, lock = [], threading.Lock()

    def count(found):
        with lock:
            sizes.append((found.window.height, found.window.width))
        return np.full((found.window.height, found.window.width), found.values[1].sum())

    found, _ = run(count, source, tmp_path / "out.tif", block=block, prove=False, data_type="float64", memory=64)
    rows, cols = (block, block) if isinstance(block, int) else block
    wanted = np.empty((ROWS, COLS))
    for top, left in itertools.product(range(0, ROWS, rows), range(0, COLS, cols)):
        part = slice(top, top + rows), slice(left, left + cols)
        wanted[part] = VALUES[1][part].sum(dtype=float)
    assert np.array_equal(found[0], wanted)
    assert set(sizes) <= {(min(rows, ROWS), min(cols, COLS)), (min(rows, ROWS), COLS % cols)}


@pytest.mark.parametrize(("block", "edge"), [(600, 64), (32, 256)])
def test_the_error_states_the_smallest_memory_limit(make_raster, tmp_path, block, edge):
    """Either a block of the function or a block of the output needs more memory."""
    path = make_raster([np.zeros((600, 600))])
    stored = f"TILED=YES|BLOCKXSIZE={edge}|BLOCKYSIZE={edge}"

    def attempt(memory):
        map_blocks(
            lambda block: block.values, path, tmp_path / "out.tif", block=block, creation_options=stored, memory=memory
        )

    with pytest.raises(ResourceError, match="Set MEMORY to at least") as caught:
        attempt(0.1)
    needed = int(str(caught.value).split("at least ")[1].rstrip("."))
    attempt(needed)
    with pytest.raises(ResourceError, match=f"memory limit is {needed - 1} MB. Set MEMORY to at least {needed}"):
        attempt(needed - 1)


def test_a_large_block_needs_memory(make_raster, tmp_path):
    path = make_raster([np.ones((3000, 3000), "uint8")], blocks=512)
    with pytest.raises(OptionError, match="at most 2048 pixels") as caught:
        map_blocks(lambda block: block.values, path, tmp_path / "out.tif", block=2100)
    assert caught.value.parameter == "block"
    with pytest.raises(ResourceError, match="A block of 2048 x 2048 pixels"):
        map_blocks(lambda block: block.values, path, tmp_path / "out.tif", block=2048, memory=100)


class Plain:
    """A value whose class does not define a comparison."""


class Doubtful:
    """A value whose comparison raises an error."""

    def __eq__(self, other):
        raise ValueError("the truth value of an array is ambiguous")

    __hash__ = None


@pytest.mark.parametrize(
    "value",
    [
        Plain,
        Doubtful,
        threading.Lock,
        lambda: np.array([(1, np.nan)], [("a", "i4"), ("b", "f8")]),
        lambda: np.array([np.nan, "x"], object),
        lambda: float("nan"),
    ],
)
def test_values_that_cannot_be_compared_or_contain_nan_are_no_error(source, value):
    assert len(map_blocks(lambda block: value(), source, block=128)) == 4


def test_reduce_may_change_its_first_value(source):
    found = map_blocks(lambda block: [block.window.col_off], source, block=128, reduce=operator.iadd)
    assert found == [0, 128, 0, 128]


def test_an_error_of_reduce_names_the_block(source):
    with pytest.raises(OptionError, match="reduce raised ZeroDivisionError for block 2: division by zero") as caught:
        map_blocks(lambda block: 0, source, block=128, workers=1, reduce=lambda first, second: first / second)
    assert caught.value.parameter == "reduce"


def test_raw_values_of_types_that_no_type_holds_are_an_error(make_raster, tmp_path):
    paths = [make_raster([np.full((20, 20), 3, kind)], f"{kind}.tif", dtype=kind) for kind in ("int32", "float32")]
    assert map_blocks(lambda block: block.values.dtype.name, paths, raw=True) == ["float64"]
    _check_raw(["int64", "int16"])
    with pytest.raises(InputError, match="the data types float32, int64, and no single type can"):
        _check_raw(["int64", "float32"])


def test_messages_use_the_names_of_the_keywords(source, tmp_path):
    with pytest.raises(OptionError, match="^nodata 300 is not a valid uint8 value") as caught:
        map_blocks(lambda block: block.values[0], source, tmp_path / "out.tif", nodata=300, data_type="uint8")
    assert caught.value.parameter == "nodata"


def test_a_cancellation_during_the_check_is_heard(source, tmp_path):
    calls = [0]

    class Late:
        def report(self, done, total):
            """Ignore progress."""

        def is_cancelled(self):
            return calls[0] >= 4

    def count(block):
        calls[0] += 1
        return block.values[0]

    for dst in (None, tmp_path / "out.tif"):
        calls[0] = 0
        with pytest.raises(Cancelled):
            map_blocks(count, source, dst, block=(75, 105), progress=Late())
        assert calls[0] == 4 and list(tmp_path.glob("out*")) == []
