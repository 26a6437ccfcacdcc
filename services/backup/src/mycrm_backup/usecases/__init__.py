"""What backups do: one act per file."""
