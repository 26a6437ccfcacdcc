"""The composition root: the services that run together in one process."""

from mycrm_common.runner import Part


def parts() -> list[Part]:
    """Return every service."""
    from mycrm_api.service import part as api
    from mycrm_backup.service import part as backup
    from mycrm_mail_fetcher.service import part as mail_fetcher
    from mycrm_verifier.service import part as verifier

    return [api(), mail_fetcher(), verifier(), backup()]
