"""The result of the check of an installation, for reading: a page, and the same in a few lines for a log."""

from __future__ import annotations

from collections.abc import Iterator

from ..dependencies import SYSTEMS, this_system
from ..report.html import escape, page, section, value_table
from .findings import Finding
from .installation import Installation

TITLE = "Check installation"


def verdict(installation: Installation) -> str:
    """Return the outcome in one sentence."""
    count = sum(finding.level == "problem" for finding in installation.findings)
    if installation.ok:
        return "This installation is sound; the algorithms will run."
    return f"{count} problem{'s' if count > 1 else ''} to mend before the algorithms will run."


def installation_page(installation: Installation) -> str:
    """Return the HTML page of an installation: the verdict, the findings with ways to mend them, and all facts."""
    wanting = [finding for finding in installation.findings if finding.level != "fine"]
    fine = "<br>".join(escape(finding.text) for finding in installation.findings if finding.level == "fine")
    boxes = [_finding(finding) for finding in wanting]
    findings = section("Findings", *boxes, f'<div class="finding"><b>Fine.</b><br>{fine}</div>' if fine else "")
    facts = (section(title, value_table(table)) for title, table in installation.facts.items())
    return page(TITLE, verdict(installation), findings, *facts)


def installation_lines(installation: Installation) -> Iterator[tuple[str, str]]:
    """Yield the facts, the findings and the verdict as lines of a log, each with the level of its finding."""
    for title, table in installation.facts.items():
        yield "fine", f"{title}: " + "; ".join(f"{name} {value}" for name, value in table.items())
    here = this_system()
    for finding in installation.findings:
        # A text that names the way for this system already, as those of packages do, needs no second one.
        way = finding.ways.get(here, "")
        yield finding.level, finding.text + (f" Mend it with: {way}" if way and way not in finding.text else "")
    yield "fine" if installation.ok else "problem", verdict(installation)


def _finding(finding: Finding) -> str:
    words = {"problem": "Problem", "advice": "Advice"}[finding.level]
    ways = {SYSTEMS[system]: way for system, way in finding.ways.items()}
    table = value_table(ways, here=SYSTEMS.get(this_system(), ""))
    return f'<div class="finding {finding.level}"><b>{words}.</b> {escape(finding.text)}{table}</div>'
