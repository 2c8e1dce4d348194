"""The MCP server: a thin translator between MCP hosts and the core."""
