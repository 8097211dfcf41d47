"""`./test`: the same set-up with the development requirements, the checks of the code, and pytest."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from bootstrap.browser import NOT_RUN, chromium
from bootstrap.children import guarded
from bootstrap.environment import foreign, person_set
from bootstrap.messages import CannotStart, say
from bootstrap.pcsc import card_service_missing
from bootstrap.places import CHECKOUT, check_ours, default_data, make_private, remove_homes_of
from bootstrap.selection import Missing, without
from bootstrap.services import Services
from bootstrap.venv import TEST_LOCKS, Environment

# Two processes: the smallest machine we build on has two cores, and each holds a database and perhaps a stack.
PARALLEL = ("-n", "2", "--dist", "loadgroup")
PORTAL_TEST_SETTINGS, SANDBOX_TEST_SETTINGS = "portal.settings_test", "sandbox.settings_test"
_SANDBOX_TESTS = ("-c", "sandbox/pytest.ini", "--rootdir", "sandbox")
_TAKES_A_VALUE = {
    "-k",
    "-m",
    "-p",
    "-n",
    "-o",
    "-W",
    "-c",
    "--deselect",
    "--ignore",
    "--durations",
    "--dist",
    "--maxfail",
}
_NOTHING_COLLECTED = 5
_ENDING_SECONDS_MAX = 30


def main(arguments: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    environ = person_set(os.environ, CHECKOUT / ".env")
    folder = default_data(environ) / "test" / str(os.getpid())
    try:
        return _test(list(arguments), environ, folder)
    except CannotStart as problem:
        sys.stderr.write(f"\n{problem}\n")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted.")
        return 130
    finally:
        _remove(folder)


def _test(arguments: list[str], environ: Mapping[str, str], folder: Path) -> int:
    environment = Environment()
    check_ours(default_data(environ))
    environment.prepare(TEST_LOCKS)
    for left in _abandoned(folder.parent):
        _remove(left)
    make_private(folder.parent.parent)
    make_private(folder.parent)
    make_private(folder)
    browser = chromium(environ, folder.parent / "apt-get.log")
    missing = [*([] if browser else [NOT_RUN]), *card_service_missing(folder.parent / "apt-get-pcsc.log")]
    with Services(data=folder, site_packages=environment.site_packages, given=environ) as services:
        env = _environment(services.env, browser, environment)
        failed = [] if arguments else _check(environment, env)
        # What tests leave lies in our folder too: a stack's database, were it killed, goes with it.
        options = [f"--basetemp={folder / 'tmp'}", *([] if arguments else PARALLEL)]
        failed += _pytest(environment, env, options, arguments, missing)
    if failed:
        say(f"Failed: {', '.join(failed)}")
    for one in missing:
        say(one.words)
    missing_in_ci = bool(missing) and environ.get("CI", "").lower() == "true"
    return 1 if failed or missing_in_ci else 0


def _check(environment: Environment, env: Mapping[str, str]) -> list[str]:
    """Style, types, import contracts: each under its name; the names of those that failed."""
    contracts = str(environment.folder / "bin" / "lint-imports")
    checks = {
        "ruff check": ["-m", "ruff", "check", "--quiet"],
        "ruff format": ["-m", "ruff", "format", "--check", "--quiet"],
        "mypy": ["-m", "mypy"],
        "mypy of the sandbox": ["-m", "mypy", "--config-file", "sandbox/mypy.ini"],
        "lint-imports": [contracts],
    }
    return [name for name, words in checks.items() if _step(name, environment, words, env) != 0]


def _pytest(
    environment: Environment,
    env: Mapping[str, str],
    options: list[str],
    arguments: list[str],
    missing: Sequence[Missing],
) -> list[str]:
    """The sandbox's tests under its own settings, then all others. Paths choose which of the two is asked."""
    runs = {
        "sandbox tests": (SANDBOX_TEST_SETTINGS, [*_SANDBOX_TESTS, *options], for_sandbox(arguments)),
        "tests": (PORTAL_TEST_SETTINGS, options, for_portal(arguments)),
    }
    codes: dict[str, int] = {}
    for name, (settings, own, chosen) in runs.items():
        if chosen is not None:
            words = ["-m", "pytest", *own, *without(missing, chosen)]
            codes[name] = _step(name, environment, words, {**env, "DJANGO_SETTINGS_MODULE": settings})
    found_somewhere = any(code == 0 for code in codes.values())
    return [name for name, code in codes.items() if code and not (code == _NOTHING_COLLECTED and found_somewhere)]


def for_sandbox(arguments: Sequence[str]) -> list[str] | None:
    """What the sandbox's pytest is given; None when other paths alone were asked for."""
    ours, others = _paths(arguments)
    if not ours and not others:
        return [*arguments, "sandbox/tests"]
    return [word for index, word in enumerate(arguments) if index not in others] if ours else None


def for_portal(arguments: Sequence[str]) -> list[str] | None:
    """What everybody else's pytest is given; None when only the sandbox was asked for."""
    theirs, others = _paths(arguments)
    return [word for index, word in enumerate(arguments) if index not in theirs] if others or not theirs else None


def _paths(arguments: Sequence[str]) -> tuple[set[int], set[int]]:
    """Which arguments are paths: the sandbox's, and others. In `-k refunds` the second word is none."""
    sandbox: set[int] = set()
    others: set[int] = set()
    for index, word in enumerate(arguments):
        path = CHECKOUT / word.partition("::")[0]
        if word.startswith("-") or (index and arguments[index - 1] in _TAKES_A_VALUE) or not path.exists():
            continue
        (sandbox if path.is_relative_to(CHECKOUT / "sandbox") else others).add(index)
    return sandbox, others


def _environment(services: Mapping[str, str], browser: str | None, environment: Environment) -> dict[str, str]:
    return {
        **foreign(),
        **services,
        "CHROMIUM": browser or "",
        "PATH": f"{environment.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        # Playwright's loop runs in the test's thread; Django would take it for async code.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
        "PLAYWRIGHT_SKIP_VALIDATE_HOST_REQUIREMENTS": "1",
    }


def _step(name: str, environment: Environment, words: Sequence[str], env: Mapping[str, str]) -> int:
    """Run it in the foreground, so that Ctrl-C reaches it too and it can say what it has."""
    say(f"\n── {name} ──")
    process = subprocess.Popen(guarded([str(environment.python), *words]), cwd=CHECKOUT, env=dict(env))
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_ENDING_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    if code != _NOTHING_COLLECTED:
        say(f"{name}: {'passed' if code == 0 else f'FAILED (exit code {code})'}")
    return code


def _abandoned(folder: Path) -> Iterable[Path]:
    """What a killed ./test left: folders named by processes that are no more."""
    found = folder.iterdir() if folder.exists() else ()
    return [path for path in found if path.name.isdecimal() and not Path(f"/proc/{path.name}").exists()]


def _remove(folder: Path) -> None:
    remove_homes_of(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
