"""The JSON document of a route."""

from bandmaster import route_document

__all__ = ["route_document"]
