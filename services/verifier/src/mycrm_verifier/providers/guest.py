"""verify-email.org's guest interface: GET base + address; five questions an hour per caller, free of charge."""

from urllib.parse import quote

from mycrm_verifier.ports.provider import Answer, AsksAtOnce
from mycrm_verifier.providers.answers import read_answer
from mycrm_verifier.providers.web import Web


class GuestProvider(AsksAtOnce):
    """Asks as a guest."""

    name = "guest"
    cost = 1
    reveals = "the address, to verify-email.org and to the mail server that it asks"

    def __init__(self, *, base: str, web: Web) -> None:
        self._base = base if base.endswith(("/", "=")) else f"{base}/"
        self._web = web

    async def check(self, email: str) -> Answer:
        """Ask about an address, every letter of it escaped that could end a URL's part."""
        page = await self._web.get(
            self._base + quote(email, safe="@"), headers={"Accept": "application/json"}
        )
        return read_answer(page, email)

    async def close(self) -> None:
        """Nothing is held."""
