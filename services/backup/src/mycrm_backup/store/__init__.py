"""What is kept in the database about copies."""
