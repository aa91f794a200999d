"""The piles of one piece of a mosaic: its colour bands, alpha band and mask, on which inputs are laid by one rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ...parallel.chunks import PREFERRED_EDGE, Shape
from ...raster.nodata import stored_nodata
from .accumulate import METHODS, Method, Pile, Taken, add_first, empty_pile, with_falling_bands, with_shifts
from .marking import Marking
from .rules import Types

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class MergeRules:
    """All that decides a pixel of the mosaic besides the inputs' pixels.

    `alpha` is the index of the alpha band, or -1; `given_nodata` says that the user chose the nodata value, so that a
    pixel that has it by chance is an error; `depth` is the most inputs over one pixel. Of the bands other than alpha,
    `falling` says which have a negative scale, and `shifts` how many scales their offsets are, where that matters to
    the method; both are empty where it does not. `pixel_rule` is a word of `options.PIXEL_RULES`, "band" also where the
    others would give the same.
    """

    method: str
    types: Types
    marking: Marking
    bands: int
    alpha: int
    given_nodata: bool
    feather: int
    depth: int
    falling: tuple[bool, ...] = ()
    shifts: tuple[float, ...] = ()
    pixel_rule: str = "band"

    @property
    def entry(self) -> Method:
        """The method's functions, which mean physical values."""
        if self.falling:
            return with_falling_bands(self.method, self.falling)
        return with_shifts(self.shifts) if self.shifts else METHODS[self.method]

    @property
    def alpha_entry(self) -> Method:
        """How alpha bands are merged: as the pixels are chosen, else the most opaque one."""
        return self.entry if self.method in ("first", "last", "count") else METHODS["max"]

    @property
    def fill(self) -> Any:
        """What is stored where nothing is."""
        if self.marking.nodata is not None:
            return stored_nodata(self.marking.nodata, np.dtype(self.types.stored))
        kind = np.dtype(self.types.stored)
        return kind.type(0 if kind.kind in "iu" or self.method == "count" else np.nan)

    @property
    def needs_mark(self) -> bool:
        """Whether only a mask or the alpha band can tell that a band of a pixel is empty."""
        whole = np.dtype(self.types.stored).kind in "iu"
        return whole and self.marking.nodata is None and self.method != "count"

    @property
    def keeps_hidden(self) -> bool:
        """Whether a pixel that is hidden in the input stays as it is stored, as long as it is hidden in the output."""
        chosen = self.method in ("first", "last") and self.pixel_rule != "all"
        return chosen and self.types.working == self.types.stored and not self.given_nodata

    def halo_pixels(self, size: Shape) -> int:
        """Return how many pixels around a chunk are read with it, in a mosaic of so many rows and columns."""
        sides = sum(min(PREFERRED_EDGE, side) for side in size)
        return 2 * self.feather * (sides + 2 * self.feather) if self.entry.weighs else 0

    @property
    def bytes_per_pixel(self) -> int:
        """What a pixel of a piece costs while it is merged: the pile, one input's pixels, the result, temporaries."""
        entry, working = self.entry, np.dtype(self.types.working).itemsize
        stored = np.dtype(self.types.stored).itemsize
        pile = working * (self.depth if entry.stacks else 1) + np.dtype(entry.kept).itemsize + working * entry.weighs
        temporary = 24 if entry.weighs else 8 * 2 if entry.stacks else working + 2
        return self.bands * (pile + working + stored + temporary + 4) + 12


class Layer(NamedTuple):
    """An input's part of a piece: its pixels, where each band is valid, which pixels a mask would show, and where."""

    values: Array
    valid: Any
    shown: Any
    weight: Any
    rows: slice
    cols: slice


class Result(NamedTuple):
    """What came of some of the bands: values and where they are valid, types, and what is stored elsewhere."""

    bands: list[int]
    taken: Taken
    types: Types
    fill: Any


class Piles:
    """The piles of a piece: one of the colour bands, one of the alpha band, and what a mask shows."""

    def __init__(self, rules: MergeRules, colour: list[int], size: tuple[int, int]) -> None:
        self._rules, self._colour = rules, colour
        shape = (len(colour), *size)
        self._pile = empty_pile(rules.entry, shape, rules.types.working, rules.depth)
        if rules.keeps_hidden:
            self._pile.total[...] = rules.fill
        self._hidden = np.zeros(shape, bool) if rules.keeps_hidden else None
        self._alpha = empty_pile(rules.alpha_entry, (1, *size), rules.types.working, 1) if rules.alpha >= 0 else None
        self.shown = np.zeros(size, bool)
        self.full = False
        self._taken = np.zeros(size, bool) if rules.pixel_rule == "any" else None
        may_mix = rules.pixel_rule == "band" and rules.entry.add is add_first and len(colour) > 1
        self._mixed = np.zeros(size, bool) if may_mix else None
        self._empty = True
        self.unmarked = 0

    def add(self, layer: Layer) -> None:
        """Lay a part of an input down."""
        rules, values = self._rules, layer.values
        colours = values if self._alpha is None else values[self._colour]
        pile = self._pile.inside(layer.rows, layer.cols)
        if self._mixed is not None and not self._empty:
            self._note_mixed(self._mixed[layer.rows, layer.cols], pile, layer)
        self._empty = False
        won = self._won(layer)
        if self._hidden is not None and layer.valid.ndim:
            self._keep_hidden(pile, self._hidden[:, layer.rows, layer.cols], colours, layer)
        if won is None:
            rules.entry.add(pile, colours, layer.valid, layer.weight)
        else:
            self._take_whole(pile, colours, layer.valid, won)
        if self._alpha is not None:
            opaque = self._alpha.inside(layer.rows, layer.cols)
            alpha = np.broadcast_to(layer.shown, values.shape[1:])[np.newaxis]
            rules.alpha_entry.add(opaque, values[[rules.alpha]], alpha, None)
            if won is not None:
                np.copyto(opaque.total, values[[rules.alpha]], where=won)
        self.shown[layer.rows, layer.cols] |= layer.shown
        if rules.entry.add is add_first:
            self.full = bool((self._pile.seen if self._taken is None else self._taken).all())

    @property
    def mixed(self) -> int:
        """The number of pixels that have bands of several inputs, since some of their bands are nodata in one."""
        return 0 if self._mixed is None else int(np.count_nonzero(self._mixed))

    def _note_mixed(self, mixed: Array, pile: Pile, layer: Layer) -> None:
        """Mark the pixels that have some of their bands already, and get others of this input."""
        partial = pile.seen.any(axis=0) & ~pile.seen.all(axis=0)
        if partial.any():
            mixed |= partial & (layer.valid & ~pile.seen).any(axis=0)

    def _won(self, layer: Layer) -> Array | None:
        """Return which pixels of an input are taken whole, and note them; None where bands are merged one by one."""
        if self._taken is None:
            return None
        taken = self._taken[layer.rows, layer.cols]
        won: Array = ~taken & (layer.valid.any(axis=0) if layer.valid.ndim else layer.valid)
        taken |= won
        return won

    def _take_whole(self, pile: Pile, values: Array, valid: Any, won: Array) -> None:
        """Take all bands of some pixels.

        A band without a value stays without one where the output can say so; where only a mask of all bands could,
        the pixel shows what the input stores.
        """
        rules = self._rules
        np.copyto(pile.total, values, where=won)
        if rules.needs_mark:
            np.copyto(pile.seen, True, where=won)
            self.unmarked += int(np.count_nonzero((won & ~valid).any(axis=0)))
            return
        np.copyto(pile.seen, valid, where=won)
        if rules.keeps_hidden:
            np.copyto(pile.total, rules.fill, where=won & ~valid & ~_is_nothing(values, rules.fill))

    def _keep_hidden(self, pile: Pile, hidden: Array, values: Array, layer: Layer) -> None:
        """Take the stored values of pixels that are hidden and may stay as they are, from the first that has any."""
        new = ~layer.valid & ~pile.seen & ~hidden
        if self._taken is not None:
            new &= ~self._taken[layer.rows, layer.cols]
        marking = self._rules.marking
        if marking.mask or self._alpha is not None:
            kept = new & ~layer.shown | new & _is_nothing(values, self._rules.fill)
        else:
            kept = new & _is_nothing(values, self._rules.fill)
        np.copyto(pile.total, values, where=kept)
        hidden |= new

    def results(self) -> list[Result]:
        """Return what each pile holds."""
        rules = self._rules
        if self._hidden is not None and (rules.marking.mask or self._alpha is not None):
            # The mask or alpha of another input, which is nodata there, shows what one hid.
            exposed = self.shown & ~self._pile.seen & ~_is_nothing(self._pile.total, rules.fill)
            np.copyto(self._pile.total, rules.fill, where=exposed)
        found = [Result(self._colour, rules.entry.result(self._pile), rules.types, rules.fill)]
        if self._alpha is not None:
            types = Types(rules.types.working, rules.types.stored)
            taken, nothing = rules.alpha_entry.result(self._alpha), np.dtype(types.stored).type(0)
            found.append(Result([rules.alpha], taken, types, nothing))
        return found


def _is_nothing(values: Array, fill: Any) -> Array:
    """Return where stored values say themselves that nothing is there, in the input as in the output."""
    nothing: Array = values == fill
    return nothing if values.dtype.kind in "iu" else nothing | ~np.isfinite(values)
