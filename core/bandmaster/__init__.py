"""The face of the core."""
