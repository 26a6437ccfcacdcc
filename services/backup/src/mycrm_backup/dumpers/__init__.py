"""One dumper per engine: each gives the whole database as it was at one moment."""
