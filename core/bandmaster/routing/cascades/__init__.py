"""Cascades: whom to ask first where a check can judge an answer, and when to go on or stop."""
