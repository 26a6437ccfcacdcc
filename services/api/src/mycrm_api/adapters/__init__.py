"""What the API asks of libraries: addresses, rich text, passwords."""
