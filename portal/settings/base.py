"""Settings that hold everywhere. Each value from the environment has a safe default; the README lists them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import environ
from django.conf.locale import LANG_INFO

from portal.language.languages import LANGUAGES as PORTAL_LANGUAGES
from portal.language.languages import SOURCE_LANGUAGE

from . import environment, hosts, media, reports, values

BASE_DIR = environment.BASE_DIR

# All state lies in one folder: database, media, collected static files, secret key, cache.
VAR_DIR = environment.state_folder()


DEBUG = False

# The portal's own address: host, allowed hosts, CSRF origins and all absolute addresses follow from it.
HOST, PORT = hosts.hosts()
_address = hosts.portal_url(HOST, PORT)
PORTAL_URL = f"{_address.scheme}://{_address.netloc}"
PORTAL_HOST = hosts.bracketed(_address.hostname)
IS_HTTPS = _address.scheme == "https"
PORTAL_PORT = _address.port or (443 if IS_HTTPS else 80)

ALLOWED_HOSTS = hosts.allowed_hosts(HOST, PORTAL_HOST)
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]

# Behind proxies the address of a visitor is what they say it is; what anybody else says is not believed.
TRUSTED_PROXIES = hosts.trusted_proxies(IS_HTTPS)

INSTALLED_APPS = [
    "portal",
    "home",
    "news",
    "participate",
    "research",
    "work",
    "about",
    "agenda",
    "search",
    "translation.desk",
    "translation",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.sites",
    "portal.apps.UsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.api.v2",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "portal.http.keeping.KeepingMiddleware",
    "portal.http.middleware.PreviewMiddleware",
    "portal.http.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.http.middleware.LanguageMiddleware",
    "portal.http.middleware.LineBreakMiddleware",
    "portal.http.middleware.OddAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.admin.language.AdminLanguageMiddleware",
    "portal.admin.malformed.MalformedFormMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "translation.middleware.BroughtBackMiddleware",
    "portal.http.middleware.RedirectMiddleware",
    "portal.http.middleware.RefusedPublicationMiddleware",
    "portal.accounts.middleware.DoorMiddleware",
    "translation.middleware.OfflineSourceMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["portal.serving.templates.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.readers.context",
            ],
        },
    },
]

DATABASES = {"default": environ.Env.db_url_config(environment.database_url(VAR_DIR))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Write-ahead log and immediate transactions: readers never wait, writers queue instead of failing.
    # https://docs.djangoproject.com/en/5.2/ref/databases/#sqlite-transaction-behavior
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # To compile a plan takes the server a hundred times as long as any query of the portal runs, with many pages at each change.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options["options"] = f"-c jit=off {_options.get('options', '')}".rstrip()
# Opening one costs more than a query.
DATABASES["default"]["CONN_MAX_AGE"] = 60
# How many machines serve this database: each has a state folder of its own, and hears of changes from the database.
MACHINES = environment.machines(VAR_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": environ.Env.cache_url_config(environment.cache_url(VAR_DIR))}
if CACHES["default"]["BACKEND"].endswith("redis.RedisCache"):
    CACHES["default"] |= {
        "BACKEND": "portal.caches.RedisCache",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1, **CACHES["default"].get("OPTIONS", {})},
    }


def _code_fingerprint() -> str:
    """Return a hash of the portal's code: what another version of it kept may have another shape."""
    code = hashlib.sha256()
    for app in sorted(BASE_DIR.glob("*/apps.py")):
        for path in sorted(app.parent.rglob("*.py")):
            code.update(path.read_bytes())
    return code.hexdigest()[:12]


# Other applications, and portals with another prefix (`?key_prefix=` in CACHE_URL), may keep theirs in the same place.
CACHES["default"]["KEY_PREFIX"] = f"{CACHES['default'].get('KEY_PREFIX', 'portal')}:{_code_fingerprint()}"
# Counters of requests come and go by the hundred; in a cache of files they would push out what is kept for long.
CACHES["counters"] = dict(CACHES["default"])
if CACHES["default"]["BACKEND"].endswith("FileBasedCache"):
    CACHES["default"]["BACKEND"] = CACHES["counters"]["BACKEND"] = "portal.caches.FileCache"
    # Each part of the menus of each language, first pages of lists, pictures for links: Django's 300 would push each other out.
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 2000, **CACHES["default"].get("OPTIONS", {})}
    CACHES["counters"] |= {"LOCATION": f"{CACHES['default']['LOCATION']}/counters", "OPTIONS": {"MAX_ENTRIES": 1000}}

# One mechanism for all doors (`portal.accounts.attempts`), in the database: what it knows is not lost with a cache.
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.AccountBackend"]
# Where a way in that names no destination ends; the portal's own forms know a better one.
LOGIN_REDIRECT_URL = "choose_language"
CSRF_FAILURE_VIEW = "portal.http.views.csrf_failure"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS += [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": environment.PASSWORD_LENGTH},
    },
    {"NAME": "portal.accounts.validators.EasyPasswordValidator"},
]

# Accounts for trying, one for each role; where the portal is public they are made on demand only.
DEMO_ACCOUNTS = values.yes("PORTAL_DEMO_ACCOUNTS", default=not IS_HTTPS)

# What follows from a change at once (reference index, indexing, deletion of files) stays in the request. What takes long is a job that
# the runner does (`portal.jobs`); one of the second kind is never begun again when a crash leaves open how far it came.
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "jobs": {"BACKEND": "portal.jobs.JobBackend"},
    "once": {"BACKEND": "portal.jobs.JobBackend", "OPTIONS": {"repeatable": False}},
}
# So often it is looked whether a page is due to go online or offline.
PUBLICATION_SECONDS = values.number("PUBLICATION_SECONDS", 20, 1, environment.PUBLICATION_MOST)

# Pages that everybody may be given are kept by each process that answers, until a change touches them.
PAGE_CACHE = values.yes("PAGE_CACHE", default=True)
# Caches in front, which are told what changes (`portal.http.purging`).
WAGTAILFRONTENDCACHE = environment.frontend_caches()

# Languages: one list for addresses, content and catalogs.
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
LANGUAGE_CODE = SOURCE_LANGUAGE
LANGUAGES = [(language.code, language.name) for language in PORTAL_LANGUAGES]
# Django takes name and code of a language that it does not know from its base language: “Deutsch” for Leichte Sprache.
for _language in PORTAL_LANGUAGES:
    LANG_INFO.setdefault(
        _language.code,
        {
            "bidi": _language.direction == "rtl",
            "code": _language.code,
            "name": _language.name,
            "name_local": _language.name,
        },
    )
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
WAGTAILADMIN_PERMITTED_LANGUAGES = [("de", "Deutsch"), ("en", "English")]
# A time that is typed means one moment, whoever types it.
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
# The second holds what Django, Wagtail and wagtail-localize lack in German; it is written by hand.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "portal/admin/upstream"]
FORMAT_MODULE_PATH = ["portal.language.formats"]

# A translation that was only begun must not go live with the source's text.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
# The texts of a translation that is deleted stay for the next try; `translation.aliases` deletes those of a deleted source.
WAGTAILLOCALIZE_DISABLE_ON_DELETE = True
# `portal.pages.redirects` leaves them, for whole subtrees at once.
WAGTAILREDIRECTS_AUTO_CREATE = False

STATIC_URL = "/static/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.serving.styles.StyleSheetFinder",
]
# `portal.serving.preparation` collects them aside and renames the folder.
STATIC_ROOT = Path(values.text("PORTAL_STATIC_ROOT", str(VAR_DIR / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# What is uploaded lies in a bucket instead where one is named.
S3 = media.bucket()
STORAGES = {
    "default": {"BACKEND": "portal.uploads.bucket.BucketStorage" if S3 else "portal.uploads.storage.WholeFileStorage"},
    "staticfiles": {"BACKEND": "portal.serving.static.StaticStorage"},
}

FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "portal.uploads.storage.UploadHandler",
]

WAGTAIL_SITE_NAME = "IOM Deutschland"
WAGTAILADMIN_USER_LOGIN_FORM = "portal.accounts.forms.LoginForm"
WAGTAILADMIN_BASE_URL = PORTAL_URL
WAGTAILAPI_BASE_URL = PORTAL_URL
# Nothing in the admin asks another host.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False

# URLs and prefix are for search servers; the database takes no notice of them.
WAGTAILSEARCH_BACKENDS = {
    "default": {
        "BACKEND": environment.search_backend(),
        "URLS": values.words("SEARCH_URLS") or ["http://localhost:9200"],
        "INDEX_PREFIX": values.text("SEARCH_PREFIX"),
    },
}
# How often one address may ask within a minute.
SEARCH_RATE = values.number("SEARCH_RATE", 60, 1)
SEARCH_SUGGESTION_RATE = values.number("SEARCH_SUGGESTION_RATE", 240, 1)
# What was asked is kept for so many days.
SEARCH_LOG_DAYS = values.number("SEARCH_LOG_DAYS", 90, 1, environment.DAYS_MOST)
# Base forms of words and where they may break, made once; several portals on a machine can share them.
DICTIONARIES = environment.dictionaries(VAR_DIR)

# Where `make backup` puts what it saves, and how many backups it leaves there.
BACKUPS = environment.named_folder("PORTAL_BACKUPS", VAR_DIR / "backups")
MIRROR = environment.named_folder("PORTAL_MIRROR")
BACKUPS_KEPT = values.number("BACKUPS_KEPT", 14, 0, 10_000)

WAGTAILIMAGES_IMAGE_MODEL = "portal.PortalImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "portal.uploads.forms.ImageForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
# What cameras make fits. Twice as many take half a minute and half a gigabyte wherever a size is made of them.
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 64_000_000
# SVG is refused: an uploaded drawing can carry script. The portal's own drawings are static files.
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_DOCUMENT_MODEL = "portal.PortalDocument"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "portal.uploads.forms.DocumentForm"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "ics", "mp3", "mp4", "odt", "ods", "pdf", "pptx", "txt", "vtt", "webm", "xlsx", "zip"]
# A film in sign language of five minutes fits.
WAGTAILDOCS_MAX_UPLOAD_SIZE = 200 * 1024 * 1024
WAGTAILDOCS_PASSWORD_REQUIRED_TEMPLATE = "wagtailcore/password_required.html"  # noqa: S105
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_INLINE_CONTENT_TYPES = ["application/pdf", "audio/mpeg", "text/vtt", "video/mp4", "video/webm"]
# Addresses are ASCII in every language: they survive mail clients and print.
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
# Deputies publish by the right of those in whose place they approve.
WAGTAIL_FINISH_WORKFLOW_ACTION = "portal.pages.approvals.publish_approved"

EMAIL_CONFIG = environ.Env.email_url_config(environment.email_url())
vars().update(EMAIL_CONFIG)
# Without a way to send mail nobody is promised any, and no link to a new password is written into a log (but in development).
SENDS_MAIL = not EMAIL_CONFIG["EMAIL_BACKEND"].endswith("console.EmailBackend")
WAGTAIL_PASSWORD_RESET_ENABLED = SENDS_MAIL
EMAIL_BACKEND = "portal.accounts.mail.RecordedMail" if SENDS_MAIL else "portal.accounts.mail.UnsentMail"
DEFAULT_FROM_EMAIL = environment.default_from(PORTAL_HOST)
# A mail server that hangs holds up no other job for longer, and the mail is tried again.
EMAIL_TIMEOUT = 30

# How many messages one address may send through the forms within an hour: many people share one in a shelter. After how many days they
# are deleted, and after how many somebody is reminded of those that nobody saw to.
MESSAGE_RATE = values.number("MESSAGE_RATE", 20, 1)
MESSAGE_DAYS = values.number("MESSAGE_DAYS", 90, 1, environment.DAYS_MOST)
MESSAGE_REMINDER_DAYS = values.number("MESSAGE_REMINDER_DAYS", 3, 1, environment.DAYS_MOST)

# Cookies exist only for people who sign in; anonymous visitors get none.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Seconds: nobody stays signed in for longer than a working day, or without doing anything for two hours.
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_IDLE_SECONDS = 2 * 60 * 60
# Whoever has the permission to need a second factor sets it up at the next sign-in.
SECOND_FACTOR = values.yes("SECOND_FACTOR", default=IS_HTTPS)
OTP_TOTP_ISSUER = PORTAL_HOST
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
# Gone with the browser: a form on a page with a password sets it, for somebody who never signs in.
CSRF_COOKIE_AGE = None
# The admin shows previews of pages in a frame of its own origin; the check wants no frame at all.
X_FRAME_OPTIONS = "SAMEORIGIN"
# The other one wants HSTS preloading, which only the owner of the domain can promise (`HSTS_PRELOAD`).
SILENCED_SYSTEM_CHECKS = ["security.W019", "security.W021"]
# Where “Leave this page quickly” leads: a harmless page that is seen often, of a public body, without advertising.
QUICK_EXIT_URL = "https://www.dwd.de/DE/wetter/wetterundklima_vorort/_node.html"
# Where somebody comes from is nobody's business: an address may tell what they need.
SECURE_REFERRER_POLICY = "same-origin"
# Where browsers report what a Content-Security-Policy forbade; as it comes, nowhere.
CSP_REPORT_URI = environment.report_address()
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

if IS_HTTPS:
    # A proxy in front ends TLS and says so in this header; it must strip the header from outside.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = values.number("HSTS_SECONDS", 365 * 24 * 60 * 60, 1)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # For all hosts of the domain, and hardly to be taken back: https://hstspreload.org
    SECURE_HSTS_PRELOAD = values.yes("HSTS_PRELOAD", default=False)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Browsers take them from this host alone, with no domain: https://www.rfc-editor.org/rfc/rfc6265bis (4.1.3.2)
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "portal.settings.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": values.choice("LOG_FORMAT", "line", environment.LOG_FORMATS)}},
    "root": {"handlers": ["console"], "level": values.choice("LOG_LEVEL", "WARNING", environment.LOG_LEVELS)},
}

# Where a port is given, one process says there whether the portal lives, is ready, and how it is: for this machine or a private network.
STATUS_HOST, STATUS_PORT = environment.status_address()

if _dsn := environment.sentry_dsn():
    reports.begin(_dsn, _code_fingerprint())

# Last: where a setting above is refused, nothing has been written.
SECRET_KEY = environment.secret_key(VAR_DIR)
