"""Run code in child processes that start quickly: they are forks of a process that has already done the imports."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

SERVER = """
for line in sys.stdin:
    child = os.fork()
    if not child:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
request = json.loads(line)
for number, path in enumerate((os.devnull, request["stdout"], request["stderr"])):
    os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
os.environ.update(request["environment"])
sys.argv[1:] = [request["arguments"]]
exec(request["code"])
"""
"""Code of the server process, which forks for each line it reads. A child leaves the loop, runs its code and exits."""


class Forks:
    """Runs child processes as forks of a server process that has run the code `prelude`.

    `prelude` must not open rasters or start threads. The children run one after another; each of them has its arguments
    as a string in `sys.argv[1]`.
    """

    def __init__(self, prelude: str) -> None:
        self._prelude = f"import json, os, sys\n{prelude}\n"
        self._server: subprocess.Popen[str] | None = None
        self._folder = tempfile.TemporaryDirectory()
        atexit.register(self._stop)

    def run(
        self, code: str, arguments: str, *, environment: dict[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run `code` in a child process with extra environment variables; return its exit code, stdout and stderr."""
        if self._server is None:
            self._server = self._start()
        stdout, stderr = (Path(self._folder.name, name) for name in ("stdout", "stderr"))
        request = {"code": code, "arguments": arguments, "environment": environment}
        print(
            json.dumps({**request, "stdout": str(stdout), "stderr": str(stderr)}), file=self._server.stdin, flush=True
        )
        if not select.select([self._server.stdout], [], [], timeout)[0]:
            self._stop()
            raise subprocess.TimeoutExpired(code, timeout)
        returncode = int(self._server.stdout.readline())
        texts = [path.read_text(errors="replace") for path in (stdout, stderr)]
        for path in (stdout, stderr):
            path.unlink()
        return subprocess.CompletedProcess(code, returncode, *texts)

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-X", "faulthandler", "-c", self._prelude + SERVER]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def _stop(self) -> None:
        """Kill the server process and, if a child is still running, the child."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.communicate()
            self._server = None
