"""The rules: pure functions over values."""
