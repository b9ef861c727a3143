"""All settings, read from the environment and from `var/env`; README lists every name with its default."""

import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from workers.schedule import periodic

# structlog loads rich where it finds it, a tenth of each start, for colours; our logs are JSON.
hidden = sys.modules.setdefault("rich", None) is None  # type: ignore[arg-type]
import structlog  # noqa: E402

if hidden:
    del sys.modules["rich"]

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- where this installation keeps its things
VAR_DIR = Path(env.str("PLUMBLINE_VAR", str(BASE_DIR / "var")))
env.read_env(VAR_DIR / "env")  # the environment wins over the file

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        f"SECRET_KEY is not set. `make demo` writes one to {VAR_DIR / 'env'}; "
        "else put SECRET_KEY=… (50 random characters) there."
    )
BACKUP_KEY = env.str("BACKUP_KEY", "")  # an age key, either half; `manage.py backup --new-key` makes one
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
MEDIA_ROOT = VAR_DIR / "uploads"
MODELS_DIR = VAR_DIR / "models"
EXPORTS_DIR = VAR_DIR / "exports"
CACHE_DIR = VAR_DIR / "cache"

INSTALLED_APPS = [
    "annotator",  # the first: its commands stand in for Django's own
    "annotator.operators.OperatorsDoor",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "csp",
    "rest_framework",
    "knox",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "drf_spectacular",
    "django_filters",
    "django_structlog",
    "labeling",
    "workers",
]
MIDDLEWARE = [
    "annotator.requests.head_without_body",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # this and the next before WhiteNoise, for files too
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "annotator.requests.without_nul",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "labeling.personal.Personal",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "annotator.requests.LoggedRequest",
    "axes.middleware.AxesMiddleware",  # last, as its documentation asks
]
ROOT_URLCONF = "annotator.urls"
WSGI_APPLICATION = "annotator.wsgi.application"
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
                "labeling.personal.in_templates",
            ]
        },
    }
]

# --- the database: SQLite as it comes, PostgreSQL by DATABASE_URL
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'plumbline.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a transaction that will write waits at its start, not half-way
        "timeout": 20,
        # FULL: with NORMAL a power cut may take back a label that the page showed as saved.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["ENGINE"] = "annotator.postgresql"
    # A connection plans a statement that comes again once: half of what PostgreSQL does for a label.
    prepares = env.bool("DATABASE_PREPARES", True)  # off behind what hands connections on, and loses their statements
    prepared = {"server_side_binding": True, "prepare_threshold": 5 if prepares else None}
    # Who stands still in the middle of a transaction holds locks that others wait for: after this long they are let go.
    idle_seconds = env.int("TRANSACTION_IDLE_SECONDS", 60)
    timeouts = {"options": f"-c idle_in_transaction_session_timeout={idle_seconds}s"} if idle_seconds else {}
    DATABASES["default"]["OPTIONS"] = prepared | timeouts | DATABASES["default"].get("OPTIONS", {})
# Kept open between requests; Celery closes its own after each task.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "home"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURES", 10)
AXES_COOLOFF_TIME = env.float("SIGN_IN_COOLOFF_HOURS", 0.25)
# Name and address together: one stranger cannot lock a labeler out everywhere. Behind a proxy the address is that which
# the proxy saw, else all would have the same.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "annotator.requests.name_tried"
AXES_CLIENT_IP_CALLABLE = "annotator.addresses.client_address"
AXES_HANDLER = "annotator.tries.Tries"
AXES_LOCKOUT_TEMPLATE = "registration/throttled.html"
AXES_CLIENT_STR_CALLABLE = "annotator.requests.somebody"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # who signed in from which address: nobody needs to know
SIGN_UP = env.bool("SIGN_UP", False)  # whether anybody may make an account
TWO_FACTOR_FOR_LEADS = env.bool("TWO_FACTOR_FOR_LEADS", True)  # `make demo` sets false: offered, not required
OTP_TOTP_ISSUER = "Plumbline"

# --- mail: invitations and lost passwords; without a server named, none is sent, and the pages say so
SENDS_MAIL = bool(env.str("EMAIL_URL", ""))
globals().update({name: value for name, value in env.email("EMAIL_URL", "dummymail://").items() if value})
EMAIL_TIMEOUT = 10  # a mail server that hangs holds one request so long
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "plumbline@localhost")

# --- what a browser may do
SECURE_CSP_DIRECTIVES = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "font-src": [SELF],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": SECURE_CSP_DIRECTIVES}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
HTTPS = env.bool("HTTPS", False)  # behind a proxy that ends TLS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", HTTPS)
SECURE_SSL_REDIRECT = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PROXIES = env.int("PROXIES", 1 if HTTPS else 0)  # of our own, each adding to X-Forwarded-For
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", 24 * 14) * 3600

# --- files served
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("vendor/katex", BASE_DIR / "node_modules" / "katex" / "dist")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "annotator.static_files.CompressedModules"},
}
# Packed already, or (maps) megabytes that only a debugger asks for: compressing them would slow the first start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["png", "jpg", "webp", "ico", "gz", "br", "ttf", "woff", "woff2", "map"]
# Bodies of forms and JSON; uploaded files go to disk and have their own limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_MB", 2048) * 1024 * 1024

# --- language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어"), ("zh-hans", "简体中文"), ("ru", "Русский")]  # each by its own name
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "labeling" / "locale"]
FORMAT_MODULE_PATH = "labeling.formats"

# --- the API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "labeling.api.authentication.Token",
        "labeling.api.authentication.Session",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["labeling.api.wire.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["labeling.api.wire.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "labeling.api.wire.OneRenderer",
    "DEFAULT_METADATA_CLASS": None,  # the schema describes it; OPTIONS would, of addresses that one may not reach
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "labeling.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["labeling.api.filters.ClosedFilters"],
    "EXCEPTION_HANDLER": "labeling.api.errors.handle",
    "URL_FORMAT_OVERRIDE": None,  # `format` is ours: the export's, not the renderer's
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Token"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plumbline",
    "DESCRIPTION": "Label the steps of model-written mathematics; let a selector choose what to label next.",
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Bodies and answers are described apart: a file is one thing going in, and a text may not be blank there.
    "COMPONENT_SPLIT_REQUEST": True,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "labeling.api.schema.with_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "BulkKind": "labeling.models.BulkKind",
        "InvitationState": "labeling.models.InvitationState",
        "DisputeState": "labeling.models.DisputeState",
        "ItemState": "labeling.models.ItemState",
        "JobState": "labeling.models.JobState",
        "ProblemState": "labeling.models.ProblemState",
        "RoundState": "labeling.models.RoundState",
        "SelectorState": "labeling.models.SelectorState",
        "Decision": "labeling.api.serializers.rows.DECISIONS",
        "ProblemDecision": "labeling.api.serializers.rows.PROBLEM_DECISIONS",
    },
}

# --- background work: Celery and Redis only wake workers up
REDIS_SOCKET = env.str("REDIS_SOCKET", str(VAR_DIR / "redis" / "redis.sock"))
WAKE_UP_APP = "annotator.celery.app"
CELERY_BROKER_URL = env.str("BROKER_URL", f"redis+socket://{quote(REDIS_SOCKET)}")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 5}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: the default keeps a pickle on disk
TINY_PRETRAIN_STEPS = env.int("TINY_PRETRAIN_STEPS", 150)  # updates of the `tiny` base on the pool's own text
MULTIPLIER_SEEDS = env.int("MULTIPLIER_SEEDS", 3)  # six trainings each
JOB_HEARTBEAT_SECONDS = env.int("JOB_HEARTBEAT_SECONDS", 5)
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", 60)
CELERY_BEAT_SCHEDULE = periodic(sweep_seconds=env.int("SWEEP_SECONDS", 5))

DISK_LOW_MB = env.int("DISK_LOW_MB", 200)  # with less room than this, /healthz says so

# --- logs: one JSON object a line, with request ids; one line a request, when it has been answered
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # an address is about a person, and no use here
_SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.format_exc_info,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": _SHARED_PROCESSORS,
        }
    },
    "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stream"], "level": LOG_LEVEL},
    "loggers": {
        # A line for every message received and done would bury the rest: the sweep alone sends twelve a minute.
        **{name: {"level": "WARNING"} for name in ("celery.app.trace", "celery.worker.strategy")},
        # Django's own words on a request name its whole address; the line of `LoggedRequest` tells the same without.
        **{name: {"level": "CRITICAL"} for name in ("django.request", "django.security.csrf")},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED_PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # browsers' preload lists: for the owner of a domain to decide
