"""Estimation: what each model would make of a task, from priors and from what was seen."""
