"""The containers for real; on demand, where a container engine is there."""
