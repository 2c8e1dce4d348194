"""Learning: what became of answers, kept and learned from; trials; past tasks judged again."""
