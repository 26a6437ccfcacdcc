"""The verifier's tables: one file per noun."""
