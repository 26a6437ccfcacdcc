"""All SQL of the API: what it asks and what it writes, by noun."""
