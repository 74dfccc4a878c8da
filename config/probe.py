"""For health checks of containers: ask the web process of this container how it is. `python -m config.probe`.

Exit code 0 when all is well, 1 otherwise; prints what `/healthz` says.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

from config import env


def main() -> int:
    """Ask under the public name, since the portal answers to no other."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", env.integer("PORT", 8000, least=1, most=65535), timeout=10
    )
    host = urlsplit(os.environ.get("PORTAL_URL", "")).netloc or "localhost"
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        response = connection.getresponse()
        print(response.read().decode())
    except (OSError, http.client.HTTPException) as error:
        print(f"The web process does not answer: {error}")
        return 1
    finally:
        connection.close()
    return 0 if response.status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
