"""Hostile HTML made safe."""

from typing import Protocol


class SafeHtml(Protocol):
    """HTML that can only be looked at."""

    @property
    def html(self) -> str:
        """The HTML."""
        ...

    @property
    def blocked_images(self) -> int:
        """How many remote images wait in it for the reader's word."""
        ...


class Sanitise(Protocol):
    """Makes HTML safe to show."""

    def __call__(self, html: str, /, *, folds: bool = True) -> SafeHtml:
        """What of this HTML is safe to show; with `folds` quoted mail and signatures are folded away in it."""
        ...
