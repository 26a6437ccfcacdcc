"""What can go wrong with a mailbox, in MyCRM's own words.

The detail is for people: the server's sentence or the library's, shortened, on one line, and never with the
password in it.
"""

import ssl
from pathlib import Path

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.domain.throttling import least_rest

LONGEST_DETAIL = 300
_CERTIFICATE_FAULTS = {
    9: "not valid yet",
    10: "expired",
    62: "wrong host name",
    64: "wrong host name",
}


class ConnectionBrokenError(Exception):
    """The connection ended, by the server's word or without one."""


def unreachable(reason: object) -> MyCRMError:
    """Nobody answers at this host and port."""
    return MyCRMError("mailbox_unreachable", Kind.UNAVAILABLE, sentence(reason))


def address_invalid(reason: object) -> MyCRMError:
    """This host and port cannot be an address."""
    return MyCRMError("mailbox_unreachable", Kind.INVALID, sentence(reason))


def certificate_untrusted(reason: object) -> MyCRMError:
    """The server cannot prove that it is the one we want."""
    return MyCRMError("mailbox_certificate_untrusted", Kind.INVALID, sentence(reason))


def authorities_unreadable(file: Path, error: OSError) -> MyCRMError:
    """The file with the further authority to trust is of no use."""
    return certificate_untrusted(f"the file of authorities cannot be read: {file}: {error.strerror or error}")


def tls_required(reason: object) -> MyCRMError:
    """The server does not protect the password on its way."""
    return MyCRMError("mailbox_tls_required", Kind.INVALID, sentence(reason))


def login_refused(reason: str, *, secret: str) -> MyCRMError:
    """The server does not let us in: for good with this password, or only for now when it says so."""
    kind = Kind.UNAVAILABLE if least_rest(reason) else Kind.INVALID
    return MyCRMError("mailbox_login_refused", kind, sentence(_without(reason, secret)))


def folder_missing(name: str) -> MyCRMError:
    """The folder is gone, or it is one that only holds others."""
    return MyCRMError("mailbox_folder_missing", Kind.NOT_FOUND, sentence(name))


def protocol_error(reason: object) -> MyCRMError:
    """The server said something that we cannot go on from."""
    return MyCRMError("mailbox_protocol_error", Kind.UNAVAILABLE, sentence(reason))


def no_idle(reason: object) -> MyCRMError:
    """The server does not tell by itself that mail came."""
    return MyCRMError("mailbox_no_idle", Kind.UNAVAILABLE, sentence(reason))


def connection_lost(reason: object) -> MyCRMError:
    """The conversation broke off or came to a standstill."""
    return MyCRMError("mailbox_connection_lost", Kind.UNAVAILABLE, sentence(reason))


def certificate_fault(error: ssl.SSLCertVerificationError) -> MyCRMError:
    """Which of a certificate's promises is broken."""
    fault = _CERTIFICATE_FAULTS.get(error.verify_code, "not trusted")
    return certificate_untrusted(f"{fault}: {error.verify_message}")


def connecting_fault(error: Exception) -> MyCRMError:
    """Why no protected connection came about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return certificate_fault(error)
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return tls_required(f"no TLS on this port: {getattr(error, 'reason', '') or error}")
    if isinstance(error, TimeoutError):
        return unreachable("no answer in time")
    if isinstance(error, ConnectionBrokenError):
        return connection_lost(error)
    if isinstance(error, OSError):
        return unreachable(error)
    return address_invalid(error)


def sentence(reason: object) -> str:
    """One line of readable length."""
    words = " ".join("".join(mark if mark.isprintable() else " " for mark in str(reason)).split())
    return words if len(words) <= LONGEST_DETAIL else f"{words[:LONGEST_DETAIL]}…"


def _without(text: str, secret: str) -> str:
    if not secret:
        return text
    as_sent = secret.replace("\\", "\\\\").replace('"', '\\"')
    return text.replace(as_sent, "***").replace(secret, "***")
