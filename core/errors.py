"""What can go wrong, as sentences for people.

Every error that a user can cause or meet is a `ParallelRasterError`: its text names the file, the number and
what to do, and can be shown as it is. Anything else that escapes from the core is a defect.
"""

from __future__ import annotations


class ParallelRasterError(Exception):
    """Root of all errors that the core raises on purpose."""


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

    def __init__(self) -> None:
        super().__init__("The run was cancelled; nothing was written.")
