"""A small table as lines of text: columns that line up, numbers to the right."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.cells import cell_len
from rich.text import Text

from bandmaster_cli.printable import one_line
from bandmaster_cli.terminal import Paper

_BARS = "▁▂▃▄▅▆▇█"
_GAP = "  "


def print_table(
    paper: Paper, head: Sequence[str], rows: Sequence[Sequence[str]], *, styles: Sequence[str] = ()
) -> None:
    """The first column starts at the left, the others end at the right; `styles` one a row."""
    lines = [[one_line(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        first, *others = zip(line, widths, strict=True)
        cells = [_left(*first), *(_right(*one) for one in others)]
        style = "dim" if number == 0 else styles[number - 1] if styles else ""
        paper.put(Text(_GAP.join(cells).rstrip(), style=style))


def dollars(amount: Decimal) -> str:
    """`$1.20`; as many places as a small amount needs."""
    if amount >= 1 or amount == round(amount, 2):
        return f"${amount:,.2f}"
    return f"${amount:.4f}" if amount >= Decimal("0.01") else f"${amount:.6f}"


def exact(amount: Decimal) -> str:
    """All of an amount, as a number that every reader of JSON takes: `0.0042`."""
    return f"{amount.normalize():f}"


def sparkline(values: Sequence[float]) -> str:
    """One bar for each value, the highest as high as the line; nothing at all is a dot."""
    most = max(values, default=0)
    return (
        "".join(_bar(value / most) if value else "·" for value in values)
        if most
        else "·" * len(values)
    )


def _bar(share: float) -> str:
    return _BARS[min(len(_BARS) - 1, int(share * len(_BARS)))]


def _left(cell: str, width: int) -> str:
    return cell + " " * (width - cell_len(cell))


def _right(cell: str, width: int) -> str:
    return " " * (width - cell_len(cell)) + cell
