"""Secrets of a run: made once, kept in the data folder, readable by nobody else."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

_WIRES = ("BANK_TOKEN", "CHIP_TOKEN", "JCIC_TOKEN", "SMS_PRIMARY_TOKEN", "SMS_SECONDARY_TOKEN")


def keep_keys(data: Path) -> dict[str, str]:
    """What was made the first time, and what a newer version wants besides: sealed data stays readable."""
    file = data / "keys.json"
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    keys = {**make_keys(), **kept}
    if keys != kept:
        half = file.with_suffix(".half")
        half.touch(mode=0o600)
        half.write_text(json.dumps(keys, indent=1))
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.rename(file)
    return keys


def make_keys() -> dict[str, str]:
    """Fresh ones: Django's key, the key that seals fields, a token for each wire, the keys of shop, demo and chips."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": _key_of_32_bytes(),
        **{name: secrets.token_urlsafe(32) for name in _WIRES},
        "SHOP_API_KEY": f"sk_test_{secrets.token_urlsafe(32)}",
        "SHOP_KEY_ID": f"shop-{secrets.token_hex(4)}",
        "SHOP_SIGNING_KEY": _key_of_32_bytes(),
        "DEMO_API_KEY": f"sk_test_{secrets.token_urlsafe(32)}",
        "CHIP_MASTER_KEY": secrets.token_hex(16),
    }


def _key_of_32_bytes() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
