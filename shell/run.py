"""Runs a job for a command: shows progress and messages, handles interruption, and prints the result."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import FrameType
from typing import Any

import click

from .. import core
from ..core.errors import OUT_OF_MEMORY, Cancelled, ParallelRasterError
from .jobs import Job
from .words import error_message, sentence

_CLEAR_LINE = "\r\x1b[K"


def run(job: Job, values: Mapping[str, Any], *, verbose: bool) -> None:
    """Run a job and print its result.

    Parameters
    ----------
    job
        Job to run.
    values
        Values of the parameters that were given.
    verbose
        True to print all messages of the log; False to print only warnings.

    Raises
    ------
    click.ClickException
        The job failed; exit code 1.
    click.exceptions.Exit
        The user interrupted the run; exit code 130, or 143 after a termination signal.
    """
    lists = (value if isinstance(value, (list, tuple)) else [value] for value in values.values())
    typed = [text for value in lists for text in value if isinstance(text, str)]
    with _Interruption() as interruption, _Watch(job, interruption, typed, verbose) as watch:
        try:
            result = getattr(core, job.function)(**values, progress=watch, log=watch)
        except Cancelled as cancelled:
            interruption.message = sentence(job, str(cancelled), typed)
        except KeyboardInterrupt:
            interruption.message = "The run was interrupted."
        except ParallelRasterError as error:
            raise click.ClickException(error_message(job, error, typed)) from error
        except MemoryError as error:
            raise click.ClickException(sentence(job, OUT_OF_MEMORY)) from error
    if interruption.message:
        click.echo(interruption.message, err=True)
        raise click.exceptions.Exit(interruption.exit_code)
    if not (isinstance(result, list) and job.arguments[-1].name in values):
        click.echo(json.dumps(printable(result), indent=2))


def printable(result: Any) -> Any:
    """Return a result as JSON values. NaN and infinity become None; fields that JSON cannot store are left out."""
    if not dataclasses.is_dataclass(result):
        return _plain(result)
    fields = {}
    for field in dataclasses.fields(result):
        with contextlib.suppress(TypeError):
            fields[field.name] = _plain(getattr(result, field.name))
    return fields


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if type(value) in (list, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, (str, int)):
        return value
    raise TypeError(f"{type(value).__name__} cannot be printed")


class _Interruption:
    """Receives Ctrl+C and SIGTERM, which SLURM sends to end a job, so that the run can be cancelled.

    Only the first signal is received. A second signal has its usual effect, in case the run does not respond.
    """

    message = ""
    _signal = 0

    def __enter__(self) -> _Interruption:
        # A signal that is ignored, such as Ctrl+C in a background process, remains ignored.
        self._previous = {
            each: signal.getsignal(each)
            for each in (signal.SIGINT, signal.SIGTERM)
            if signal.getsignal(each) is not signal.SIG_IGN
        }
        for each in self._previous:
            signal.signal(each, self._receive)
        return self

    def __exit__(self, *error: object) -> None:
        for each, previous in self._previous.items():
            signal.signal(each, previous)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._signal = number
        self.__exit__()

    @property
    def received(self) -> bool:
        """Whether a signal was received."""
        return bool(self._signal)

    @property
    def exit_code(self) -> int:
        """The exit code that shells use for a process ended by the signal: 130 for Ctrl+C."""
        return 128 + (self._signal or signal.SIGINT)


class _Watch:
    """Shows the progress and the log of a job on standard error, and cancels the job after a signal."""

    def __init__(self, job: Job, interruption: _Interruption, typed: Sequence[str], verbose: bool) -> None:
        self._job, self._interruption, self._typed, self._verbose = job, interruption, typed, verbose
        self._bar: Any = None

    def __enter__(self) -> _Watch:
        return self

    def __exit__(self, *error: object) -> None:
        self._end_bar()

    def report(self, done: int, total: int) -> None:
        """Draw the progress bar if standard error is a terminal."""
        if not sys.stderr.isatty():
            return
        if self._bar is None and done < total:
            self._bar = click.progressbar(length=total, file=sys.stderr)
        if self._bar is not None:
            self._bar.length = total
            self._bar.make_step(done - self._bar.pos)
            self._bar.render_progress()
        if done >= total:
            self._end_bar()

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None

    def is_cancelled(self) -> bool:
        """Return True after Ctrl+C or SIGTERM."""
        return self._interruption.received

    def info(self, msg: str) -> None:
        """Print an info message if `--verbose` is set."""
        if self._verbose:
            self._print(msg)

    def warning(self, msg: str) -> None:
        """Print a warning."""
        self._print(f"Warning: {msg}")

    def _print(self, msg: str) -> None:
        start = "" if self._bar is None else _CLEAR_LINE
        click.echo(start + sentence(self._job, msg, self._typed), err=True)
