"""Start and stop a one-node SLURM cluster on the loopback interface, using the programs from Debian's packages."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import kit

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scancel", "squeue")
CPUS = 4

CONFIGURATION = """
ClusterName=parallelraster
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={controller_port}
SlurmdPort={node_port}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=1,sched_interval=2
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=1500 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Return the reason why SLURM cannot be started on this machine, or an empty string if SLURM can be started."""
    for program in PROGRAMS:
        if not shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
            return f"{program} is not installed (make test-cluster)"
    if os.geteuid():
        return "slurmd needs root"
    if not os.path.ismount("/sys/fs/cgroup"):
        return "slurmd needs a file system mounted on /sys/fs/cgroup"
    return ""


class Slurm:
    """The processes munged, slurmctld and slurmd; all are stopped at the end of the `with` block."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf"),
                            "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}  # fmt: skip
        self._processes = []

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(self._stop)
            self._start_all()
            stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stop()

    def _start_all(self):
        munge = self.folder / "munge"
        for name in ("munge", "state", "spool"):
            (self.folder / name).mkdir(mode=0o700)
        (munge / "key").write_bytes(os.urandom(1024))
        (munge / "key").chmod(0o600)
        text = CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], folder=self.folder, cpus=CPUS,
            controller_port=kit.free_port(), node_port=kit.free_port(),
        )  # fmt: skip
        (self.folder / "slurm.conf").write_text(text)
        # With --force, munged accepts that the folders above belong to the user who runs the tests.
        self._start("munged", "--foreground", "--force", f"--key-file={munge}/key", f"--socket={munge}/socket",
                    f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed")  # fmt: skip
        kit.wait_until((munge / "socket").exists, what="munged")
        self._start("slurmctld", "-D")
        self._start("slurmd", "-D")
        kit.wait_until(self._is_ready, what="SLURM's node")

    def _is_ready(self):
        ended = [process.args[0] for process in self._processes if process.poll() is not None]
        assert not ended, f"{ended} ended right after the start: {(self.folder / 'slurmd.log').read_text()[-1000:]}"
        return "idle" in self.ask("sinfo", "--noheader", "--format=%T")

    def _start(self, *command):
        with open(self.folder / f"{command[0]}.out", "wb") as log:
            self._processes.append(
                subprocess.Popen(command, stdout=log, stderr=log, env=self.environment, start_new_session=True)
            )

    def ask(self, *command):
        """Run a SLURM command and return its output."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120).stdout

    def jobs(self):
        """Return the IDs of the waiting and running jobs."""
        return self.ask("squeue", "--noheader", "--format=%i").split()

    def servers(self):
        """Return the process IDs of SLURM's daemons, but not those of its jobs."""
        return [process.pid for process in self._processes]

    def _stop(self):
        if self.jobs():
            self.ask("scancel", "--user=root")
            with contextlib.suppress(AssertionError):
                kit.wait_until(lambda: not self.jobs(), 20)
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
