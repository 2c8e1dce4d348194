"""Recorded outcomes: the product's router over a scorer's files and its JSON lines."""
