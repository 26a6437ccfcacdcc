"""Where copies go: one file per kind of place; `opening` reads the settings."""
