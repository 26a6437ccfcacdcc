"""What the verifier needs of the outside."""
