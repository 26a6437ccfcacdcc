"""Pure rules of customers, settings and accounts."""
