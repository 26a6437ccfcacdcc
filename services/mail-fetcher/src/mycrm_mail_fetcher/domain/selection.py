"""Which sections of a mail are its text, by what the server says of it.

The choice is that of `domain.texts`, made before a byte of the text is here: of alternatives one page and one plain
text, texts that stand side by side, what a report reports; never files. A mail inside the mail, or a text file, is
asked for only where what stands beside it can hardly say anything.
"""

from dataclasses import dataclass, field
from typing import Final

from mycrm_mail_fetcher.domain.assembly import LONGEST_HEADER, assemble, fetched_limit
from mycrm_mail_fetcher.domain.bounces import is_from_mail_system
from mycrm_mail_fetcher.domain.notices import is_invitation, is_package, is_sealed
from mycrm_mail_fetcher.domain.parts import REPORTS, RETURNED_HEADERS, Part
from mycrm_mail_fetcher.domain.structure import SectionWish, Structure
from mycrm_mail_fetcher.domain.texts import LAST_RESORTS, READABLE, shown_together

# So few bytes may be a blank line, or a page that shows nothing.
_HARDLY_A_WORD: Final = {"text/plain": 40, "text/html": 600}
_LONGEST_OWN_HEADER: Final = 4 * 1024
_MOST_SPARE: Final = 3


def sections_wanted(structure: Structure, header: bytes) -> tuple[SectionWish, ...] | None:
    """Return the sections that make the mail's text; None where the whole mail has to be read."""
    root = assemble(structure, header=header, sections={})
    if root is None:
        return None
    found = _Choice(is_return=_may_be_return(root))
    found.look(root)
    if all(_is_hardly_a_word(text) for text in found.texts):
        found.take_spare()
    for text in found.texts:
        found.want(text)
    return tuple(found.wishes.values())


@dataclass(slots=True)
class _Choice:
    """What a walk through the tree found: texts, what may have to stand in for them, and the wishes so far.

    Of a mail that may have come back, `is_return`, it matters to whom it was sent.
    """

    is_return: bool = False
    texts: list[Part] = field(default_factory=list)
    spare: list[Part] = field(default_factory=list)
    wishes: dict[str, SectionWish] = field(default_factory=dict)

    def look(self, part: Part) -> None:
        """Walk through this part and all inside it that may be text."""
        if is_sealed(part):
            return
        if is_package(part):
            self.spare.append(part)
        elif is_invitation(part) or part.content_type in REPORTS:
            self.want(part)
        elif part.content_type == "message/rfc822":
            self._look_at_mail(part)
        elif part.content_type in RETURNED_HEADERS and self.is_return:
            self.want(part)
        elif part.content_type in LAST_RESORTS:
            self.spare.append(part)
        elif part.children:
            self._look_inside(part)
        elif part.content_type in READABLE and part.disposition != "attachment":
            (self.spare if part.name else self.texts).append(part)

    def take_spare(self) -> None:
        """Take what is read where there is nothing else."""
        for part in self.spare[:_MOST_SPARE]:
            if not part.children:
                self.want(part)
            elif not part.children[0].section:
                self.want(part)  # A mail that the server could not look into.
            else:
                self._want_header(part)
                inner = _Choice()
                inner.look(part.children[0])
                self.texts += inner.texts

    def want(self, part: Part) -> None:
        """Wish for a part's bytes."""
        size = part.stated_size or 0
        if size:
            limit = fetched_limit(part.content_type, size)
            self.wishes.setdefault(part.section, SectionWish(section=part.section, limit=limit))

    def _look_at_mail(self, part: Part) -> None:
        self.spare.append(part)
        if part.name and not self.is_return:
            return
        # Without a name its subject is that of the file that it hangs on the mail as.
        if part.children[0].section:
            self._want_header(part)
        else:
            self.want(part)

    def _want_header(self, mail: Part) -> None:
        section = f"{mail.section}.HEADER"
        self.wishes[section] = SectionWish(section=section, limit=LONGEST_HEADER)

    def _look_inside(self, part: Part) -> None:
        for child in _candidates(part):
            if _is_doubtful(child):
                section = f"{child.section}.MIME"
                self.wishes[section] = SectionWish(section=section, limit=_LONGEST_OWN_HEADER)
            self.look(child)


def _may_be_return(root: Part) -> bool:
    reports = root.content_type == "multipart/report" or any(
        part.content_type in REPORTS for part in root.walk()
    )
    return reports or is_from_mail_system(root.headers)


def _candidates(part: Part) -> list[Part]:
    """Return the children that may be shown: of alternatives the last page and the last plain text."""
    children = shown_together(part)
    if part.content_type != "multipart/alternative":
        return list(children)
    last = {child.content_type: child for child in children if child.content_type in READABLE}
    return [child for child in children if last.get(child.content_type, child) is child]


def _is_doubtful(part: Part) -> bool:
    """Say whether the server may have called it plain text because it knew nothing else to say."""
    charset = part.type_parameters.get("charset", "us-ascii").lower()
    return part.content_type == "text/plain" and charset == "us-ascii" and not part.name


def _is_hardly_a_word(part: Part) -> bool:
    return (part.stated_size or 0) <= _HARDLY_A_WORD[part.content_type]
