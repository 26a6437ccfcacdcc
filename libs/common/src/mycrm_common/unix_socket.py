"""A socket file by which programs of this machine come in: whoever may open the file may speak.

A new socket is made under another name and moved into place when it is listened to, so the file is never there
with other rights; what a killed process left is replaced, one that somebody answers is not. The kernel takes a
socket's path of at most 107 bytes: a longer one is named by way of a descriptor of its folder.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mycrm_common.errors import StartError

_LONGEST = 107
_BACKLOG = 64
_CONNECT_SECONDS = 2.0


@contextmanager
def listening_socket(path: Path) -> Iterator[socket.socket]:
    """Listen at a path, for the owner of the file alone; what is still ours is removed at the end."""
    if is_answered(path):
        raise StartError("socket_in_use", path=path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        try:
            number = _put_in_place(made, path)
        except OSError as error:
            raise StartError("socket_unusable", path=path, reason=error.strerror) from None
        try:
            yield made
        finally:
            if _number_of(path) == number:
                path.unlink()


@contextmanager
def short_name(path: Path) -> Iterator[str]:
    """Give a name of a path that a socket's address has room for, while the block lasts."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def is_answered(path: Path) -> bool:
    """Tell whether a living process listens there; PermissionError where that is not for us to know."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller, short_name(path) as name:
            caller.settimeout(_CONNECT_SECONDS)
            caller.connect(name)
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        return False
    except (TimeoutError, BlockingIOError):
        pass  # Somebody is there, and very busy.
    return True


def _put_in_place(made: socket.socket, path: Path) -> int:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with short_name(draft) as name:
        made.bind(name)
    draft.chmod(0o600)
    made.listen(_BACKLOG)
    number = draft.stat().st_ino
    draft.rename(path)
    return number


def _number_of(path: Path) -> int | None:
    try:
        return path.lstat().st_ino
    except OSError:
        return None
