"""The house for a bench: a PostgreSQL and a Valkey of its own, migrated, with rights given, and the web server of the product."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bootstrap.children import Child
from bootstrap.environment import foreign
from bootstrap.keys import make_keys
from bootstrap.members import make_member
from bootstrap.places import remove_homes_of
from bootstrap.ports import LOOPBACK, Ports
from bootstrap.services import Services
from bootstrap.venv import Environment


@contextlib.contextmanager
def private_house() -> Iterator[Services]:
    """Start, migrate, and let this process be the portal on it; nothing is left afterwards. The wires answer in process."""
    folder = Path(tempfile.mkdtemp(prefix="outpost-bench-"))
    try:
        with Services(data=folder / "data", site_packages=Environment().site_packages, given={}) as services:
            os.environ.update(_settings(services))
            _migrate()
            yield services
    finally:
        remove_homes_of(folder)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def web_server(services: Services) -> Iterator[tuple[int, Child]]:
    """The web server as ./run starts it, warm when it is handed over: its port and its process."""
    ports = Ports.free()
    env = {**foreign(), **_settings(services), "PORTAL_URL": f"http://{LOOPBACK}:{ports.web}"}
    child: Child = make_member("web", python=Environment().python, ports=ports, data=services.data, env=env)
    child.launch()
    try:
        child.wait_until_ready()
        yield ports.web, child
    finally:
        child.end()


def cpu_seconds(child: Child) -> float:
    """What a process and its children have used so far, those that ended and were seen off included."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # one that ends meanwhile is counted with its parent
            fields = file.read_text().rpartition(")")[2].split()
            parent, (user, system, ended_user, ended_system) = int(fields[1]), map(int, fields[11:15])
            if int(file.parent.name) == child.pid:
                ticks += user + system + ended_user + ended_system
            elif parent == child.pid:
                ticks += user + system
    return ticks / os.sysconf("SC_CLK_TCK")


def _settings(services: Services) -> dict[str, str]:
    # The keys are those of the whole run: this process seals what the web server has to unseal.
    kept = {name: os.environ[name] for name in make_keys() if name in os.environ}
    return {**make_keys(), **kept, **services.env, "DJANGO_SETTINGS_MODULE": "portal.settings", "WIRES": "fake"}


def _migrate() -> None:
    """As the owner, and then as the application's role, which owns nothing."""
    import django
    from django.core.management import call_command
    from django.db import connection
    from psycopg.conninfo import conninfo_to_dict

    django.setup()
    application = connection.settings_dict["USER"]
    pool = connection.settings_dict["OPTIONS"].pop("pool", None)
    connection.settings_dict["USER"] = conninfo_to_dict(os.environ["DATABASE_OWNER_URL"])["user"]
    call_command("migrate", verbosity=0)
    call_command("grant_application_role", application, verbosity=0)
    connection.close()
    connection.settings_dict["USER"] = application
    if pool is not None:
        connection.settings_dict["OPTIONS"]["pool"] = pool
