"""Tells by its exit code whether the service of this container is ready: `python -m mycrm_common.health_check 8081`."""

import http.client
import sys

_SECONDS = 4


def is_ready(port: int) -> bool:
    """Return whether `/readyz` on this machine answers 200; whatever else happens is a no."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(sys.argv[1])) else 1)
