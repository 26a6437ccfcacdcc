"""Where a reader of a stream goes on: what the browser has kept of it, else what the address says."""

from mycrm_api.resources.route import Call

_LARGEST = 2**63 - 1


def last_heard(call: Call, asked: int | None) -> int | None:
    """Return the number of the last thing that a reader has heard, or None where it begins anew.

    A place that was never given is taken for one that is yet to come, so that the reader begins anew and knows it.
    """
    text = call.request.headers.get("Last-Event-ID", "").strip()
    if not text:
        return asked
    return min(int(text[:20]), _LARGEST) if text.isascii() and text.isdigit() else _LARGEST
