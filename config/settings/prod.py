"""Production: behind a proxy that speaks HTTPS, values from the environment, nothing guessed that matters."""

from config import env
from config.settings.base import *

DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY")
DATABASE_URL = env.secret("DATABASE_URL")  # required: production says where its data lives
PORTAL_URL = env.portal_url("PORTAL_URL")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [PORTAL_URL.partition("://")[2].partition(":")[0]])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [PORTAL_URL])

globals().update(env.mail("EMAIL_URL"))

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

HTTPS = env.boolean("HTTPS", True)  # False only for a trial on a machine of one's own
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
if env.boolean("BEHIND_PROXY", True):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
