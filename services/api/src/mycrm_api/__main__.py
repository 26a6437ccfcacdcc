"""Runs this service alone: `python -m mycrm_api`."""

import sys

from mycrm_api.service import part
from mycrm_common.runner import main

if __name__ == "__main__":
    sys.exit(main([part()]))
