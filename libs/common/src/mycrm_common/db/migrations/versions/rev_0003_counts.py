"""The ledger is counted from one index: which set a uid is in, of which folder, and whether its message is there.

Without the message in it each count read a million rows of the table itself.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the wider index in the place of the one by state alone."""
    # MariaDB commits each statement by itself: after a crash the revision runs again and passes over what is there.
    op.create_index(
        "ix_locations_sets",
        "locations",
        ["state", "folder_id", "uid_validity", "message_id"],
        if_not_exists=True,
    )
    op.drop_index("ix_locations_state", table_name="locations", if_exists=True)
