"""Runs this service alone: `python -m mycrm_verifier`."""

import sys

from mycrm_common.runner import main
from mycrm_verifier.service import part

if __name__ == "__main__":
    sys.exit(main([part()]))
