"""The contestants: each file is one way to ask the upstream, with the same five doings."""
