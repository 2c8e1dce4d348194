"""The envelope: requests and outcomes as JSON, the same at every door."""

from bandmaster.envelope.reading import read_task, request_schema
from bandmaster.envelope.writing import (
    outcome_document,
    profile_document,
    route_document,
    task_document,
)

__all__ = [
    "outcome_document",
    "profile_document",
    "read_task",
    "request_schema",
    "route_document",
    "task_document",
]
