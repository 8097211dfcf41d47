"""The settings that the portal has behind a proxy with https: read from the real file, for tests that must look like production."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from typing import Any

from csp.constants import NONCE
from django.conf import settings

# What the proxy in front says of each request.
FORWARDED = {"X-Forwarded-Proto": "https"}
_NAMES = (
    "SECURE_",
    "SESSION_COOKIE_",
    "CSRF_COOKIE_",
    "LANGUAGE_COOKIE_",
    "CONTENT_SECURITY_POLICY",
    "X_FRAME_OPTIONS",
)
_PRINT = f"""
import pprint
from csp.constants import NONCE
from portal import settings
found = {{name: getattr(settings, name) for name in dir(settings) if name.startswith({_NAMES!r})}}
directives = found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
directives["script-src"] = ["NONCE" if source is NONCE else source for source in directives["script-src"]]
pprint.pprint(found)
"""


@functools.cache
def https_settings() -> dict[str, Any]:
    """Name → value of every setting of headers and cookies, when PORTAL_URL is https."""
    env = {**os.environ, "PORTAL_URL": "https://pay.bank.example", "DJANGO_SETTINGS_MODULE": "portal.settings_test"}
    env["SECRET_KEY"], env["FIELD_KEYS"] = settings.SECRET_KEY, ",".join(settings.FIELD_KEYS)
    done = subprocess.run(
        [sys.executable, "-c", _PRINT], check=False, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = eval(done.stdout, {"__builtins__": {}})  # noqa: S307 - our own settings, printed a line above
    directives = found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    directives["script-src"] = [NONCE if source == "NONCE" else source for source in directives["script-src"]]
    return found
