"""`python -m reader.package --out FOLDER [--origin https://pay.example …]`: the same bytes each time."""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from reader import VERSION
from reader.origins import check_safe
from reader.package.contents import collect, program
from reader.package.debian import debian_package
from reader.package.pyz import python_zip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m reader.package", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--origin", action="append", default=[], metavar="ORIGIN", help="whose pages may use the reader"
    )
    options = parser.parse_args(arguments)
    build(options.out, [check_safe(origin) for origin in options.origin])
    return 0


def build(folder: Path, origins: Sequence[str]) -> list[Path]:
    """Writes what is missing or was different, and removes packages of other versions."""
    packages = {
        f"outpost-reader-{VERSION}.pyz": python_zip(program(origins)),
        f"outpost-reader_{VERSION}_all.deb": debian_package(collect(), origins),
    }
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(packages.items()))
    files = {**packages, "SHA256SUMS": sums.encode()}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("outpost-reader*"):
        if old.name not in files:
            old.unlink()
    for name, data in files.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != data:
            half = folder / f".{name}.half"
            half.write_bytes(data)
            half.replace(path)
    return [folder / name for name in files]


if __name__ == "__main__":
    sys.exit(main())
