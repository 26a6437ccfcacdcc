"""What people and events make the API do: one file, one act."""
