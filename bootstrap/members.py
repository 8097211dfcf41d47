"""The processes of a run, each with its command, its log and how it shows that it is ready."""

from __future__ import annotations

import http.client
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from bootstrap.children import Child
from bootstrap.environment import foreign
from bootstrap.pcsc import make_card_service, socket_of
from bootstrap.ports import LOOPBACK, Ports

# In the order in which they start; they end in the opposite one.
MEMBERS = ("sandbox", "reader", "web", "worker", "beat")
DIRECT, PCSC = "direct", "pcsc"
PORTAL_SETTINGS, SANDBOX_SETTINGS = "portal.settings", "sandbox.settings"

_HEALTH_SECONDS_MAX = 5.0
_OK = 200


def make_member(
    name: str, *, python: Path, ports: Ports, data: Path, env: Mapping[str, str], reader_transport: str = DIRECT
) -> Child:
    """A child that was not started yet. `pcscd` is one when the reader goes through PC/SC."""
    portal = {**env, "DJANGO_SETTINGS_MODULE": PORTAL_SETTINGS}
    sandbox = {**env, "DJANGO_SETTINGS_MODULE": SANDBOX_SETTINGS}
    reader = foreign(env)  # it stands on the customer's computer: no secret of ours belongs there
    if name == "pcscd":
        return make_card_service(python=python, data=data, port=ports.card, env=reader)
    if reader_transport == PCSC:
        reader["PCSCLITE_CSOCK_NAME"] = str(socket_of(data))
    celery = ["celery", "-A", "portal"]
    jobs = ["worker", "-P", "threads", "-c", "8", "--without-gossip", "--without-mingle", "-l", "INFO"]
    clock = ["beat", "-l", "INFO", "--pidfile=", f"--schedule={data / 'beat-schedule'}"]
    cards = ["reader", "--port", str(ports.reader), "--card-port", str(ports.card), "--transport", reader_transport]
    cards += ["--state-dir", str(reader_state(data))]
    modules: dict[str, tuple[list[str], Mapping[str, str], Callable[[Child], bool]]] = {
        "web": (_gunicorn("portal.wsgi", ports.web, "--preload", "--workers", "2"), portal, healthy(ports.web)),
        "sandbox": (_gunicorn("sandbox.wsgi", ports.sandbox, "--workers", "1"), sandbox, healthy(ports.sandbox)),
        "reader": ([*cards, "--allow-origin", env["PORTAL_URL"]], reader, healthy(ports.reader)),
        "worker": ([*celery, *jobs], portal, wrote(" ready.")),
        "beat": ([*celery, *clock], portal, wrote("beat: Starting...")),
    }
    module, its_env, ready = modules[name]
    return Child(
        name=name,
        command=[str(python), "-m", *module],
        env=its_env,
        log=data / "logs" / f"{name}.log",
        ready=ready,
        end_signal=signal.SIGTERM,
    )


def reader_state(data: Path) -> Path:
    """Where the component keeps which browsers it knows."""
    return data / "reader"


def healthy(port: int) -> Callable[[Child], bool]:
    """/healthz answers 200, asked without any proxy of the person's environment."""

    def ask(_: Child) -> bool:
        link = http.client.HTTPConnection(LOOPBACK, port, timeout=_HEALTH_SECONDS_MAX)
        try:
            link.request("GET", "/healthz")
            return link.getresponse().status == _OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()

    return ask


def wrote(words: str) -> Callable[[Child], bool]:
    """Its log has these words since it was started last."""
    return lambda child: words in child.output()


def _gunicorn(application: str, port: int, *more: str) -> list[str]:
    command = ["gunicorn", application, "--bind", f"{LOOPBACK}:{port}", "--no-control-socket"]
    # Longer than a client keeps an idle connection (httpx: 5 s): a connection closed while it is being reused is an answer lost.
    command += ["--keep-alive", "75"]
    return [*command, "--worker-class", "gthread", "--threads", "16", "--timeout", "60", *more]
