"""What stands behind each address of the HTTP API, by noun."""
