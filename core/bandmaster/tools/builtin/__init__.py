"""The tools that come with Bandmaster, one a file."""
