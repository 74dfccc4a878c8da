"""What every way of running the portal has in common. Values come from the environment, read strictly (config.env)."""

from collections.abc import Callable
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF
from django.templatetags.static import static
from django.urls import reverse_lazy

from config import broker, env, sqlite
from config.settings.doors import *

django_stubs_ext.monkeypatch()  # lets classes such as ModelAdmin[Issue] be written at run time

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
RUN_DIR = DATA_DIR / "run"

# --- the portal
VENDOR_NAME = env.text("VENDOR_NAME", "Protecto")
PORTAL_URL = env.portal_url("PORTAL_URL", "http://127.0.0.1:8000")
HEARTBEAT_STALE_AFTER = env.integer("HEARTBEAT_STALE_AFTER", 60, least=10)  # seconds, see config.health

# What each round of the delivery does first. The letterbox knows no app above it, so the project says it here:
# whoever delivers notices a dead watch, with and without Celery.
BEFORE_DELIVERY = ["slaportal.escalations.services.deadman.notice_a_silent_watch"]
# Whether one person may get another's urgent mail; asked again at each message.
MAY_STAND_IN = "slaportal.escalations.selectors.absences.may_stand_in"
# Where the answer to a message goes; "" where answers by mail do not come in.
REPLY_ADDRESS = "slaportal.integrations.services.mail.reply_address"

# Long work, by kind: what does it (slaportal.jobs). The app that runs it knows none of those above it.
# Kind of message → what is attached to its mails, as a function of the message's context.
MAIL_ATTACHMENTS: dict[str, str] = {
    "report-issued": "slaportal.reports.selectors.status_reports.attached",
}
JOB_KINDS: dict[str, str] = {
    "reports.issue": "slaportal.reports.tasks.issue_report",
    "audit-pack": "slaportal.reports.services.audits.packing.run",
    "leaving": "slaportal.integrations.services.leaving.run",
    "whatif": "slaportal.feedback.services.whatif.run",
}

# --- the ledger's seal: the key that signs checkpoints, and a folder for it and for what was signed last
LEDGER_KEY = env.secret("LEDGER_KEY", "")  # 32 bytes in base64; without it a key is made in LEDGER_DIR
LEDGER_DIR = DATA_DIR / "ledger"
# Who compares words that are kept outside the ledger with the hashes in it; see manage.py verify_ledger.
LEDGER_WORDS = ["slaportal.issues.selectors.words.changed_words"]

# --- applications
INSTALLED_APPS = [
    "config.admin.UnfoldConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    *DOOR_APPS,
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "slaportal.notifications",
    "slaportal.accounts",
    "slaportal.jobs",
    "slaportal.ledger",
    "slaportal.policies",
    "slaportal.issues",
    "slaportal.escalations",
    "slaportal.feedback",
    "slaportal.reports",
    "slaportal.integrations",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.headers.permissions_policy",
    "config.headers.PathCSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "slaportal.accounts.middleware.MembershipMiddleware",
    "slaportal.accounts.middleware.SecondFactorMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
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
                "config.context.portal",
            ],
        },
    },
]

# --- database: SQLite in DATA_DIR unless DATABASE_URL says PostgreSQL
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
sqlite.use_newest()
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = dict(sqlite.OPTIONS)
else:
    DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
    DATABASES["default"]["OPTIONS"] = {
        "pool": {
            "min_size": 1,
            "max_size": env.integer("DATABASE_POOL", 8, least=1, most=200),
            "timeout": 10,
        },
    }
# Under ASGI connections must not outlive their request; PostgreSQL has the pool instead. And never ATOMIC_REQUESTS:
# with IMMEDIATE every page view would take the write lock.
DATABASES["default"]["CONN_MAX_AGE"] = 0

# --- broker and cache
REDIS_URL = env.url("REDIS_URL", env.REDIS_SCHEMES, "") or broker.embedded(DATA_DIR)
if REDIS_URL:
    CELERY_BROKER_URL = broker.celery_url(REDIS_URL)
    CELERY_BROKER_TRANSPORT_OPTIONS = dict(broker.REDIS_OPTIONS)
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "slaportal",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        },
    }
else:
    CELERY_BROKER_URL = env.url("BROKER_URL", ("filesystem", "memory"), "memory://localhost/")
    CELERY_BROKER_TRANSPORT_OPTIONS = {}
    if CELERY_BROKER_URL.startswith("filesystem:"):
        CELERY_BROKER_TRANSPORT_OPTIONS = broker.filesystem_options(RUN_DIR / "queue")
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600  # below the visibility timeout, else a slow task would run twice
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
# A dead broker must not hold up the person whose click rings the bell: one try, no waiting.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TIMEZONE = "UTC"

# --- people
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 4 * 3600  # seconds a link for a new password works
SESSION_COOKIE_AGE = env.integer("SESSION_HOURS", 12, least=1, most=24 * 30) * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# --- language and time: UTC inside, each person's zone and language on pages (accounts.middleware)
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- files. Uploads are never served from an address: views check who asks and send them as attachments.
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = DATA_DIR / "media"

# --- mail
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{VENDOR_NAME} support <support@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10

# --- mail in (docs/mail-in.md): off until the portal has an address of its own
INBOUND_ADDRESS = env.text("INBOUND_ADDRESS", "")  # support@portal.example; answers go to support+token@…
INBOUND_AUTHSERV_ID = env.text(
    "INBOUND_AUTHSERV_ID", ""
)  # how our mail server signs its Authentication-Results
INBOUND_IMAP = env.url("INBOUND_IMAP", ("imaps", "imap"), "")  # imaps://name:password@host/INBOX
INBOUND_HOOK = env.text("INBOUND_HOOK", "")  # mailgun, postmark …: the provider that calls /hooks/mail
ANYMAIL = {"WEBHOOK_SECRET": env.secret("INBOUND_HOOK_SECRET", "")}  # name:password of that call

# --- security headers
SECURE_CONTENT_TYPE_NOSNIFF = True
# Files aside. Beyond it the server reads no further; a text of 10 MB still comes back with a sentence at its field.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 2**20
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- REST: closed unless a view opens itself
API_CALLS_A_MINUTE = env.integer("API_CALLS_A_MINUTE", 600, least=1, most=1_000_000)  # of one token or person
API_WRONG_TOKENS_A_MINUTE = env.integer("API_WRONG_TOKENS_A_MINUTE", 20, least=1)  # from one network address
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "slaportal.accounts.api.authentication.TokenAuthentication",
        "slaportal.accounts.api.authentication.PersonReading",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "slaportal.accounts.api.schema.PortalSchema",
    "EXCEPTION_HANDLER": "slaportal.accounts.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# --- webhooks: public addresses over HTTPS, and what the operator opens beside them
WEBHOOK_SCHEMES = env.words("WEBHOOK_SCHEMES", ("https",))
WEBHOOK_ALLOWED_NETWORKS = env.words("WEBHOOK_ALLOWED_NETWORKS")  # such as 10.1.0.0/16, for receivers inside
WEBHOOK_ALLOWED_PORTS = [int(port) for port in env.words("WEBHOOK_ALLOWED_PORTS")]

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "SLA portal",
    "VERSION": "1",
    "DESCRIPTION": (
        "Issues, their deadlines and how they came about, for the programs of both parties. "
        "A token acts for the person who made it and never does more than that person may do now; "
        "what only a person may do, no token opens."
    ),
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": PORTAL_URL}],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "ENFORCE_NON_BLANK_FIELDS": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["slaportal.accounts.api.schema.say_no"],
}


# --- admin
def admin_style(name: str) -> Callable[[object], str]:
    """Return a way to find one style sheet, asked once files can be found."""
    return lambda request: static(f"css/{name}.css")


IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
UNFOLD = {
    "SITE_TITLE": f"{VENDOR_NAME} support",
    "SITE_HEADER": f"{VENDOR_NAME} support",
    "SITE_SUBHEADER": "Staff",
    "SITE_SYMBOL": "support_agent",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "slaportal.issues.admin.front.front_page",
    "SIDEBAR": {
        "navigation": "slaportal.accounts.staff_menu.sections",
        "show_search": False,
        "show_all_applications": False,
    },
    "ACCOUNT": {
        "navigation": [
            {"title": "Your profile", "link": reverse_lazy("accounts:profile")},
            {"title": "Password", "link": reverse_lazy("accounts:password")},
        ],
    },
    # The portal's own tokens and components; css/admin.css fits the theme around them.
    "STYLES": [
        admin_style("tokens"),
        admin_style("badges"),
        admin_style("surfaces"),
        admin_style("controls"),
        admin_style("forms"),
        admin_style("story"),
        admin_style("admin"),
    ],
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/icon.svg")}
    ],
    "COLORS": {
        "base": {
            "50": "#f7f7f5",
            "100": "#f1f1ee",
            "200": "#e2e2dd",
            "300": "#cfcfc9",
            "400": "#9c9ea8",
            "500": "#64666f",
            "600": "#4d4f57",
            "700": "#3d3f46",
            "800": "#2b2d32",
            "900": "#17181b",
            "950": "#101113",
        },
        "primary": {
            "50": "#ebf0fd",
            "100": "#dbe5fb",
            "200": "#b7ccff",
            "300": "#94b4ff",
            "400": "#7fa3f7",
            "500": "#6b93f2",
            "600": "#1b4fc4",
            "700": "#153f9d",
            "800": "#12357f",
            "900": "#1b2540",
            "950": "#0c1530",
        },
    },
}

# --- log
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        "django.server": {"handlers": [], "propagate": True},
        # Strangers who try host names get 400; a traceback for each would bury what matters.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Addresses of webhooks may carry a key of the receiver.
        "httpx": {"level": "WARNING"},
        # Beat and worker say every ring twice at INFO: 36 lines a minute that tell nothing.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
