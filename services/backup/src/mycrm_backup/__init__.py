"""Copies the whole database to a safe place, and proves it."""
