"""Settings of the sandbox process: its own database, its own cookies, and the tokens the portal calls it with."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict


def _env(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set (see .env.example)")
    return value


def _database(url: str) -> dict[str, Any]:
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = conninfo_to_dict(url)
    options: dict[str, Any] = {key: value for key, value in parts.items() if key not in known}
    # Threads outnumber connections on purpose: hundreds of callers wait here, not in PostgreSQL's connection limit.
    if _env("SANDBOX_DATABASE_POOL", "yes").lower() in {"1", "true", "yes", "on"}:
        options["pool"] = {"min_size": 1, "max_size": 16, "timeout": 60}
    found: dict[str, Any] = {known[key]: value for key, value in parts.items() if key in known}
    return {"ENGINE": "django.db.backends.postgresql", "OPTIONS": options, **found}


BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = _env("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = [host for host in _env("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",") if host]
PORTAL_URL = _env("PORTAL_URL", "http://127.0.0.1:8000").rstrip("/")
SANDBOX_URL = _env("SANDBOX_URL", "http://127.0.0.1:8001").rstrip("/")
CLOCK_FILE = _env("CLOCK_FILE", "")

# What each party expects in Authorization.
WIRE_TOKENS = {
    "bank": _env("BANK_TOKEN"),
    "chip": _env("CHIP_TOKEN"),
    "jcic": _env("JCIC_TOKEN"),
    "sms_primary": _env("SMS_PRIMARY_TOKEN"),
    "sms_secondary": _env("SMS_SECONDARY_TOKEN"),
}
# The keys of the sandbox's cards hang on this; it guards play money only.
CHIP_MASTER_KEY = bytes.fromhex(_env("CHIP_MASTER_KEY", "4f7574706f73742073616e64626f7821"))
CARD_HOST = _env("CARD_HOST", "127.0.0.1")
CARD_PORT = int(_env("CARD_PORT", "35963"))

# What the shop is known by at the portal; without them it can't place orders and says so.
SHOP_API_KEY = _env("SHOP_API_KEY", "")
SHOP_KEY_ID = _env("SHOP_KEY_ID", "")
SHOP_SIGNING_KEY = _env("SHOP_SIGNING_KEY", "")

# The platform of whoever tries the API by hand: the test mode shows its key, to everybody who has this sandbox.
DEMO_API_KEY = _env("DEMO_API_KEY", "")

INSTALLED_APPS = ["whitenoise.runserver_nostatic", "django.contrib.staticfiles", "csp", "sandbox"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "sandbox.urls"
WSGI_APPLICATION = "sandbox.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "sandbox.pages.page_context",
            ],
        },
    },
]

DATABASES = {"default": _database(_env("SANDBOX_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cookies know no ports: without names of their own they would overwrite the portal's on the same host.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "sandbox_session"
CSRF_COOKIE_NAME = "sandbox_csrf"
CSRF_FAILURE_VIEW = "sandbox.pages.forbidden"
LANGUAGE_COOKIE_NAME = "sandbox_language"

LANGUAGE_CODE = "zh-hant"
LANGUAGES = [("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
TIME_ZONE = "Asia/Taipei"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "sandbox.formats"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        # Paying in the shop is a form that ends on the portal's page.
        "form-action": ["'self'", PORTAL_URL],
        "object-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"httpx": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
