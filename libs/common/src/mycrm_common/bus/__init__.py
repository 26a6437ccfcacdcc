"""How events travel: the port, its adapters, and the form on the wire."""
