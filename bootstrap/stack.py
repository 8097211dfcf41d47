"""A whole run as one object: databases, web, worker, beat, sandbox and reader; for ./run and for tests that kill processes."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from bootstrap.children import Child, end_together
from bootstrap.environment import foreign, stack_environment
from bootstrap.keys import keep_keys
from bootstrap.members import DIRECT, MEMBERS, PCSC, PORTAL_SETTINGS, make_member, reader_state
from bootstrap.messages import CannotStart, Step
from bootstrap.places import CHECKOUT, check_ours, make_private
from bootstrap.ports import LOOPBACK, Ports
from bootstrap.preparation import Preparation, Seeds
from bootstrap.services import DATABASE_VARIABLES, Services, database_is_given
from bootstrap.venv import Environment

# What a run leaves in its data folder; --reset deletes these and nothing else.
_LEFT_BEHIND = ("postgresql", "valkey", "run", "logs", "static", "clock", "beat-schedule*", "prepared.json", "keys.json",
                "instance", "pcsc", "reader", "packages")  # fmt: skip


class Stack:
    """Start from the main thread: the processes end when the thread that started them does.

    >>> stack = Stack(data=tmp_path, ports=Ports.free())
    >>> stack.start()
    >>> stack.process("worker").kill(); stack.restart("worker"); stack.wipe_redis()
    >>> stack.url("web")
    'http://127.0.0.1:40123'
    >>> stack.stop()
    """

    def __init__(
        self,
        *,
        data: Path,
        ports: Ports | None = None,
        chosen: Mapping[str, str] | None = None,
        members: Sequence[str] = MEMBERS,
        environment: Environment | None = None,
        reader_transport: str = DIRECT,
    ) -> None:
        """`chosen` are variables that win over the usual ones; without it nothing of ours leaks in from outside.

        With `reader_transport` "pcsc" there is a process "pcscd" too, and cards plug into its virtual reader.
        """
        self.data = data
        self.ports = ports or Ports.free()
        self.members = [name for name in MEMBERS if name in members]
        if reader_transport == PCSC:
            self.members.insert(self.members.index("reader"), "pcscd")
        self.seeds = Seeds()
        self.env: dict[str, str] = {}
        self._chosen = {**foreign(), **(chosen or {})}
        self._venv = environment or Environment()
        self._reader_transport = reader_transport
        self._services: Services | None = None
        self._children: dict[str, Child] = {}
        self._lock: IO[str] | None = None

    def __enter__(self) -> Stack:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def claim(self) -> None:
        """Make the data folder and the ports ours, or say who has them: known before anything long begins."""
        database_is_given(self._chosen)  # a part of the addresses is a mistake
        self._take_lock()
        self.ports.check_free()

    def start(self) -> None:
        """All of it, up and answering; on any failure nothing of it is left running."""
        try:
            self.claim()
            self._start_services()
            self.seeds = self._preparation().run()
            self._build_packages()
            self._start_members()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every process, in order where it listens. Safe to repeat."""
        end_together(list(reversed(self._children.values())))
        if self._services is not None:
            self._services.stop()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def reset(self) -> None:
        """Delete what earlier runs left in the data folder. There is no way back."""
        self._take_lock()
        Services(data=self.data, site_packages=self._venv.site_packages, given=self._chosen).remove()
        for path in list(self.data.iterdir()):
            if not any(path.match(name) for name in _LEFT_BEHIND):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop, and leave nothing on the disk: the end of a test's stack."""
        self.stop()
        self.reset()
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def process(self, name: str) -> Child:
        """web, worker, beat, sandbox, reader; postgres, valkey where they are ours."""
        return self.processes[name]

    @property
    def processes(self) -> dict[str, Child]:
        services = self._services.children if self._services is not None else {}
        return {**services, **self._children}

    def restart(self, name: str) -> None:
        """End it if it still lives, start it again, and wait until it answers."""
        self.process(name).end()
        if name == "postgres":
            assert self._services is not None
            assert self._services.cluster is not None
            self._services.cluster.launch()
        else:
            self.process(name).launch()
            self.process(name).wait_until_ready()

    def wipe_redis(self) -> None:
        assert self._services is not None, "not started"
        assert self._services.valkey is not None, "the Redis is not ours to wipe"
        self._services.valkey.wipe()

    def url(self, name: str) -> str:
        """Of web and sandbox over HTTP, of the reader over WebSocket."""
        return self.env["READER_URL"] if name == "reader" else f"http://{LOOPBACK}:{getattr(self.ports, name)}"

    @functools.cached_property
    def pairing(self) -> dict[str, str]:
        """`pairing` and `secret` with which a browser may use the reader from the portal's pages, as its storage keeps them."""
        words = ["reader", "pair", "--origin", self.env["PORTAL_URL"], "--state-dir", str(reader_state(self.data))]
        found: dict[str, str] = json.loads(self._module(*words))
        return found

    def manage(self, *words: str, settings: str = PORTAL_SETTINGS, owner: bool = False) -> str:
        """`manage.py` with the stack's environment; its standard output."""
        return self._preparation().manage(*words, settings=settings, owner=owner)

    @property
    def database_folder(self) -> Path | None:
        """Where the embedded database really lies; none when it is somebody else's."""
        cluster = self._services.cluster if self._services is not None else None
        return cluster.home.folder if cluster is not None else None

    def _start_services(self) -> None:
        given = {name: self._chosen[name] for name in (*DATABASE_VARIABLES, "REDIS_URL") if self._chosen.get(name)}
        self._services = Services(data=self.data, site_packages=self._venv.site_packages, given=given)
        with Step("PostgreSQL and Valkey"):
            self._services.start()
        make_private(self.data / "static")
        self.env = stack_environment(
            ports=self.ports,
            data=self.data,
            keys=keep_keys(self.data),
            services=self._services.env,
            chosen=self._chosen,
        )

    def _build_packages(self) -> None:
        """What customers install, for the portal of this run. Files that are there already stay as they are.

        None is built for a portal whose pages could be changed on their way: no real card belongs there.
        """
        portal = urlsplit(self.env["PORTAL_URL"])
        is_safe = portal.scheme == "https" or portal.hostname in {LOOPBACK, "localhost"}
        if is_safe and self.env["READER_PACKAGES"] == str(self.data / "packages"):
            self._module("reader.package", "--out", self.env["READER_PACKAGES"], "--origin", self.env["PORTAL_URL"])

    def _module(self, *words: str) -> str:
        """`python -m`; its standard output. Raises CannotStart with what it said."""
        command = [str(self._venv.python), "-m", *words]
        done = subprocess.run(command, cwd=CHECKOUT, env=foreign(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CannotStart(f"python -m {' '.join(words)} failed:\n{done.stderr.strip()}")
        return done.stdout

    def _preparation(self) -> Preparation:
        theirs = self._services is None or self._services.cluster is None
        return Preparation(python=self._venv.python, data=self.data, env=self.env, always=theirs)

    def _start_members(self) -> None:
        with Step(", ".join(self.members)):
            for name in self.members:
                self._children[name] = self._member(name)
                self._children[name].launch()
            for child in self._children.values():
                child.wait_until_ready()

    def _member(self, name: str) -> Child:
        return make_member(
            name,
            python=self._venv.python,
            ports=self.ports,
            data=self.data,
            env=self.env,
            reader_transport=self._reader_transport,
        )

    def _take_lock(self) -> None:
        """One launcher a data folder; the kernel gives the lock back however we end."""
        if self._lock is not None:
            return
        check_ours(self.data)
        make_private(self.data)
        lock = (self.data / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise CannotStart(
                f"Outpost runs already with the data in {self.data} (process {holder}).\n"
                "Stop it first, or choose another folder: OUTPOST_DATA=/some/folder ./run"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
