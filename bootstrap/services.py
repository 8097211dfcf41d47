"""PostgreSQL and Valkey for a run or for tests: embedded ones, or those that the environment names."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from bootstrap.children import Child
from bootstrap.messages import CannotStart
from bootstrap.places import make_private, socket_folder
from bootstrap.postgres import APPLICATION, OWNER, Cluster
from bootstrap.valkey import Valkey

DATABASE_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "SANDBOX_DATABASE_URL")
PORTAL_DATABASE, SANDBOX_DATABASE = "outpost", "outpost_sandbox"

_WHAT_FOR = {
    "DATABASE_URL": "the application's role, which owns nothing (postgresql://outpost_app:…@host/outpost)",
    "DATABASE_OWNER_URL": "the role that owns the database and migrates it (postgresql://outpost_owner:…@host/outpost)",
    "SANDBOX_DATABASE_URL": "a database of its own for the sandbox (postgresql://outpost_owner:…@host/outpost_sandbox)",
}


class Services:
    """Starts what the given environment doesn't name. `env` then says where both are.

    >>> with Services(data=Path("…"), site_packages=Path("…"), given=os.environ) as services:
    ...     services.env["DATABASE_URL"]
    """

    def __init__(self, *, data: Path, site_packages: Path, given: Mapping[str, str]) -> None:
        self.data = make_private(data)
        logs = make_private(data / "logs")
        self.given = given
        self.cluster: Cluster | None = None
        self.valkey: Valkey | None = None
        if not database_is_given(given):
            self.cluster = Cluster(data=data, site_packages=site_packages, log=logs / "postgresql.log")
        if not given.get("REDIS_URL"):
            self.valkey = Valkey(data=data, site_packages=site_packages, log=logs / "valkey.log")

    def __enter__(self) -> Services:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        if self.cluster is not None:
            self.cluster.start()
            self.cluster.make_roles_and_databases([PORTAL_DATABASE, SANDBOX_DATABASE])
        if self.valkey is not None:
            self.valkey.start()

    def stop(self) -> None:
        for service in (self.valkey, self.cluster):
            if service is not None:
                service.stop()

    def remove(self) -> None:
        """Delete the embedded database, wherever it lies; the data folder itself is the caller's."""
        if self.cluster is not None:
            self.cluster.remove()
        shutil.rmtree(socket_folder(self.data), ignore_errors=True)

    @property
    def children(self) -> dict[str, Child]:
        """Those that run here, by name."""
        found = {"postgres": self.cluster, "valkey": self.valkey}
        return {name: one.child for name, one in found.items() if one is not None and one.child is not None}

    @property
    def env(self) -> dict[str, str]:
        if self.cluster is not None:
            databases = {
                "DATABASE_URL": self.cluster.url(role=APPLICATION, database=PORTAL_DATABASE),
                "DATABASE_OWNER_URL": self.cluster.url(role=OWNER, database=PORTAL_DATABASE),
                "SANDBOX_DATABASE_URL": self.cluster.url(role=OWNER, database=SANDBOX_DATABASE),
            }
        else:
            databases = {name: self.given[name] for name in DATABASE_VARIABLES}
        return {**databases, "REDIS_URL": self.valkey.url if self.valkey is not None else self.given["REDIS_URL"]}


def database_is_given(given: Mapping[str, str]) -> bool:
    """All three addresses or none: a part of them is a mistake, and says which are missing."""
    missing = [name for name in DATABASE_VARIABLES if not given.get(name)]
    if len(missing) == len(DATABASE_VARIABLES):
        return False
    if missing:
        there = next(name for name in DATABASE_VARIABLES if given.get(name))
        wanted = "\n".join(f"    {name}: {_WHAT_FOR[name]}" for name in missing)
        raise CannotStart(f"{there} is set; to use your own PostgreSQL these are needed too:\n{wanted}")
    return True
