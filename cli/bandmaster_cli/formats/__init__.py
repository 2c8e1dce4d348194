"""The ways in which a review is written: for people, for scripts, and as SARIF."""
