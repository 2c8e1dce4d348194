"""Agents: what each kind of task asks of a model, and how its answer is read."""

from bandmaster.agents.agent import ModelAgent
from bandmaster.agents.library import Personas, PersonaState
from bandmaster.agents.personas import Persona

__all__ = ["ModelAgent", "Persona", "PersonaState", "Personas"]
