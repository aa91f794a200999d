"""The public functions of the core, read from the source without importing dask, so that help appears immediately."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.abc import InspectLoader
from importlib.util import find_spec
from typing import NamedTuple

from .. import core
from .docstrings import parse
from .option_types import OptionType, option_type

PATHS = 2
"""Number of leading parameters that become arguments in the shell: the input and the output."""


class Parameter(NamedTuple):
    """A parameter of a job: name, text and default from the docstring; whether it is required; its option type."""

    name: str
    text: str
    default: str
    required: bool
    type: OptionType | None

    @property
    def dashed(self) -> str:
        """The name of the parameter with dashes, as it is typed."""
        return self.name.replace("_", "-")


@dataclass(frozen=True)
class Job:
    """A public function of the core that is also a command in the shell.

    `arguments` are the parameters given by position in the shell, and `options` are the parameters given by name.
    Parameters whose values cannot be typed in a shell, such as `progress`, are left out of both.
    """

    function: str
    summary: str
    paragraphs: tuple[str, ...]
    arguments: tuple[Parameter, ...]
    options: tuple[Parameter, ...]

    @property
    def command(self) -> str:
        """The command name: the function name with dashes."""
        return self.function.replace("_", "-")

    @cached_property
    def shown(self) -> dict[str, str]:
        """The parameter names as shown in the shell, such as `SRC` or `--band-a`, keyed by the names in Python."""
        return {
            **{each.name: each.name.upper() for each in self.arguments},
            **{each.name: f"--{each.dashed}" for each in self.options},
        }


@cache
def jobs() -> dict[str, Job]:
    """Return the core jobs, keyed by command name.

    A public function is a job if all its required values can be typed in a shell.
    """
    found = (_job(name) for name in core.MODULES if name.islower())
    return {job.command: job for job in found if job is not None}


def _job(name: str) -> Job | None:
    node = _definition(name)
    described = parse(ast.get_docstring(node) or "")
    positional = node.args.posonlyargs + node.args.args
    required = [*positional[: len(positional) - len(node.args.defaults)]]
    required += [each for each, default in zip(node.args.kwonlyargs, node.args.kw_defaults) if default is None]
    parameters = []
    for each in [*positional, *node.args.kwonlyargs]:
        kind, default, text = described.parameters.get(each.arg, ("", "", ""))
        parameters.append(Parameter(each.arg, text, default, each in required, option_type(kind, text)))
    if any(each.required and each.type is None for each in parameters):
        return None
    first = min(PATHS, len(positional))
    return Job(
        name,
        described.summary,
        described.paragraphs,
        tuple(parameters[:first]),
        tuple(each for each in parameters[first:] if each.type is not None),
    )


def _definition(name: str) -> ast.FunctionDef:
    """Return the syntax tree of a public function without importing its module."""
    module = f"{core.__name__}.{core.MODULES[name]}"
    spec = find_spec(module)
    source = spec.loader.get_source(module) if spec and isinstance(spec.loader, InspectLoader) else None
    for node in ast.parse(source or "").body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    raise LookupError(f"{module} does not define {name}")
