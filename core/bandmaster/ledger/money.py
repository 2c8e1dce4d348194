"""Money in the database: whole billionths of a dollar, so that sums are exact."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

_PLACES = 9


def to_nanos(dollars: Decimal) -> int:
    """`dollars` in billionths; what is smaller than one counts as one."""
    return int(dollars.scaleb(_PLACES).to_integral_value(ROUND_CEILING))


def to_dollars(nanos: int) -> Decimal:
    return Decimal(nanos).scaleb(-_PLACES)


def shown(dollars: Decimal) -> str:
    """`$1.20`; as many places as a small amount needs."""
    if dollars == round(dollars, 2):
        return f"${dollars:.2f}"
    return f"${dollars:.4f}" if dollars >= Decimal("0.01") else f"${dollars:.6f}"
