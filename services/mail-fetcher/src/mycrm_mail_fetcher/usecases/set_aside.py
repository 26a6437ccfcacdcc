"""What rules of the moment leave out of a folder that holds all mail.

Gmail's folders are labels, and one folder has every mail: drafts, which nobody has sent, are among it, and so is what
lies in a folder that the team has excluded. Archived mail is nowhere else, so that folder has to be read.
"""

from collections.abc import Mapping

from mycrm_mail_fetcher.domain.accounts import Rule
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports import RemoteFolder
from mycrm_mail_fetcher.ports.looking import Reader

Aside = Mapping[Rule, UidSet]
_EVERYTHING = "all"


async def set_aside(remote: RemoteFolder, reader: Reader) -> Aside:
    """Return the uids of the open folder that are left out, each under one rule."""
    if remote.special_use != _EVERYTHING:
        return {}
    drafts = await reader.session.drafts()
    excluded = UidSet()
    for folder in reader.rules.excluded:
        excluded |= await reader.session.labelled(folder)
    return {Rule.DRAFT: drafts, Rule.EXCLUDED: excluded - drafts}
