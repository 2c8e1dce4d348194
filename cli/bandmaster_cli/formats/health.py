"""How the endpoint of a model does, in words and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.text import Text

from bandmaster import CircuitState, ModelHealth


def health_words(health: ModelHealth | None) -> Text:
    """What was measured, and until when it is left alone; nothing where nothing is known."""
    words = Text()
    if health is None:
        return words
    if health.calls >= 1:
        measured = f", {health.answered:.0%} of {health.calls:.0f} calls answered"
        words.append(measured + (f" in {health.seconds:.1f} s" if health.seconds else ""), "dim")
    after = f" after {health.failure.value}" if health.failure else ""
    match health.state:
        case CircuitState.OPEN:
            until = datetime.fromtimestamp(health.until).astimezone()
            words.append(f", circuit open until {until:%H:%M:%S}{after}", "yellow")
        case CircuitState.HALF_OPEN:
            words.append(f", circuit half open{after}: the next call tries it", "yellow")
        case CircuitState.CLOSED:
            pass
    return words


def health_document(health: ModelHealth | None) -> dict[str, object] | None:
    """As JSON; None where nothing is asked over a network."""
    if health is None:
        return None
    until = datetime.fromtimestamp(health.until, UTC).isoformat(timespec="seconds")
    return {
        "circuit": health.state.value,
        "until": until if health.state is CircuitState.OPEN else None,
        "failure": health.failure.value if health.failure else None,
        "calls": round(health.calls, 1),
        "answered": round(health.answered, 3),
        "seconds": round(health.seconds, 3),
    }
