"""What can go wrong, as sentences for people.

Every error that a user can cause or meet is a `ParallelRasterError`: its text names the file, the number and
what to do, and can be shown as it is. Which parameter it speaks of is a field. Anything else that escapes from the core
is a defect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class ParallelRasterError(Exception):
    """Root of all errors that the core raises on purpose.

    Parameters
    ----------
    message : str, optional
        What is wrong, for people.
    parameter : str, default ""
        The keyword of the job's function that the error speaks of, such as "band_a"; empty where it is of none.
    """

    def __init__(self, message: str = "", *, parameter: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter


class OptionError(ParallelRasterError):
    """A parameter has a value that the job cannot use."""


class InputError(ParallelRasterError):
    """An input cannot be read, or does not fit the others."""


class OutputError(ParallelRasterError):
    """The result cannot be written, or was not written as it should be."""


class ResourceError(ParallelRasterError):
    """The memory bound is too small for the smallest unit of work."""


class Cancelled(ParallelRasterError):
    """The user stopped the run."""

    def __init__(self, message: str = "The run was cancelled; nothing was written.") -> None:
        super().__init__(message)


@contextmanager
def about(parameter: str) -> Iterator[None]:
    """Have errors from inside speak of a parameter, unless they name one themselves.

    Functions that read a file know its path, not which parameter it was given for: who plans a job does.

    Raises
    ------
    ParallelRasterError
        What was raised inside.
    """
    try:
        yield
    except Cancelled:
        raise
    except ParallelRasterError as error:
        error.parameter = error.parameter or parameter
        raise


@contextmanager
def renamed(names: Mapping[str, str]) -> Iterator[None]:
    """Have errors from inside name the parameters as the caller does: another job's keyword becomes one's own.

    Raises
    ------
    ParallelRasterError
        What was raised inside.
    """
    try:
        yield
    except ParallelRasterError as error:
        error.parameter = names.get(error.parameter, error.parameter)
        raise
