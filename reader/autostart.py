"""`install` and `uninstall`: the component starts with each sign-in of this person, as each system has it done."""

import os
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

from reader.places import NAME, state_folder

FILE = f"{NAME}.pyz"
UNIT = f"{NAME}.service"
AGENT = "tw.outpost.reader"
RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
RUN_VALUE = "OutpostReader"
# The exit status of a port that is taken: starting again would not free it.
PORT_TAKEN = 2


def run_command(command: Sequence[str]) -> int:
    """Its exit status; 127 when there is no such command."""
    try:
        return subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode  # noqa: S603 - words of this module
    except OSError:
        return 127


@dataclass(frozen=True)
class Computer:
    """Where we are. `run` starts a command and gives its exit status."""

    platform: str = sys.platform
    home: Path = field(default_factory=Path.home)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    python: str = sys.executable
    user_id: int = field(default_factory=lambda: os.getuid() if hasattr(os, "getuid") else 0)
    run: Callable[[Sequence[str]], int] = run_command

    @property
    def folder(self) -> Path:
        return state_folder(environ=self.environ, platform=self.platform, home=self.home)

    @property
    def unit(self) -> Path:
        config = Path(self.environ.get("XDG_CONFIG_HOME") or self.home / ".config")
        return config / "systemd" / "user" / UNIT

    @property
    def agent(self) -> Path:
        return self.home / "Library" / "LaunchAgents" / f"{AGENT}.plist"


def install(package: Path, options: Sequence[str], computer: Computer) -> list[str]:
    """Keep a copy of the package, have it started at each sign-in with these options, start it now. Says what didn't work."""
    kept = computer.folder / FILE
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (kept.exists() and kept.samefile(package)):
        shutil.copyfile(package, kept)
    entries = {"win32": _install_on_windows, "darwin": _install_on_macos}
    return entries.get(computer.platform, _install_on_linux)(kept, options, computer)


def uninstall(computer: Computer) -> list[str]:
    """Nothing stays: neither the entry, nor the copy, nor the pairings."""
    entries = {"win32": _uninstall_on_windows, "darwin": _uninstall_on_macos}
    failed = entries.get(computer.platform, _uninstall_on_linux)(computer)
    shutil.rmtree(computer.folder, ignore_errors=True)
    return failed


def unit_text(command: Sequence[str]) -> str:
    """A systemd user unit. It opens no socket but to this computer, writes no core dump, and gains no rights."""
    return f"""[Unit]
Description=Card reader component of Outpost
Documentation=http://127.0.0.1:8002/
ConditionUser=!@system

[Service]
ExecStart={" ".join(map(_unit_word, command))}
Restart=on-failure
RestartSec=5
RestartPreventExitStatus={PORT_TAKEN}
NoNewPrivileges=yes
LimitCORE=0
RestrictAddressFamilies=AF_UNIX AF_INET
UMask=0077

[Install]
WantedBy=default.target
"""


def _install_on_linux(kept: Path, options: Sequence[str], computer: Computer) -> list[str]:
    computer.unit.parent.mkdir(parents=True, exist_ok=True)
    computer.unit.write_text(unit_text([computer.python, "-I", str(kept), *options]), encoding="utf-8")
    systemctl = ["systemctl", "--user"]
    return _failed(
        computer, [[*systemctl, "daemon-reload"], [*systemctl, "enable", UNIT], [*systemctl, "restart", UNIT]]
    )


def _uninstall_on_linux(computer: Computer) -> list[str]:
    failed = _failed(computer, [["systemctl", "--user", "disable", "--now", UNIT]])
    computer.unit.unlink(missing_ok=True)
    return failed + _failed(computer, [["systemctl", "--user", "daemon-reload"]])


def _install_on_macos(kept: Path, options: Sequence[str], computer: Computer) -> list[str]:
    entry = {
        "Label": AGENT,
        "ProgramArguments": [computer.python, "-I", str(kept), *options],
        "RunAtLoad": True,
        "KeepAlive": {"Crashed": True},
        "HardResourceLimits": {"Core": 0},
        "ProcessType": "Interactive",
    }
    computer.agent.parent.mkdir(parents=True, exist_ok=True)
    computer.agent.write_bytes(plistlib.dumps(entry))
    domain = f"gui/{computer.user_id}"
    computer.run(["launchctl", "bootout", f"{domain}/{AGENT}"])  # one of before; there is none the first time
    return _failed(computer, [["launchctl", "bootstrap", domain, str(computer.agent)]])


def _uninstall_on_macos(computer: Computer) -> list[str]:
    failed = _failed(computer, [["launchctl", "bootout", f"gui/{computer.user_id}/{AGENT}"]])
    computer.agent.unlink(missing_ok=True)
    return failed


def _install_on_windows(kept: Path, options: Sequence[str], computer: Computer) -> list[str]:
    # The Python that opens no window stands beside the one that does.
    windowless = str(PureWindowsPath(computer.python).with_name("pythonw.exe"))
    command = [windowless, "-I", str(kept), *options]
    line = subprocess.list2cmdline(command)
    entry = ["reg.exe", "add", RUN_KEY, "/v", RUN_VALUE, "/t", "REG_SZ", "/d", line, "/f"]
    return _failed(computer, [entry, ["cmd.exe", "/c", "start", "", *command]])


def _uninstall_on_windows(computer: Computer) -> list[str]:
    return _failed(computer, [["reg.exe", "delete", RUN_KEY, "/v", RUN_VALUE, "/f"]])


def _failed(computer: Computer, commands: Sequence[Sequence[str]]) -> list[str]:
    """Those that did not succeed, as one would type them."""
    return [subprocess.list2cmdline(command) for command in commands if computer.run(command) != 0]


def _unit_word(word: str) -> str:
    """systemd reads %, $ and \\ in a command; a word with a space or a quote stands in quotes."""
    escaped = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$").replace('"', '\\"')
    return f'"{escaped}"' if set(escaped) & set(" \t'\"") else escaped
