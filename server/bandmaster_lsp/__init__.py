"""The language server: a thin translator between editors that speak LSP and the core."""
