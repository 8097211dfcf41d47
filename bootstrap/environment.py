"""The environment that the processes of a run get: what the person set, then what this run knows, then safe values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bootstrap.keys import make_keys
from bootstrap.messages import CannotStart
from bootstrap.ports import LOOPBACK, Ports
from bootstrap.services import DATABASE_VARIABLES

# Every variable that settings read. In a stack of tests none of them leaks in from outside.
KNOWN = (
    *DATABASE_VARIABLES,
    *make_keys(),
    "REDIS_URL", "DEBUG", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "PORTAL_URL", "HSTS_PRELOAD", "BANK_NAME", "BANK_PHONE",
    "SANDBOX", "SANDBOX_URL", "READER_URL", "READER_PACKAGES", "CLOCK_FILE",
    "BANK_URL", "CHIP_URL", "JCIC_URL", "SMS_PRIMARY_URL", "SMS_SECONDARY_URL",
    "WIRES", "STATIC_ROOT", "DATABASE_POOL", "DATABASE_POOL_MAX", "SANDBOX_DATABASE_POOL", "WAKE_WORKERS",
    "CARD_HOST", "CARD_PORT", "DJANGO_SETTINGS_MODULE",
)  # fmt: skip


def person_set(environ: Mapping[str, str], env_file: Path) -> dict[str, str]:
    """What the person chose: the environment before .env."""
    lines = env_file.read_text().splitlines() if env_file.exists() else []
    chosen = {**parse_env_file(lines), **environ}
    return {name: value for name, value in chosen.items() if value or name not in KNOWN}


def parse_env_file(lines: list[str]) -> dict[str, str]:
    """NAME=value a line; blank lines and # comments are skipped, one pair of quotes is taken off."""
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise CannotStart(f".env, line {number}: expected NAME=value, found {line!r}")
        value = value.strip()
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        found[name.strip()] = value[1:-1] if quoted else value
    return found


def foreign(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment without anything of ours: the base of a stack that is a test's own."""
    return {name: value for name, value in environ.items() if name not in KNOWN}


def stack_environment(
    *, ports: Ports, data: Path, keys: Mapping[str, str], services: Mapping[str, str], chosen: Mapping[str, str]
) -> dict[str, str]:
    """All of it for web, worker, beat and sandbox. `chosen` wins, but the ports and the databases are the stack's."""
    portal, sandbox = f"http://{LOOPBACK}:{ports.web}", f"http://{LOOPBACK}:{ports.sandbox}"
    usual = {
        **keys,
        "DEBUG": "no",
        "SANDBOX": "yes",
        "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        "PORTAL_URL": portal,
        "SANDBOX_URL": sandbox,
        "BANK_NAME": "示範銀行 Demo Bank",
        "BANK_PHONE": "(02)5550-0199",
        "READER_URL": f"ws://{LOOPBACK}:{ports.reader}/v2",
        "READER_PACKAGES": str(data / "packages"),
        "CLOCK_FILE": str(data / "clock"),
        "STATIC_ROOT": str(data / "static"),
        "BANK_URL": f"{sandbox}/bank/v1",
        "CHIP_URL": f"{sandbox}/chip/v1",
        "JCIC_URL": f"{sandbox}/jcic/v1",
        "SMS_PRIMARY_URL": f"{sandbox}/sms/primary/v1",
        "SMS_SECONDARY_URL": f"{sandbox}/sms/secondary/v1",
        "PYTHONUNBUFFERED": "1",
    }
    fixed = {**services, "CARD_HOST": LOOPBACK, "CARD_PORT": str(ports.card)}
    return {**usual, **chosen, **fixed}
