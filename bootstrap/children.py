"""Processes that we start: a group and a log of their own, and an end that comes with ours, however we end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.messages import CannotStart
from bootstrap.places import CHECKOUT

POLL_SECONDS = 0.05
LAST_LINES = 15
# A log that is longer when its process starts gives way to a new one; one older is kept.
LOG_BYTES_MAX = 20_000_000


def guarded(command: Sequence[str], *, death_signal: str = "KILL", prefix: Sequence[str] = ()) -> list[str]:
    """The command, signalled by the kernel when the thread that started it ends, be it by kill -9.

    setpriv (util-linux) asks the kernel for it after any change of user, which would undo it, and then becomes the
    command: no process more. Start from the main thread, or from one that outlives the child.
    """
    if shutil.which("setpriv") is None:
        return [*prefix, *command]
    if prefix and prefix[0] == "setpriv":
        return [*prefix, "--pdeathsig", death_signal, *command]
    return [*prefix, "setpriv", "--pdeathsig", death_signal, *command]


@dataclass
class Child:
    """One process with its group. `ready` is asked until it says yes; `end_signal` ends it in order."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    ready: Callable[[Child], bool]
    cwd: Path = CHECKOUT
    prefix: Sequence[str] = ()
    end_signal: signal.Signals = signal.SIGTERM
    death_signal: str = "KILL"
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _log_start: int = 0

    def launch(self) -> None:
        """Start it and return at once; `wait_until_ready` does the waiting."""
        assert not self.alive, f"{self.name} runs already"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                guarded(self.command, death_signal=self.death_signal, prefix=self.prefix),
                env=dict(self.env),
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self, seconds_max: float = 60) -> None:
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            if not self.alive:
                raise CannotStart(f"{self.name} ended while it started; {self.last_words()}")
            if self.ready(self):
                return
            time.sleep(POLL_SECONDS)
        raise CannotStart(f"{self.name} did not answer within {seconds_max:.0f} s; {self.last_words()}")

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL to the whole group, and wait: nothing of it is left afterwards."""
        self._signal_group(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def ask_to_end(self) -> None:
        if self._process is not None and self.alive:
            self._process.send_signal(self.end_signal)

    def end(self, seconds_max: float = 10) -> None:
        """In order when it listens, by force when it doesn't."""
        self.ask_to_end()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds_max)
            self.kill()

    def output(self) -> str:
        """What it wrote since it was started last."""
        with contextlib.suppress(FileNotFoundError), self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")
        return ""

    def last_words(self) -> str:
        lines = self.output().strip().splitlines()[-LAST_LINES:]
        return f"the end of {self.log}:\n" + "\n".join(f"    {line}" for line in lines)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


def end_together(children: Sequence[Child], seconds_max: float = 10) -> None:
    """Ask all at once, then see each one off; the wait is that of the slowest, not the sum."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + seconds_max
    for child in children:
        child.end(max(0.1, deadline - time.monotonic()))
