"""Run test suites, continue after failures, and print a summary of all suites.

    scripts/test.py SUITE[+SUITE...]...

A suite is the target `test-SUITE` of the Makefile in the current folder, which runs pytest. Suites joined by "+" run in
parallel; the output of each suite is shown when the suite has ended. The test counts come from the reports that pytest
writes to `build/test/SUITE.xml`. The exit code is 1 if anything failed.
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
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO

REPORTS = Path("build/test")

LIMIT = 3600
"""Seconds after which a suite is considered to be hanging and is killed."""

KILLED_AFTER = 20
"""Seconds after which an interrupted suite is killed if it is still running."""

stopped = False
"""True after a signal to stop. The signal handler only sets this flag, because Python may call it at any point of the
main thread, even while a thread or process is being started. The loop that waits for a suite checks the flag."""


class Suite:
    """Result of a suite: test counts, failed tests, reasons why tests were skipped, and duration."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self.failed: list[str] = []
        self.skipped: Counter[str] = Counter()
        self.seconds = 0.0

    def fail(self, what: str) -> None:
        """Add a failed test unless it has already been added: a test and its fixtures can fail separately."""
        if what not in self.failed:
            self.failed.append(what)
            self.counts["failed"] += 1

    def line(self) -> str:
        """Return the summary line of the suite: name, outcome, test counts and duration in seconds."""
        word = "FAILED" if self.failed else "passed" if self.counts["passed"] else "skipped"
        return f"{self.name:<10} {word:<8} {format_counts(self.counts):<40} {self.seconds:6.0f} s"


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
    """Run suites in parallel; if there is only one, its output is shown immediately."""
    print(f"\n== {' and '.join(names)} ==", flush=True)
    if len(names) == 1:
        return [run(names[0])]
    with ThreadPoolExecutor(len(names)) as pool:
        suites = [pool.submit(run_quietly, name) for name in names]
        while wait(suites, 0.5).not_done:  # a wait without a time limit can miss a signal that arrives as it begins
            pass
        return [each.result() for each in suites]


def run_quietly(name: str) -> Suite:
    """Run a suite and print its output when it has ended."""
    log = REPORTS / f"{name}.log"
    with log.open("w") as file:
        suite = run(name, file)
    print(f"\n== {name} ==\n{log.read_text(errors='replace')}", flush=True)
    return suite


def run(name: str, output: IO[str] | None = None) -> Suite:
    """Run a suite and read its report; the suite's output goes to `output`, or to the terminal if `output` is None."""
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    suite = Suite(name)
    started = time.monotonic()
    # The format xunit1 contains the file of each test.
    problem = run_make(
        f"test-{name}", f"--junit-xml={shlex.quote(str(report.absolute()))} -o junit_family=xunit1", output
    )
    suite.seconds = time.monotonic() - started
    if report.exists():
        read_report(report, suite)
        if not suite.counts:
            problem = "no test was run"
    else:
        problem = problem or "the suite ended without a test report"
    if problem and not suite.failed:
        suite.fail(f"{name}: {problem}")
    return suite


def run_make(target: str, options: str, output: IO[str] | None) -> str:
    """Run a Makefile target with options for pytest; return an error message, empty on success.

    The target `setup` is skipped, because it ran before the first suite.
    """
    command = ["make", "--no-print-directory", "--old-file=setup", target]
    environment = {**os.environ, "PYTEST_ADDOPTS": f"{os.environ.get('PYTEST_ADDOPTS', '')} {options}"}
    files = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output and subprocess.STDOUT}
    # A separate session, so that Ctrl+C does not reach the suite directly.
    with subprocess.Popen(command, env=environment, start_new_session=True, **files) as child:
        end = time.monotonic() + LIMIT
        while not has_ended(child, 0.1):
            if stopped:
                interrupt(child)
                raise KeyboardInterrupt
            if time.monotonic() > end:
                os.killpg(child.pid, signal.SIGKILL)
                return f"the suite was killed after {LIMIT} s"
    return f"make {target} exited with code {child.returncode}" if child.returncode else ""


def has_ended(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait up to `seconds` for a process to end; return whether it ended."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    return child.returncode is not None


def interrupt(child: subprocess.Popen[bytes]) -> None:
    """Interrupt a suite as Ctrl+C would, so that it cleans up; kill it if it does not end in time."""
    os.killpg(child.pid, signal.SIGINT)
    if not has_ended(child, KILLED_AFTER):
        os.killpg(child.pid, signal.SIGKILL)


def stop(*_: object) -> None:
    """Handle a signal: set the flag that stops all suites."""
    global stopped
    stopped = True


def read_report(report: Path, suite: Suite) -> None:
    """Count the tests in a pytest report, each only once: a test whose teardown fails is listed twice."""
    outcomes: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by pytest
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
    """Return the pytest node id of a test, or the path of a test file that could not be imported."""
    name, path, module = case.get("name", ""), case.get("file"), case.get("classname", "")
    if not path or not module:
        return path or name
    classes = module[len(path.removesuffix(".py")) :].strip(".")
    return "::".join([path, *classes.split("."), name] if classes else [path, name])


def summarise(suites: list[Suite], seconds: float) -> None:
    """Print the reasons why tests were skipped, the failed tests, a line for each suite, and the total test counts."""
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
    print(f"{format_counts(counts)} in {seconds:.0f} s", flush=True)


def format_counts(counts: Counter[str]) -> str:
    """Return test counts as a string, e.g. "3 passed, 0 failed, 1 skipped"."""
    kinds = {"passed": 0, "failed": 0, "skipped": 0, **counts}
    return ", ".join(f"{number} {kind}" for kind, number in kinds.items())


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    sys.exit(main(sys.argv[1:]))
