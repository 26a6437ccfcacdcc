"""Scratch databases beside the real one, into which copies are restored."""
