"""Runs test suites, goes on after one that fails, and ends with one summary of all.

    scripts/test.py SUITE[+SUITE...]...

A suite is the target `test-SUITE` of the Makefile in the current folder, which runs pytest. Suites joined by "+" run
side by side; what each prints is shown when it has ended. The counts come from the reports that pytest writes to
`build/test/SUITE.xml`. The exit code is 1 if anything failed.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

REPORTS = Path("build/test")

LIMIT = 3600
"""Seconds after which a suite is taken to hang, and is ended."""

KILLED_AFTER = 20
"""Seconds that a suite has to tidy up when all are stopped; one that hears no interrupt is then killed."""

stopped = False
"""Whether a signal asked for the end. The signal's handler only sets this, since Python calls a handler between any two
steps of the main thread, those of starting a thread or a process among them; who waits for a suite looks at it."""


class Suite:
    """What became of a suite."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self.failed: list[str] = []
        self.skipped: Counter[str] = Counter()
        self.seconds = 0.0

    def fail(self, what: str) -> None:
        """Add what failed, once: a test can fail, and its fixtures after it."""
        if what not in self.failed:
            self.failed.append(what)
            self.counts["failed"] += 1

    def line(self) -> str:
        """Return name, outcome, counts and seconds."""
        word = "FAILED" if self.failed else "passed" if self.counts["passed"] else "skipped"
        return f"{self.name:<10} {word:<8} {in_words(self.counts):<40} {self.seconds:6.0f} s"


def main(names: list[str]) -> int:
    """Run the suites and return the exit code."""
    if not names:
        sys.exit(__doc__)
    REPORTS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    try:
        suites = [suite for name in names for suite in run_group(name.split("+"))]
    except KeyboardInterrupt:
        return 130
    summarise(suites, time.monotonic() - started)
    return 1 if any(suite.failed for suite in suites) else 0


def run_group(names: list[str]) -> list[Suite]:
    """Run suites side by side; a suite that is alone shows what it prints at once."""
    print(f"\n== {' and '.join(names)} ==", flush=True)
    if len(names) == 1:
        return [run(names[0])]
    with ThreadPoolExecutor(len(names)) as pool:
        return list(pool.map(run_quietly, names))


def run_quietly(name: str) -> Suite:
    """Run a suite, and show what it printed when it has ended."""
    log = REPORTS / f"{name}.log"
    with log.open("w") as file:
        suite = run(name, file)
    print(f"\n== {name} ==\n{log.read_text(errors='replace')}", flush=True)
    return suite


def run(name: str, output: IO[str] | None = None) -> Suite:
    """Run a suite to its end and read its report; its output goes to the terminal or to a file."""
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    suite = Suite(name)
    started = time.monotonic()
    # With the format xunit1 each test has its file.
    trouble = run_make(
        f"test-{name}", f"--junit-xml={shlex.quote(str(report.absolute()))} -o junit_family=xunit1", output
    )
    suite.seconds = time.monotonic() - started
    if report.exists():
        read_report(report, suite)
        if not suite.counts:
            trouble = "no test was run"
    else:
        trouble = trouble or "it left no report of its tests"
    if trouble and not suite.failed:
        suite.fail(f"{name}: {trouble}")
    return suite


def run_make(target: str, options: str, output: IO[str] | None) -> str:
    """Run a target of the Makefile, with options for its pytest; return what went wrong, if anything.

    The target's setup is left out: it was done before the first suite.
    """
    command = ["make", "--no-print-directory", "--old-file=setup", target]
    environment = {**os.environ, "PYTEST_ADDOPTS": f"{os.environ.get('PYTEST_ADDOPTS', '')} {options}"}
    files = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output and subprocess.STDOUT}
    # In a process group of its own, which Ctrl+C does not reach.
    with subprocess.Popen(command, env=environment, start_new_session=True, **files) as child:
        end = time.monotonic() + LIMIT
        while not has_ended(child, 0.1):
            if stopped:
                interrupt(child)
                raise KeyboardInterrupt
            if time.monotonic() > end:
                os.killpg(child.pid, signal.SIGKILL)
                return f"it was ended after {LIMIT} s"
    return f"make {target} ended with code {child.returncode}" if child.returncode else ""


def has_ended(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for a process to end, and return whether it did."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    return child.returncode is not None


def interrupt(child: subprocess.Popen[bytes]) -> None:
    """End a suite as Ctrl+C does, so that it tidies up."""
    os.killpg(child.pid, signal.SIGINT)
    if not has_ended(child, KILLED_AFTER):
        os.killpg(child.pid, signal.SIGKILL)


def stop(*_: object) -> None:
    """Ask for the end of what is running."""
    global stopped
    stopped = True


def read_report(report: Path, suite: Suite) -> None:
    """Count the tests of a report of pytest, in which a test comes again when its fixtures fail after it."""
    outcomes: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - our own file
        name, skip = test_name(case), case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            suite.fail(name)
        elif skip is None:
            outcomes[name] = "passed"
        elif skip.get("type") == "pytest.xfail":
            outcomes[name] = "expected to fail"
        else:
            outcomes[name] = "skipped"
            suite.skipped[skip.get("message", "")] += 1
    suite.counts.update(outcome for name, outcome in outcomes.items() if name not in suite.failed)


def test_name(case: ElementTree.Element) -> str:
    """Return a test's name as pytest takes it, or the file that could not be imported."""
    name, path, within = case.get("name", ""), case.get("file"), case.get("classname", "")
    if not path or not within:
        return path or name
    classes = within[len(path.removesuffix(".py")) :].strip(".")
    return "::".join([path, *classes.split("."), name] if classes else [path, name])


def summarise(suites: list[Suite], seconds: float) -> None:
    """Print what was skipped and why, what failed, a line for each suite, and the counts of all."""
    print("\n== summary ==")
    for suite in suites:
        for reason, number in suite.skipped.items():
            print(f"skipped    {suite.name}: {number} x {reason}")
    for suite in suites:
        for what in suite.failed:
            print(f"FAILED     {what}")
    for suite in suites:
        print(suite.line())
    counts = sum((suite.counts for suite in suites), Counter())
    print(f"{in_words(counts)} in {seconds:.0f} s", flush=True)


def in_words(counts: Counter[str]) -> str:
    """Return the counts of tests."""
    kinds = {"passed": 0, "failed": 0, "skipped": 0, **counts}
    return ", ".join(f"{number} {kind}" for kind, number in kinds.items())


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    sys.exit(main(sys.argv[1:]))
