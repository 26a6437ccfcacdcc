"""All SQL of mail-fetcher: what it asks and what it writes, by noun."""
