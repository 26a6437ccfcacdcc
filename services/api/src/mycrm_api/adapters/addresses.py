"""E-mail addresses as people type them, checked by email-validator; nobody is asked over the network."""

from email_validator import EmailNotValidError, validate_email

from mycrm_common.errors import Kind, MyCRMError


def checked(address: str) -> str:
    """Return an address in its usual form, in any script; what is none is `email_invalid`."""
    try:
        # The test environment is what admits names under .test, on which a CRM is tried out.
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise MyCRMError("email_invalid", Kind.INVALID, str(error)) from error
    return found.normalized
