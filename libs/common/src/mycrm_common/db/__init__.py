"""The one database: engine, unit of work, tables, and the rows that carry events."""
