"""Images of a mail that lie elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class RemoteImages(Protocol):
    """Fetches images for a reader, so that who reads what and where stays unknown to those who sent the mail."""

    async def fetch(self, urls: Sequence[str]) -> Mapping[str, str]:
        """Return the images that could be had, each as a `data:` URL by its own; the others are left out."""
