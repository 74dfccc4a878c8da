"""The web process: `uvicorn config.asgi:application`."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
# WhiteNoise reads its small files in one go; that this is not asynchronous is fine and need not be said per worker.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous", category=Warning)
application = get_asgi_application()
