"""One act each."""
