"""Code in child processes that need not import anything first: they are forks of one process that has done so."""

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
"""Forks for each line. A fork leaves the loop, and ends as every Python does when its code has ended."""


class Forks:
    """Child processes that begin where `prelude` has ended, which must open no raster and start no thread.

    They run one after another, and find their arguments, a text, in `sys.argv[1]`.
    """

    def __init__(self, prelude: str) -> None:
        self._prelude = f"import json, os, sys\n{prelude}\n"
        self._server: subprocess.Popen[str] | None = None
        self._folder = tempfile.TemporaryDirectory()
        atexit.register(self._end)

    def run(
        self, code: str, arguments: str, *, environment: dict[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run `code` to its end, with these variables of the environment beside those that are there."""
        if self._server is None:
            self._server = self._started()
        stdout, stderr = (Path(self._folder.name, name) for name in ("stdout", "stderr"))
        request = {"code": code, "arguments": arguments, "environment": environment}
        print(
            json.dumps({**request, "stdout": str(stdout), "stderr": str(stderr)}), file=self._server.stdin, flush=True
        )
        if not select.select([self._server.stdout], [], [], timeout)[0]:
            self._end()
            raise subprocess.TimeoutExpired(code, timeout)
        returncode = int(self._server.stdout.readline())
        texts = [path.read_text(errors="replace") for path in (stdout, stderr)]
        for path in (stdout, stderr):
            path.unlink()
        return subprocess.CompletedProcess(code, returncode, *texts)

    def _started(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-X", "faulthandler", "-c", self._prelude + SERVER]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def _end(self) -> None:
        """End the server, and what is left of a child that hangs."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.communicate()
            self._server = None
