"""Settings of the portal: addresses and secrets from the environment. Rules that staff may change are rows, not settings."""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from portal.env import celery_broker, env_bool, env_database, env_int, env_list, env_networks, env_str

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = env_str("SECRET_KEY")
DEBUG = env_bool("DEBUG", False)
SANDBOX = env_bool("SANDBOX", False)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost")
PORTAL_URL = env_str("PORTAL_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
# Networks of our own proxies: what they put into X-Forwarded-For is believed, nobody else's is.
TRUSTED_PROXIES = env_networks("TRUSTED_PROXIES")

# base64 of 32 bytes each; the first seals, all unseal, the last makes the keyed hashes.
FIELD_KEYS = env_list("FIELD_KEYS")

# The test clock: a file with the seconds to add to the real time. Only a sandbox may have one.
CLOCK_FILE = env_str("CLOCK_FILE", "") if SANDBOX else ""

# The outside parties.
BANK_URL = env_str("BANK_URL", "")
BANK_TOKEN = env_str("BANK_TOKEN", "")
CHIP_URL = env_str("CHIP_URL", "")
CHIP_TOKEN = env_str("CHIP_TOKEN", "")
JCIC_URL = env_str("JCIC_URL", "")
JCIC_TOKEN = env_str("JCIC_TOKEN", "")
SMS_PRIMARY_URL = env_str("SMS_PRIMARY_URL", "")
SMS_PRIMARY_TOKEN = env_str("SMS_PRIMARY_TOKEN", "")
SMS_SECONDARY_URL = env_str("SMS_SECONDARY_URL", "")
SMS_SECONDARY_TOKEN = env_str("SMS_SECONDARY_TOKEN", "")
# "live" speaks HTTP to the addresses above; "fake" is the simulator of the tests.
WIRES = env_str("WIRES", "live")
# The card reader component on the customer's own computer; their browser, not we, connects to it.
READER_URL = env_str("READER_URL", "ws://127.0.0.1:8002/v2")
READER_ORIGIN = READER_URL.rsplit("/", 1)[0]
# A folder with the files of the component's package; empty: the bank hands it out otherwise.
READER_PACKAGES = env_str("READER_PACKAGES", "")
# As the bank's papers name it; empty: they name the service alone.
BANK_NAME = env_str("BANK_NAME", "")
# Its own customer service, at the foot of every page: for a locked card or an account. Empty: no line.
BANK_PHONE = env_str("BANK_PHONE", "")
SANDBOX_URL = env_str("SANDBOX_URL", "http://127.0.0.1:8001").rstrip("/")

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "portal.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "platforms",
    "ledger",
    "notifications",
    "audit",
    "staff.apps.StaffConfig",
    "cards",
    "verification",
    "payments",
    "refunds",
    "reconciliation",
    "support",
    "console",
]

MIDDLEWARE = [
    "portal.middleware.RequestId",
    "portal.middleware.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.BrowserRules",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "portal.middleware.RefuseNul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "staff.pages.presence.Presence",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.RefusalPages",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.page_context",
            ],
        },
    },
]

DATABASES = {"default": env_database("DATABASE_URL")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False  # operations open their own transactions
if env_bool("DATABASE_POOL", True):
    # A pool a process: opening a connection costs more than a payment's statements.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env_int("DATABASE_POOL_MAX", 16),
        "timeout": 10,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_str("REDIS_URL", "")
CACHES = (
    {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}} if REDIS_URL else {}
)

# Celery is the alarm clock; portal/celery.py holds the beat table.
CELERY_BROKER_URL = celery_broker(REDIS_URL)
WAKE_WORKERS = env_bool("WAKE_WORKERS", True)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "staff.rules.NoWordOfTheHouse"},
]
LOGIN_URL = "staff:login"

LANGUAGE_CODE = "zh-hant"
LANGUAGES = [("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
TIME_ZONE = "Asia/Taipei"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(BASE_DIR / ".outpost" / "static")))
# Compressed once and named by their content, so that a browser asks for each of them once and never again.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nobody uploads anything
    "staticfiles": {"BACKEND": "portal.static_files.OwnAndForeignFiles"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# No browser loads the maps of other packages' scripts; the rest is compressed as it is.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["platforms.api.PlatformAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["common.api.StrictJsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.errors.api_exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Outpost API",
    "DESCRIPTION": "Orders of a foreign platform, paid by ATM card in TWD. Errors are RFC 9457 problem documents.",
    "VERSION": "2026-11-25",
    "OAS_VERSION": "3.1.1",
    "POSTPROCESSING_HOOKS": ["portal.openapi.complete"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "ENUM_NAME_OVERRIDES": {"DayReasonEnum": "refunds.api.calendar.REASONS"},
}

# Nothing but what is named here, nothing inline; a script runs only with the nonce of the page that asks for it.
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "connect-src": [SELF, READER_ORIGIN],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
_HTTPS = PORTAL_URL.startswith("https://")
# Only with https: a first visit by http is sent there. Who watches us asks these two without a proxy in between.
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
# Binds every name below this one for a year, and for good once browsers ship it: whoever owns them all decides.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env_bool("HSTS_PRELOAD", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
# A page's script has its token from the page; no script needs a cookie.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LOOK_UP_COOKIE_NAME = "look-ups"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
if _HTTPS:
    # Browsers take such a name only from this very host, over https, for all of it: no neighbour can plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    LOOK_UP_COOKIE_NAME = "__Host-look-ups"
    LANGUAGE_COOKIE_NAME = "__Host-language"
# The real limits of staff's sessions are in staff/retry.py, by our clock; this only keeps a browser from holding on to it.
SESSION_COOKIE_AGE = 8 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 65_536

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "portal.logs.LineFormatter"}},
    "filters": {"unexpected": {"()": "portal.logs.Unexpected"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},
        "django.request": {"level": "ERROR", "filters": ["unexpected"]},
        # A stranger's Host header is answered with 400 and wakes nobody.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Beat wakes sweeps every few seconds; two lines for each would bury what matters.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
