"""verify-email.org's keyed interface: base/KEY/verify/ADDRESS; the key is a secret and stands in no log."""

from urllib.parse import quote

from mycrm_verifier.ports.provider import Answer, AsksAtOnce
from mycrm_verifier.providers.answers import read_answer
from mycrm_verifier.providers.web import Web


class KeyedProvider(AsksAtOnce):
    """Asks with a key that somebody has paid for."""

    name = "keyed"
    cost = 1
    reveals = "the address, to verify-email.org and to the mail server that it asks"

    def __init__(self, *, base: str, key: str, web: Web) -> None:
        self._start = f"{base.rstrip('/')}/{quote(key, safe='')}/verify/"
        self._web = web

    async def check(self, email: str) -> Answer:
        """Ask about an address."""
        return read_answer(await self._web.get(self._start + quote(email, safe="@")), email)

    async def close(self) -> None:
        """Nothing is held."""
