"""Settings of the tests: the same house, fake wires, no wake-ups, fast password hashing."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("FIELD_KEYS", "dGVzdC1rZXktZm9yLXNlYWxpbmctMzItYnl0ZXMhISE=")
os.environ.setdefault("SANDBOX", "yes")
os.environ.setdefault("BANK_PHONE", "(02)5550-0199")
os.environ.setdefault("BANK_NAME", "示範銀行 Demo Bank")
os.environ.setdefault("DATABASE_URL", "postgresql://outpost_app@/outpost")
# Threads of a test close their connections themselves; a pool would outlive the test database.
os.environ["DATABASE_POOL"] = "no"

from portal.settings import *  # noqa: F403 - the same house

WIRES = "fake"
CLOCK_FILE = ""
WAKE_WORKERS = False
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # speed: no test asserts a hash
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # nothing is collected for a test
