"""The one database: opened when first needed, shared by all doors of a person."""

from bandmaster.store.database import Busy, Database, Transaction
from bandmaster.store.driver import Row, Value

__all__ = ["Busy", "Database", "Row", "Transaction", "Value"]
