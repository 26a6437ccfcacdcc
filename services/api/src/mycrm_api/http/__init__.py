"""The web edge: one middleware per concern, and the routes put together."""
