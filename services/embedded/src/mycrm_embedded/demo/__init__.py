"""A throw-away CRM full of made-up customers and mail."""
