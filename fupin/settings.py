"""Every setting comes from the environment (docs/settings.md); an odd value stops the start.

`FUPIN_MODE` is `demo` (default), `test` or `production`. What production refuses is in `fupin/checks.py`.
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from fupin import embedded

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

MODE = env.str("FUPIN_MODE", "demo")
if MODE not in {"demo", "test", "production"}:
    raise ImproperlyConfigured(f"FUPIN_MODE must be demo, test or production, not {MODE!r}.")
DEMO, TESTING, PRODUCTION = (mode == MODE for mode in ("demo", "test", "production"))

DATA_DIR = Path(env.str("FUPIN_DATA", str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("FUPIN_DEBUG", False)

# A demo or a test may start without secrets; production may not (fupin/checks.py).
INSECURE_SECRET_KEY = "insecure-outside-production-" + "x" * 40
INSECURE_KEYS = "k0:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
SECRET_KEY = env.str("SECRET_KEY", INSECURE_SECRET_KEY)
FUPIN_KEYS = env.str("FUPIN_KEYS", INSECURE_KEYS)

SITE_NAME = env.str("FUPIN_SITE_NAME", "扶贫帮")
SITE_URL = env.str("FUPIN_SITE_URL", "http://127.0.0.1:8000").rstrip("/")
# What a deployment calls a registered household: the two eras of the sources (REQUIREMENTS, first rule).
HOUSEHOLD_WORD = env.str("FUPIN_HOUSEHOLD_WORD", "困难家庭")
# Officers' forms open without a signal (static/js/worker.js); off, browsers forget what they kept.
OFFLINE_PAGES = env.bool("FUPIN_OFFLINE_PAGES", True)
# What an operator offers (流量减免), as it announced it; empty: the footer says nothing.
DATA_SUBSIDY_NOTE = env.str("FUPIN_DATA_SUBSIDY_NOTE", "")
ALLOWED_HOSTS = env.list("FUPIN_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
TRUSTED_PROXIES = env.int("FUPIN_TRUSTED_PROXIES", 0)

# The platform's promise: working days within which each gate of a need is decided.
GATE_WORKDAYS = {
    "submitted": env.int("FUPIN_VERIFY_WORKDAYS", 2),
    "verified": env.int("FUPIN_CHECK_WORKDAYS", 3),
    "checked": env.int("FUPIN_APPROVE_WORKDAYS", 3),
}

SMS_BACKEND = env.str("FUPIN_SMS", "file")
SMS_OPTIONS = env.json("FUPIN_SMS_OPTIONS", {})
SMS_NETWORK_HOURLY = env.int("FUPIN_SMS_NETWORK_HOURLY", 20)
SMS_DAILY_BUDGET = env.int("FUPIN_SMS_DAILY_BUDGET", 20_000)

# Goods dearer than this share of the catalogue's reference price are flagged for the township.
CATALOGUE_PRICE_PERCENT = env.int("FUPIN_CATALOGUE_PRICE_PERCENT", 120)
# After how many days a program has to ask for a new API key.
API_TOKEN_DAYS = env.int("FUPIN_API_TOKEN_DAYS", 90)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "django_htmx",
    "heroicons",
    "csp",
    "accounts",
    "needs",
    "donors",
    "grid",
    "fupin",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.request_context",
    "accounts.middleware.clean_input",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.live_sessions",
    "accounts.middleware.private_pages",
    "accounts.middleware.outbox_answers",
    "accounts.middleware.domain_errors",
    "needs.middleware.count_sources",
]

ROOT_URLCONF = "fupin.urls"
WSGI_APPLICATION = "fupin.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.site",
                "donors.context.take_along_list",
            ],
        },
    },
]

# Tests empty the append-only tables between them (fupin/lib/append_only.py).
_SESSION = "-c lock_timeout=5s -c statement_timeout=30s -c timezone=UTC"
if TESTING:
    _SESSION += " -c fupin.allow_truncate=on"
DATABASES = {
    "default": {
        **(env.db("DATABASE_URL") if "DATABASE_URL" in env.ENVIRON else embedded.database_settings(DATA_DIR)),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": env.int("FUPIN_CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": _SESSION},
    }
}
REDIS_URL = env.str("REDIS_URL", "") or embedded.redis_url(DATA_DIR)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "/accounts/enter/"
LOGIN_REDIRECT_URL = "/"
ANONYMOUS_USER_NAME = None
# Permissions are read by accounts.permissions in one query, not object by object.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
STAFF_IDLE_SECONDS = int(timedelta(minutes=30).total_seconds())
STAFF_SESSION_SECONDS = int(timedelta(hours=12).total_seconds())
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": [],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.tokens.LivingTokens",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["fupin.lib.drf.CleanJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.problems.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "fupin API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "NeedStatus": "needs.enums.Status",
        "PledgeStatus": "donors.enums.PledgeStatus",
        "HelpForm": "needs.enums.Form",
        "CaseStatus": "donors.enums.CaseStatus",
    },
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
SWEEP_SECONDS = env.float("FUPIN_SWEEP_SECONDS", 15.0)
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": SWEEP_SECONDS, "options": {"expires": max(SWEEP_SECONDS, 10)}}
    for name in (
        "accounts.send_messages",
        "accounts.seal_audit",
        "grid.apply_region_changes",
        "grid.end_notices",
        "grid.print_notices",
        "grid.forget_warnings",
        "grid.run_register_checks",
        "grid.run_closings",
        "accounts.forget_submissions",
        "accounts.forget_sessions",
        "accounts.forget_counts",
        "needs.publish_due",
        "needs.run_imports",
        "needs.forget_import_files",
        "donors.issue_certificates",
        "donors.lapse_pledges",
        "donors.send_digests",
        "donors.remind_pledges",
        "donors.draw_callbacks",
        "donors.forget_origins",
        "donors.settle_taken_down",
        "donors.make_instalments",
        "donors.match_statements",
    )
}
# The leaders' figures are seconds old; a round without marks is three short statements.
FIGURE_SECONDS = min(SWEEP_SECONDS, 5.0)
CELERY_BEAT_SCHEDULE["grid.refresh_figures"] = {
    "task": "grid.refresh_figures",
    "schedule": FIGURE_SECONDS,
    "options": {"expires": max(FIGURE_SECONDS, 10)},
}
# Reads every household in a grid to find what a lost signal left behind.
CELERY_BEAT_SCHEDULE["grid.set_visits_due"] = {"task": "grid.set_visits_due", "schedule": 20 * SWEEP_SECONDS}
CELERY_BEAT_SCHEDULE["grid.make_briefs"] = {"task": "grid.make_briefs", "schedule": 20 * SWEEP_SECONDS}
CELERY_BEAT_SCHEDULE["grid.close_months"] = {"task": "grid.close_months", "schedule": 20 * SWEEP_SECONDS}
CELERY_BEAT_SCHEDULE["grid.recount_figures"] = {
    "task": "grid.recount_figures",
    "schedule": 20 * SWEEP_SECONDS,
}
CELERY_BEAT_SCHEDULE["grid.ask_questions"] = {"task": "grid.ask_questions", "schedule": 20 * SWEEP_SECONDS}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

# The twin tests switch one protection off to prove that it is the one that protects; fupin/checks.py
# refuses it outside FUPIN_MODE=test.
TEST_SKIP_GUARDS = env.list("FUPIN_TEST_SKIP_GUARDS", default=[])
