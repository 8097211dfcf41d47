"""A Python zip: one file that Python runs as it is, on every system."""

import io
import zipfile
from collections.abc import Mapping

# The earliest that a zip can name: when it was built is nobody's concern, and would make each build another one.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


def python_zip(files: Mapping[str, bytes]) -> bytes:
    """Not compressed: another zlib would give other bytes, and 400 kB are downloaded in a moment."""
    packed = io.BytesIO()
    packed.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system = _UNIX
            entry.external_attr = _PLAIN_FILE
            archive.writestr(entry, content)
    return packed.getvalue()
