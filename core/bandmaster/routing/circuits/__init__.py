"""Circuits: which endpoints rest, how each did, and how equal ones share the load."""
