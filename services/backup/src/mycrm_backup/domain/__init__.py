"""The rules of backups: pure, without I/O."""
