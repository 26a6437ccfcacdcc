"""Runs this service alone: `python -m mycrm_backup`."""

import sys

from mycrm_backup.service import part
from mycrm_common.runner import main

if __name__ == "__main__":
    sys.exit(main([part()]))
