"""How Alembic reaches our database: by the connection that `mycrm_common.db.schema` gives it."""

from alembic import context

from mycrm_common.db.tables import all_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables(),
    # On SQLite the caller's BEGIN IMMEDIATE spans the whole upgrade: nothing is ever half-made.
    transactional_ddl=False,
    compare_type=True,
)
context.run_migrations()
