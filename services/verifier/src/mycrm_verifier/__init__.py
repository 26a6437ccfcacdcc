"""Finds out which addresses still work."""
