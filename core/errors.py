"""Errors of the core, with messages for users.

Every error that a user can cause or encounter is a `ParallelRasterError`. Its message names the file, the number and
what to do, and can be shown unchanged. The parameter that it concerns is a field. Any other exception that leaves the
core is a bug.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class ParallelRasterError(Exception):
    """Base class of all errors that the core raises deliberately.

    Parameters
    ----------
    message : str, optional
        What is wrong and what to do, for users.
    parameter : str, default ""
        Keyword of the job's function that the error concerns, such as "band_a"; empty if there is none.
    """

    def __init__(self, message: str = "", *, parameter: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter


class OptionError(ParallelRasterError):
    """A parameter has a value that the job cannot use."""


class InputError(ParallelRasterError):
    """An input cannot be read, or does not match the others."""


class OutputError(ParallelRasterError):
    """The output cannot be written, or was written incorrectly."""


class ResourceError(ParallelRasterError):
    """The memory limit is too small for the smallest unit of work."""


class Cancelled(ParallelRasterError):
    """The user cancelled the run."""

    def __init__(self, message: str = "The run was cancelled; nothing was written.") -> None:
        super().__init__(message)


@contextmanager
def about(parameter: str) -> Iterator[None]:
    """Set `parameter` on errors raised inside the context, unless they already have one.

    Functions that read a file know its path, but not the parameter that it was passed as; their callers do.

    Raises
    ------
    ParallelRasterError
        Any error raised inside the context.
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
    """Rename the parameters of errors raised inside the context from another job's keywords to the caller's.

    Raises
    ------
    ParallelRasterError
        Any error raised inside the context.
    """
    try:
        yield
    except ParallelRasterError as error:
        error.parameter = names.get(error.parameter, error.parameter)
        raise
