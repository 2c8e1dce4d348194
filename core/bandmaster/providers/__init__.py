"""Providers: one file for each, with its SDK and the table of its errors."""
