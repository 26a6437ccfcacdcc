"""Credentials at rest: AES-256-GCM, bound to the name under which they are kept.

The key is the setting `secret_key` (any text of 32 characters or more) or a file that is made once in the data
folder with mode 0600. A value that was sealed under one name does not open under another.
"""

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mycrm_common.errors import Kind, MyCRMError, StartError

_VERSION = "v1:"
_NONCE = 12
_LEAST_KEY = 32


class SecretBox:
    """Seals and opens small texts."""

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(sha256(b"mycrm secret box\0" + key.encode()).digest())

    def seal(self, text: str, *, name: str) -> str:
        """Return the text encrypted, to be opened under the same name only."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, text.encode(), name.encode())
        return _VERSION + base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, sealed: str, *, name: str) -> str:
        """Return the text; a wrong key, name or a changed value is `secret_unreadable`."""
        try:
            raw = base64.b64decode(sealed.removeprefix(_VERSION), validate=True)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], name.encode()).decode()
        except (InvalidTag, ValueError) as error:
            detail = f"{name} was encrypted with another MYCRM_SECRET_KEY; enter it again"
            raise MyCRMError("secret_unreadable", Kind.UNAVAILABLE, detail) from error


def key_from(setting: str | None, data_dir: Path) -> str:
    """Return the key that was set, else the one kept in the data folder, made at the first start."""
    if setting is not None:
        if len(setting) < _LEAST_KEY:
            raise StartError("secret_key_short", least=_LEAST_KEY)
        return setting
    path = data_dir / "secret.key"
    try:
        with _alone_in(data_dir):
            if not path.exists():
                _write_once(path, secrets.token_urlsafe(48))
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it holds no key"
        raise StartError("data_dir_unusable", path=path, reason=reason) from None
    if len(key) < _LEAST_KEY:
        raise StartError("data_dir_unusable", path=path, reason="it holds no key")
    return key


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    # Two first starts at once would make a key each, and what one has sealed the other's key does not open.
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_once(path: Path, key: str) -> None:
    # Written under another name first: a crash never leaves half a key behind.
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
