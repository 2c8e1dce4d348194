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
    """`$1.20`, and `$0.00042` where cents say nothing."""
    if dollars and abs(dollars) < Decimal("0.01"):
        return f"${dollars:.2g}" if abs(dollars) >= Decimal("0.0001") else f"${dollars:.1e}"
    return f"${dollars:.2f}" if dollars == round(dollars, 2) else f"${dollars:.4f}"
