"""Replaces parameter names in the core's messages and help texts with the options and arguments of the shell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..core import choices
from ..core.errors import ParallelRasterError
from .jobs import Job, jobs

_PLACES = (("INPUT", "INPUTS", "INPUT_FOLDER", "SRC", "SOURCES"), ("OUTPUT", "DST", "FOLDER"))
"""Names that the core's errors use for the first and the second argument of a command: the input and the output."""

_APART = r"(?<![\w./\\'\"`@=|-])(?:{})(?![\w/\\'\"`@=|-]|\.\w)"
"""Pattern of words that are not part of a path, a KEY=VALUE pair or a quoted value."""


def sentence(job: Job, text: str, typed: Iterable[str] = ()) -> str:
    """Return a message in which names of parameters, such as `BAND_A`, are replaced by options, such as `--band-a`.

    Values that the user typed, such as the path `my MASK.tif`, are not changed.
    """
    names = _names(job)
    kept = [re.escape(value) for value in typed if " " in value]
    pattern = "|".join([*kept, _APART.format("|".join(names))])
    return re.sub(pattern, lambda match: names.get(match[0], match[0]), text)


def error_message(job: Job, error: ParallelRasterError, typed: Iterable[str] = ()) -> str:
    """Return the message of an error, preceded by the name of the option unless the message contains this name."""
    message = sentence(job, str(error), typed)
    name = _names(job).get(error.parameter.upper(), "")
    return message if not name or re.search(rf"(?<![\w-]){name}(?![\w-])", message) else f"{name}: {message}"


def summary(job: Job) -> str:
    """Return the first sentence of a command's help: the job's summary with "return" replaced by "print"."""
    return help_text(job, re.sub(r"\breturn\b", "print", re.sub(r"^Return\b", "Print", job.summary)))


def help_text(job: Job, text: str) -> str:
    """Return a docstring paragraph with the shell's names for parameters and commands, and with all choices listed."""
    names = {**{each.function: each.command for each in jobs().values()}, **job.shown}
    text = re.sub(r"`(\w+)`", lambda match: names.get(match[1], match[0]), text)
    return re.sub(r"(?:a key of|a name in) `core\.choices\.(\w+)`", lambda match: _listed(match[1]), text)


def _listed(table: str) -> str:
    """Return the values in a table of `core.choices`, quoted and joined by commas and "or"."""
    *values, last = (f'"{value}"' for value in getattr(choices, table))
    return f"{', '.join(values)} or {last}"


def _names(job: Job) -> Mapping[str, str]:
    places = {name: job.shown[each.name] for each, names in zip(job.arguments, _PLACES) for name in names}
    return {**places, **{name.upper(): shown for name, shown in job.shown.items()}}
