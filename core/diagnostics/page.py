"""Results of the installation check as an HTML page and as log lines."""

from __future__ import annotations

from collections.abc import Iterator

from ..dependencies import SYSTEMS, this_system
from ..report.html import escape, page, section, value_table
from .findings import Finding
from .installation import Installation

TITLE = "Check installation"


def verdict(installation: Installation) -> str:
    """Return the outcome of the installation check as a short text."""
    count = sum(finding.level == "problem" for finding in installation.findings)
    if installation.ok:
        return "No problems found. The algorithms can run."
    problems, them = ("problem", "it") if count == 1 else ("problems", "them")
    return f"{count} {problems} found. Fix {them} to run the algorithms."


def installation_page(installation: Installation) -> str:
    """Return the HTML page of an installation check: verdict, findings and how to fix them, versions and limits."""
    issues = [finding for finding in installation.findings if finding.level != "fine"]
    fine = "<br>".join(escape(finding.text) for finding in installation.findings if finding.level == "fine")
    boxes = [_finding(finding) for finding in issues]
    findings = section("Findings", *boxes, f'<div class="finding"><b>OK.</b><br>{fine}</div>' if fine else "")
    tables = (section(title, value_table(table)) for title, table in installation.tables.items())
    return page(TITLE, verdict(installation), findings, *tables)


def installation_lines(installation: Installation) -> Iterator[tuple[str, str]]:
    """Yield pairs of level and text for the log: one per table and finding, and the verdict last."""
    for title, table in installation.tables.items():
        yield "fine", f"{title}: " + "; ".join(f"{name} {value}" for name, value in table.items())
    here = this_system()
    for finding in installation.findings:
        # Texts about missing packages already contain the command for this system.
        way = finding.ways.get(here, "")
        yield finding.level, finding.text + (f" Fix it with: {way}" if way and way not in finding.text else "")
    yield "fine" if installation.ok else "problem", verdict(installation)


def _finding(finding: Finding) -> str:
    label = {"problem": "Problem", "advice": "Advice"}[finding.level]
    ways = {SYSTEMS[system]: way for system, way in finding.ways.items()}
    table = value_table(ways, here=SYSTEMS.get(this_system(), ""))
    return f'<div class="finding {finding.level}"><b>{label}.</b> {escape(finding.text)}{table}</div>'
