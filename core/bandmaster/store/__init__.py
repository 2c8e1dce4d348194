"""The one database: opened when first needed, shared by all doors of a person."""

from bandmaster.store.database import Database

__all__ = ["Database"]
