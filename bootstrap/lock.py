"""Makes requirements*.txt from requirements*.in again: `python3 -m bootstrap.lock [--upgrade]`. Needs uv on PATH."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence

from bootstrap.places import CHECKOUT

# For every Python we support at once, with hashes, and without the address of anybody's package index.
_COMPILE = (
    "uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-emit-find-links", "--quiet",
)  # fmt: skip
NAMES = ("requirements", "requirements-dev")


def main(arguments: Sequence[str]) -> int:
    if shutil.which("uv") is None:
        sys.stderr.write("uv is not on PATH; install it (python3 -m pip install uv), then start this again\n")
        return 1
    for name in NAMES:
        command = [*_COMPILE, *arguments, f"{name}.in", "-o", f"{name}.txt"]
        code = subprocess.run(command, cwd=CHECKOUT, check=False).returncode
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
