"""The command `parallel-raster`, also available as `rio parallel-raster`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource

from ..core.versions import VERSION
from .jobs import Job, Parameter, jobs
from .option_types import OptionType
from .run import run
from .words import help_text, summary

NAME = "parallel-raster"

HELP = """Process rasters of any size in parallel, on all CPU cores or on a cluster.

The result of a command is printed as JSON. The exit code is 0 after success, 1 after an error, 2 if the command line is
invalid, and 130 after Ctrl+C, which cancels the run. After an error or Ctrl+C, the output is unchanged.
"""


class JobCommand(click.Command):
    """A command that runs a job. Its help also describes the arguments, unlike the help of click's own commands."""

    def __init__(self, job: Job) -> None:
        self.job = job
        super().__init__(
            job.command,
            params=[
                *(_argument(each, each.type) for each in job.arguments if each.type),
                *(_option(job, each, each.type) for each in job.options if each.type),
                click.Option(
                    ["-v", "--verbose"], is_flag=True, help="Print the plan, decisions and summary of the run."
                ),
            ],
            help="\n\n".join([summary(job), *(help_text(job, each) for each in job.paragraphs)]),
            short_help=summary(job),
        )

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections of the help that describe the arguments and the options."""
        with formatter.section("Arguments"):
            formatter.write_dl([
                (self.job.shown[each.name], help_text(self.job, each.text)) for each in self.job.arguments
            ])  # fmt: skip
        super().format_options(ctx, formatter)

    def invoke(self, ctx: click.Context) -> None:
        """Run the job with the given parameters. Other parameters have the defaults of the core."""
        parameters = (*self.job.arguments, *self.job.options)
        values = {each.name: ctx.params[each.name] for each in parameters if each.required or _is_given(ctx, each.name)}
        run(self.job, values, verbose=ctx.params["verbose"])


class JobGroup(click.Group):
    """The group of commands, one per job. Each command is created only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, sorted."""
        return sorted(jobs())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a job, or None if there is no such job."""
        return JobCommand(jobs()[cmd_name]) if cmd_name in jobs() else None


def _argument(parameter: Parameter, kind: OptionType) -> click.Argument:
    return click.Argument(
        [parameter.name],
        type=kind.type,
        nargs=kind.count,
        required=parameter.required and not kind.optional,
        callback=_callback(kind),
    )


def _option(job: Job, parameter: Parameter, kind: OptionType) -> click.Option:
    typed = job.shown[parameter.name]
    default = ast.literal_eval(parameter.default) if parameter.default else None
    return click.Option(
        [f"{typed}/--no-{parameter.dashed}" if kind.flag else typed, parameter.name],
        type=kind.type,
        nargs=kind.count,
        multiple=kind.repeated,
        required=parameter.required,
        metavar=kind.metavar,
        help=help_text(job, parameter.text) + _shown_default(typed, default),
        callback=_callback(kind),
    )


def _shown_default(typed: str, default: Any) -> str:
    if default in (None, "", ()):
        return ""
    if isinstance(default, bool):
        return f"  [default: {typed if default else typed.replace('--', '--no-')}]"
    values = default if isinstance(default, tuple) else [default]
    return f"  [default: {', '.join(map(str, values))}]"


def _callback(kind: OptionType) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def convert(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        return kind.value(value) if _is_given(ctx, param.name) else None

    return convert


def _is_given(ctx: click.Context, name: str | None) -> bool:
    return ctx.get_parameter_source(name or "") is ParameterSource.COMMANDLINE


main = click.version_option(VERSION, prog_name=NAME)(
    JobGroup(NAME, help=HELP, short_help="Process large rasters in parallel.")
)
