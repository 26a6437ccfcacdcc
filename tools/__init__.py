"""What people and CI call around the code."""
