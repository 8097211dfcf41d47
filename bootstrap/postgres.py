"""The embedded PostgreSQL: one cluster in a folder of ours, its roles and databases."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from bootstrap.children import Child
from bootstrap.messages import CannotStart
from bootstrap.places import DatabaseHome, database_home, instance_of, make_private
from bootstrap.postgres_programs import copy_for_other_user, find_programs

OWNER, APPLICATION = "outpost_owner", "outpost_app"
_BUILTIN_LOCALE_SINCE = 17
# Enough for two web workers, the jobs and the sandbox with their pools, and for tests of 200 concurrent payers.
CONNECTIONS_MAX = 300
_STOPPED_AT_ONCE = "pre-existing shared memory block"


class Cluster:
    """One PostgreSQL cluster that belongs to us alone: a private unix socket, no network, fsync on."""

    def __init__(self, *, data: Path, site_packages: Path, log: Path) -> None:
        self.data = data
        self.home: DatabaseHome = database_home(data)
        self.programs = find_programs(site_packages)
        self.log = log
        self.cluster = self.home.folder / "cluster"
        self.child: Child | None = None

    def start(self) -> Child:
        """Make the cluster if there is none, end a leftover of a killed launcher, start, and wait until it answers."""
        self._prepare()
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        end_leftover(self.cluster)
        self.child = self._child()
        self.launch()
        return self.child

    def launch(self) -> None:
        """Start; after a kill -9 the old backends need a moment to notice, so try a few times."""
        assert self.child is not None
        for _ in range(20):
            self.child.launch()
            try:
                self.child.wait_until_ready()
            except CannotStart:
                if _STOPPED_AT_ONCE not in self.child.output():
                    raise
                time.sleep(0.25)
            else:
                return
        raise CannotStart(f"the database's old processes don't end; {self.child.last_words()}")

    def stop(self) -> None:
        if self.child is not None:
            self.child.end(30)

    def remove(self) -> None:
        """Delete the whole cluster. There is no way back."""
        end_leftover(self.cluster)
        shutil.rmtree(self.home.folder, ignore_errors=True)

    def url(self, *, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={self.home.sockets}"

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """Run statements as the superuser, each in a transaction of its own, and return what they print."""
        psql = self.programs.path("psql")
        command = [psql if Path(psql).exists() else "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", str(self.home.sockets), "-U", "postgres", "-d", database]
        done = subprocess.run(
            command, input=";\n".join((*statements, "")), env=_clean_env(), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise CannotStart(f"PostgreSQL refused: {done.stderr.strip()}")
        return done.stdout.strip()

    def make_roles_and_databases(self, databases: Sequence[str]) -> None:
        """outpost_owner owns the databases; outpost_app may log in and owns nothing. Safe to repeat."""
        there = set(self.sql("SELECT rolname FROM pg_roles UNION SELECT datname FROM pg_database").splitlines())
        wanted = {
            OWNER: f"CREATE ROLE {OWNER} LOGIN CREATEDB",
            APPLICATION: f"CREATE ROLE {APPLICATION} LOGIN",
            **{name: f"CREATE DATABASE {name} OWNER {OWNER}" for name in databases},
        }
        missing = [statement for name, statement in wanted.items() if name not in there]
        if missing:
            self.sql(*missing)

    def _prepare(self) -> None:
        user_id = self.home.user_id
        if user_id is not None:
            self._forget_an_earlier_instance()
            self.programs = copy_for_other_user(self.programs)
        for folder in (self.home.folder, self.home.sockets):
            make_private(folder)
            if user_id is not None:
                shutil.chown(folder, user_id)

    def _forget_an_earlier_instance(self) -> None:
        """Root's cluster lies outside the data folder; when that was deleted, its keys went, and the cluster is useless."""
        mark, ours = self.home.folder / "belongs-to", f"{instance_of(self.data)}\n{self.data}\n"
        if self.home.folder.exists() and (not mark.exists() or mark.read_text() != ours):
            self.remove()
        make_private(self.home.folder)
        mark.write_text(ours)
        link = self.data / "postgresql"
        link.unlink(missing_ok=True)
        link.symlink_to(self.home.folder)

    def _initialise(self) -> None:
        locale = ["--locale=C.UTF-8", "--encoding=UTF8"]
        if self.programs.major >= _BUILTIN_LOCALE_SINCE:
            locale.insert(0, "--locale-provider=builtin")
        command = [*self.home.prefix, self.programs.path("initdb"), "-D", str(self.cluster), "-U", "postgres"]
        command += [*locale, "--auth-local=trust", "--auth-host=reject"]
        done = subprocess.run(
            command, cwd=self.home.folder, env=_clean_env(), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            shutil.rmtree(self.cluster, ignore_errors=True)  # half a cluster would be taken for a whole one
            raise CannotStart(f"the database could not be made:\n{done.stdout}{done.stderr}".strip())

    def _check_version(self) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        if made_by != str(self.programs.major):
            raise CannotStart(
                f"{self.cluster} was made by PostgreSQL {made_by}, but version {self.programs.major} is installed.\n"
                "Install that version again to read it, or start over with ./run --reset (deletes the data)."
            )

    def _child(self) -> Child:
        settings = {
            "unix_socket_directories": str(self.home.sockets),
            "listen_addresses": "",
            "max_connections": str(CONNECTIONS_MAX),
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Child(
            name="PostgreSQL",
            command=[self.programs.path("postgres"), "-D", str(self.cluster), *options],
            env=_clean_env(),
            log=self.log,
            ready=lambda child: _says_ready(self.cluster, child.pid),
            cwd=self.home.folder,
            prefix=self.home.prefix,
            end_signal=signal.SIGINT,  # "fast": ends sessions, keeps what is committed
            death_signal="INT",
        )


def end_leftover(cluster: Path) -> None:
    """End the postmaster of a launcher that was killed. The caller holds the data folder's lock: nobody else uses it."""
    pid = _postmaster_pid(cluster)
    if pid is None:
        return
    if not _is_postmaster_of(pid, cluster):
        # Another program has its number now (usual in containers), and PostgreSQL would refuse to start beside it.
        if Path(f"/proc/{pid}").exists():
            (cluster / "postmaster.pid").unlink(missing_ok=True)
        return
    os.kill(pid, signal.SIGINT)
    for attempt in range(600):
        if not _is_postmaster_of(pid, cluster):
            return
        if attempt == 300:  # noqa: PLR2004 - half of the time above
            os.kill(pid, signal.SIGQUIT)
        time.sleep(0.05)
    raise CannotStart(f"an earlier database process ({pid}) does not end; end it with: kill -9 {pid}")


def _postmaster_pid(cluster: Path) -> int | None:
    try:
        return int((cluster / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _is_postmaster_of(pid: int, cluster: Path) -> bool:
    """A postmaster works in its cluster's folder."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == cluster.resolve()
    except OSError:
        return False


def _says_ready(cluster: Path, pid: int) -> bool:
    """The first line of postmaster.pid is whose it is, the eighth the state: a killed one leaves "ready" behind."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - its eighth line


def _clean_env() -> dict[str, str]:
    """PostgreSQL's own variables of the person who starts us would change what initdb and psql do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8"}
