"""Which mails a mail answers.

`References` is the whole line of ancestors, the oldest first; `In-Reply-To` the last of them, and all that some
programs write. A line that grew too long keeps its first id and the last ones, as RFC 5322 readers expect.
"""

import re
from typing import Final

from mycrm_mail_fetcher.domain.headers import Headers, message_id

_MOST: Final = 50
_ID = re.compile(rb"<[^<>]{1,998}>")


def references_of(headers: Headers) -> tuple[str, ...]:
    """Return the ids that the mail names as those before it, each once, at most 50."""
    named = b" ".join((*headers.all("references"), *headers.all("in-reply-to")))
    ids = list(dict.fromkeys(filter(None, (message_id(found) for found in _ID.findall(named)))))
    return tuple(ids if len(ids) <= _MOST else [ids[0], *ids[1 - _MOST :]])
