"""`make run` and development: everything in DATA_DIR, nothing to set, reachable from this machine only."""

from pathlib import Path

from config import env, secret_key

env.read_file(Path(__file__).resolve().parent.parent.parent / ".env")

from config.settings.base import *

# Off, so that people who try the portal see its own error pages; DEBUG=True shows tracebacks.
DEBUG = env.boolean("DEBUG", False)
SECRET_KEY = env.secret("SECRET_KEY", "") or secret_key.kept_in(DATA_DIR)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

globals().update(env.mail("EMAIL_URL", "mailbox://"))

# The people of the demo world sign in with what the terminal says; SECOND_FACTOR_REQUIRED=True tries the rest.
SECOND_FACTOR_REQUIRED = env.boolean("SECOND_FACTOR_REQUIRED", False)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
