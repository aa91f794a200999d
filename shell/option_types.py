"""Command-line option types, which convert what users type to the types stated in the core's docstrings."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import click


@dataclass(frozen=True)
class OptionType:
    """How a value is entered in the shell.

    Attributes
    ----------
    type
        Click's type for each word of a value.
    count
        Number of words of a value; -1 for an argument that takes any number of words.
    repeated
        True if the option may be given several times.
    flag
        True for an option without a value.
    optional
        True for an argument that may be left out.
    metavar
        Placeholder of the value in the help; by default, click's own placeholder.
    value
        Function that converts the value parsed by click to the value for the core.
    """

    type: click.ParamType
    count: int = 1
    repeated: bool = False
    flag: bool = False
    optional: bool = False
    metavar: str | None = None
    value: Callable[[Any], Any] = lambda parsed: parsed


class _GeoJson(click.ParamType):
    """Option type for GeoJSON: users enter the path of a file, and the value is the content of the file."""

    name = "geojson_file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the content of the file."""
        try:
            with open(value, encoding="utf-8-sig") as file:
                return json.load(file)
        except OSError as error:
            self.fail(f"{value} cannot be read ({error.strerror}). Check the path.", param, ctx)
        except ValueError as error:
            self.fail(
                f"{value} is not GeoJSON ({error}). Convert it first, for example with: "
                f"ogr2ogr features.geojson {value}",
                param,
                ctx,
            )


class _NumberOrName(click.ParamType):
    """The type of a parameter whose value is a whole number or a name."""

    name = "number_or_name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Return an int if the string is a whole number, otherwise the string."""
        return int(value) if re.fullmatch(r"[0-9]+", str(value)) else str(value)


def _one_or_list(parsed: Sequence[Any], kind: click.ParamType = click.STRING) -> Any:
    """Return several values as a list, a single string unchanged (it can list several values), or None for no value."""
    if len(parsed) == 1:
        return parsed[0]
    return [kind.convert(each, None, None) for each in parsed] or None


def _one_or_none(parsed: Sequence[str]) -> str | None:
    """Return the value of an optional argument that takes one word; None if the argument is left out.

    Raises
    ------
    click.BadParameter
        Several words were given.
    """
    if len(parsed) > 1:
        raise click.BadParameter(f"only one value is allowed, but {len(parsed)} were given.")
    return parsed[0] if parsed else None


def _pairs(parsed: Sequence[str]) -> str | dict[str, str]:
    """Return KEY=VALUE pairs as a mapping, or a single string unchanged, because it can contain several pairs.

    Raises
    ------
    click.BadParameter
        One of several strings is not a pair.
    """
    if len(parsed) == 1:
        return parsed[0]
    wrong = [each for each in parsed if "=" not in each]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is not of the form KEY=VALUE.")
    return dict(each.split("=", 1) for each in parsed)


_SCALARS = {"int": click.INT, "float": click.FLOAT, "str": click.STRING}

_TYPES: dict[tuple[str, ...], OptionType] = {
    ("bool",): OptionType(click.BOOL, flag=True),
    **{(name,): OptionType(kind) for name, kind in _SCALARS.items()},
    **{(f"sequence of {name}",): OptionType(kind, repeated=True, value=list) for name, kind in _SCALARS.items()},
    **{
        ("str", f"sequence of {name}"): OptionType(click.STRING, repeated=True, value=partial(_one_or_list, kind=kind))
        for name, kind in _SCALARS.items()
    },
    ("int", "str"): OptionType(_NumberOrName()),
    ("sequence of int", "str"): OptionType(_NumberOrName(), repeated=True, value=list),
    ("str", "mapping"): OptionType(click.STRING),
    ("str", "mapping of str to object"): OptionType(click.STRING, repeated=True, metavar="KEY=VALUE", value=_pairs),
    ("str", "os.PathLike"): OptionType(click.Path()),
    ("str", "os.PathLike", "sequence of them"): OptionType(click.Path(), count=-1, value=_one_or_list),
}
"""Option types, keyed by the types that a docstring allows for a value: ("int", "str") stands for "int or str"."""


def option_type(stated: str, text: str) -> OptionType | None:
    """Return the option type for a type in a docstring; None if its values cannot be typed in a shell.

    Parameters
    ----------
    stated
        Type of a parameter in a docstring.
    text
        Description of the parameter. For a tuple, it contains the names of the numbers, such as (xmin, ymin, xmax,
        ymax).
    """
    if re.fullmatch(r"\{.+\}", stated):
        choices = {str(each): each for each in ast.literal_eval(f"[{stated[1:-1]}]")}
        return OptionType(click.Choice(list(choices), case_sensitive=False), value=choices.__getitem__)
    if "GeoJSON" in stated or "__geo_interface__" in stated:
        return OptionType(_GeoJson())
    named = re.search(r"\((\w+(?:, \w+)+)\)", text)
    if stated == "tuple of float" and named:
        names = named[1].upper().split(", ")
        return OptionType(click.FLOAT, count=len(names), metavar=" ".join(names), value=tuple)
    alternatives = re.split(r",? or |, ", stated)
    found = _TYPES.get(tuple(each for each in alternatives if each != "None"))
    if found is None or "None" not in alternatives:
        return found
    # In click, an argument of one word cannot be left out if another argument follows.
    return replace(found, optional=True, count=-1, value=_one_or_none if found.count == 1 else found.value)
