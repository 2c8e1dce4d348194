"""Agents: what each kind of task asks of a model, and how its answer is read."""

from bandmaster.agents.agent import ModelAgent

__all__ = ["ModelAgent"]
