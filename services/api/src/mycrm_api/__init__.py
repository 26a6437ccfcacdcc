"""The HTTP API that serves the web page."""
