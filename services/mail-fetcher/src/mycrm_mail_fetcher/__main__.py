"""Runs mail-fetcher alone."""

import sys

from mycrm_common.runner import main
from mycrm_mail_fetcher.service import part

if __name__ == "__main__":
    sys.exit(main([part()]))
