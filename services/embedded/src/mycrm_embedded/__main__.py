"""Runs all services in this process: `python -m mycrm_embedded`, the same as `mycrm run`."""

import sys

from mycrm_backup.upgrading import copy_before_upgrade
from mycrm_common.runner import main
from mycrm_embedded.services import parts

if __name__ == "__main__":
    sys.exit(main(parts(), migrates=True, before_migration=copy_before_upgrade))
