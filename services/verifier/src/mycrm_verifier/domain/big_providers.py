"""Mail servers whose word about a mailbox is worth nothing to a stranger: they take all, refuse all, or guess.

Some of them put whoever asks on a list of senders of spam. They are known by the end of a mail server's name, and by
the domains of their own addresses.
"""

from collections.abc import Iterable
from typing import Final

_SERVERS: Final = (
    *(
        "google.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "yahoodns.net",
        "yahoo.com",
        "icloud.com",
    ),
    *(
        "apple.com",
        "qq.com",
        "netease.com",
        "163.com",
        "126.com",
        "mxhichina.com",
        "aliyun.com",
        "sina.com.cn",
    ),
    *(
        "sina.com",
        "sohu.com",
        "139.com",
        "189.cn",
        "21cn.com",
        "yandex.net",
        "yandex.ru",
        "mail.ru",
        "aol.com",
    ),
    *("gmx.net", "web.de", "protonmail.ch", "zoho.com", "mimecast.com", "pphosted.com", "messagelabs.com"),
)
_DOMAINS: Final = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com"),
        *("yahoo.co.jp", "icloud.com", "me.com", "mac.com", "qq.com", "foxmail.com", "163.com", "126.com"),
        *("yeah.net", "vip.163.com", "aliyun.com", "sina.com", "sina.cn", "sohu.com", "139.com", "189.cn"),
        *("21cn.com", "yandex.ru", "yandex.com", "mail.ru", "aol.com", "gmx.de", "gmx.net", "web.de"),
        *("proton.me", "protonmail.com"),
    }
)


def is_big(domain: str, servers: Iterable[str] = ()) -> bool:
    """Tell whether an address's domain, or one of its mail servers, belongs to such a provider."""
    if domain.lower() in _DOMAINS:
        return True
    names = [server.lower().rstrip(".") for server in servers]
    return any(name == end or name.endswith(f".{end}") for name in names for end in _SERVERS)
