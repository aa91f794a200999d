"""Run options, shared by all jobs, and their defaults."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np

from ..cluster.address import parse_cluster
from ..errors import OptionError
from ..parallel.chunks import resolve_chunk_size
from ..parallel.machine import resolve_memory, resolve_workers
from ..parallel.recorder import Recorder
from ..progress import DEFAULT_LOG, Log, NoProgress, Progress
from ..writing.cog import CopyToCog
from ..writing.gdal_file import CreateFile
from .run import shared_path


@dataclass(frozen=True)
class RunOptions:
    """Options of a run, with the same names and defaults as the keyword arguments of the public functions."""

    workers: int = 0
    memory: float = 0
    chunk_size: int = 0
    cluster: str = ""
    verify: bool = True
    report: str | os.PathLike[str] | None = None
    progress: Progress = field(default_factory=NoProgress)
    log: Log = DEFAULT_LOG
    create: CreateFile | None = None
    copy: CopyToCog | None = None

    def check(self) -> None:
        """Raise OptionError if a number or the cluster address is invalid.

        Raises
        ------
        OptionError
            An option is invalid.
        """
        parse_cluster(self.cluster)
        resolve_chunk_size(self.chunk_size)
        resolve_workers(self.workers)
        resolve_memory(self.memory)

    def path(self, path: str | os.PathLike[str]) -> str:
        """Return the path of an input in a form that is valid on all machines of the run."""
        return shared_path(path) if self.cluster else os.fspath(path)

    def recorded(self, parameters: Mapping[str, object]) -> tuple[RunOptions, Recorder | None]:
        """Return options with a recorder for the report, and the recorder itself; without a report, `self` and None.

        In the returned options, the recorder serves as the log and monitors the progress. `parameters` contains the
        job's parameters by name.
        """
        if not self.report:
            return self, None
        shared = {name: getattr(self, name) for name in ("workers", "memory", "chunk_size", "cluster", "report")}
        recorder = Recorder(self.report, {**parameters, **shared}, self.log)
        return replace(self, log=recorder, progress=recorder.watch(self.progress)), recorder


def _are_all(kind: type[Any], values: Any) -> bool:
    """Return True if `values` is a collection other than a string and contains only numbers of the type `kind`."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Collection):
        return False
    return all(isinstance(value, kind) for value in values)


class Expected(NamedTuple):
    """Type that a value must have: a function that checks a value, and the description of the type in messages."""

    fits: Callable[[Any], bool]
    words: str


OPTIONAL = " | None"
"""End of the annotation of a field whose value may be None."""

NUMBER = Expected(lambda value: isinstance(value, Real), "a number")
BANDS = Expected(lambda value: _are_all(Integral, value), "a list of band numbers, such as [1, 2]")
EXTENT = Expected(
    lambda value: _are_all(Real, value) and len(value) == 4, "four numbers: xmin, ymin, xmax and ymax, in this order"
)

EXPECTED = {
    "int": NUMBER,
    "float": NUMBER,
    "Sequence[int]": BANDS,
    "tuple[int, ...]": BANDS,
    "tuple[float, float, float, float]": EXTENT,
    "Bounds": EXTENT,
}
"""Types to check, by the annotation of the field. Fractions are accepted for integers: the jobs reject them."""


def split_options(given: Mapping[str, Any], *kinds: type[Any], but: tuple[str, ...] = ()) -> list[Any]:
    """Sort the keyword arguments of a public function into options objects, one for each class in `kinds`.

    numpy numbers and arrays are converted to Python numbers and lists, which JSON can store.

    Parameters
    ----------
    given
        Keyword arguments; `progress` may be None.
    kinds
        Dataclasses; each keyword must be a field of one of these classes.
    but
        Keywords to ignore.

    Raises
    ------
    TypeError
        A keyword is not a field of any class, or a field without a default is missing.
    OptionError
        A number is too large for a float, or a number, a list of bands or an extent has the wrong type.
    """
    names = [{each.name for each in fields(kind)} for kind in kinds]
    unknown = set(given).difference(but, *names)
    if unknown:
        raise TypeError(f"unexpected keyword arguments: {', '.join(sorted(unknown))}")
    options = []
    for kind, own in zip(kinds, names):
        chosen = {name: given[name] for name in own & set(given) if (name, given[name]) != ("progress", None)}
        types = {each.name: str(each.type) for each in fields(kind)}
        values = {name: checked_value(name, types[name], value) for name, value in chosen.items()}
        options.append(kind(**values))
    return options


def checked_value(name: str, annotation: str, value: Any) -> Any:
    """Check the type of an option, and return its value with numpy numbers converted to Python numbers.

    `annotation` is the type of the option, as in the annotation of its field.

    Raises
    ------
    OptionError
        The value has the wrong type, or a number is too large for a float. The jobs check everything else.
    """
    value = plain_value(value)
    for each in value if type(value) in (list, tuple) else (value,):
        if isinstance(each, int) and abs(each) > sys.float_info.max:
            raise OptionError(f"{name.upper()} has more than 308 digits. Choose a smaller number.", parameter=name)
    expected = EXPECTED.get(annotation.removesuffix(OPTIONAL))
    if expected and not (value is None and annotation.endswith(OPTIONAL)) and not expected.fits(value):
        raise OptionError(f"{name.upper()} is {value!r}. It must be {expected.words}.", parameter=name)
    return value


def plain_value(value: Any) -> Any:
    """Return a value with numpy numbers and arrays, alone or in a list, tuple or dict, converted to Python objects.

    Containers inside containers are not converted: layers can have thousands of features.
    """
    if type(value) in (list, tuple):
        return type(value)(map(_without_numpy, value))
    if type(value) is dict:
        return {key: _without_numpy(each) for key, each in value.items()}
    return _without_numpy(value)


def _without_numpy(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.generic, np.ndarray)) else value
