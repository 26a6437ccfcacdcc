"""A service that checks addresses, to try MyCRM with: it answers as verify-email.org's guest interface does.

`gone...` does not exist, `all...` is at a host that takes every address, all others work; five answers in an hour, then
a sentence. Nothing is asked of anybody.
"""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import unquote

BASE = "/home/verify-as-guest/"
HOURLY = 5
HOUR_SECONDS = 3_600.0
LOGS = {1: "Success", 0: "MailboxDoesNotExist", -1: "ServerIsCatchAll"}


class Budget:
    """Five answers in any rolling hour."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spent: list[float] = []

    def spend(self) -> bool:
        """Take one answer; False when the hour's are used up."""
        with self._lock:
            now = time.monotonic()
            self._spent = [moment for moment in self._spent if now - moment < HOUR_SECONDS]
            if len(self._spent) >= HOURLY:
                return False
            self._spent.append(now)
            return True


BUDGET = Budget()


def answer(email: str) -> object:
    """Return what is said of an address."""
    if not BUDGET.spend():
        return f"You have reached the limit of {HOURLY} emails per hour"
    status = 0 if email.startswith("gone") else -1 if email.startswith("all") else 1
    return {"email": email, "response": {"status": status, "log": LOGS[status]}, "credits": 100}


class Handler(BaseHTTPRequestHandler):
    """Answers GET /livez and GET /home/verify-as-guest/ADDRESS."""

    def do_GET(self) -> None:
        """Answer one question."""
        if self.path == "/livez":
            self._say({"status": "ok"})
        elif self.path.startswith(BASE):
            self._say(answer(unquote(self.path.removeprefix(BASE))))
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's signature
        """Addresses stay out of the log."""

    def _say(self, said: object) -> None:
        body = json.dumps(said).encode()
        self.send_response(200)
        # As the original does it: JSON under the name of a page.
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
