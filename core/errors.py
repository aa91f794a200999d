"""Errors of the core, with messages for users.

Every error that a user can cause or encounter is a `ParallelRasterError`. The message names the file and the invalid
value, says what to do, and can be shown to users unchanged. The field `parameter` names the parameter that the error
concerns. Any other exception that leaves the core is a bug.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

OUT_OF_MEMORY = "The run is out of memory. Set a lower value for MEMORY, CHUNK_SIZE or WORKERS."
"""Message for a `MemoryError`."""


class ParallelRasterError(Exception):
    """Base class of all errors that the core raises deliberately.

    Parameters
    ----------
    message : str, optional
        Text for users: what is wrong and what to do.
    parameter : str, default ""
        Name of the parameter that the error concerns, such as "band_a"; empty if it does not concern a parameter.
    """

    def __init__(self, message: str = "", *, parameter: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter


class OptionError(ParallelRasterError):
    """A parameter has a value that the job cannot use."""


class InputError(ParallelRasterError):
    """An input cannot be read, or does not match the other inputs."""


class OutputError(ParallelRasterError):
    """The output cannot be written, or was written incorrectly."""


class ResourceError(ParallelRasterError):
    """There is not enough memory, or the cluster cannot be reached or cannot do the work."""


class Cancelled(ParallelRasterError):
    """The user cancelled the run."""

    def __init__(self, message: str = "The run was cancelled; nothing was written.") -> None:
        super().__init__(message)


@contextmanager
def about(parameter: str) -> Iterator[None]:
    """Set `parameter` on errors raised inside the context, unless they already have one.

    A function that reads a file knows the path of the file, but not which parameter contains this path. The caller of
    the function knows both.

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
    """Rename the `parameter` of errors raised inside the context; `names` maps old names to new ones.

    Use this if a job calls another job whose parameters have different names.

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
