"""Markdown that arrives in pieces."""

from __future__ import annotations

import io

import pytest

from bandmaster_cli.streaming import Stream, cut_blocks
from bandmaster_cli.terminal import Paper


def test_a_block_is_whole_when_the_next_one_begins() -> None:
    assert cut_blocks("One\nline\n\nTwo\n") == ("One\nline\n\n", "Two\n")
    assert cut_blocks("One\nline\n\n") == ("", "One\nline\n\n")
    assert cut_blocks("One\n\nTw") == ("", "One\n\nTw")


@pytest.mark.parametrize(
    "text",
    [
        "```python\na\n\nb\n",
        "````\n```\n\nb\n",
        "- a\n\n- b\n",
        "1. a\n\n   more\n",
        "> a\n\n> b\n",
    ],
)
def test_a_block_is_not_cut_in_two(text: str) -> None:
    assert cut_blocks(text) == ("", text)


def test_code_ends_with_its_own_fence() -> None:
    text = "~~~\n```\n\nb\n~~~\n\nafter\n"
    assert cut_blocks(text) == ("~~~\n```\n\nb\n~~~\n\n", "after\n")


def written(*pieces: str, restart_at: int | None = None) -> tuple[str, str]:
    sheet = io.StringIO()
    stream = Stream(Paper(file=sheet, width=40, color_system=None, force_terminal=False))
    for number, piece in enumerate(pieces):
        if number == restart_at:
            stream.restart()
        stream.add(piece)
    return stream.finish(), sheet.getvalue()


def test_all_text_is_printed_once_however_it_is_cut() -> None:
    text = "# Head\n\nSome words.\n\n- a\n- b\n\nEnd"
    _, whole = written(text)
    for size in (1, 3, 7):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        answer, shown = written(*pieces)
        assert answer == text
        assert "".join(shown.split()) == "".join(whole.split())


def test_text_before_a_restart_does_not_belong_to_the_answer() -> None:
    answer, shown = written("Half", "Whole", restart_at=1)
    assert answer == "Whole"
    assert shown.count("Whole") == 1


def test_a_model_cannot_command_the_terminal() -> None:
    _, shown = written("a\x1b]0;evil\x07b\n\nc")
    assert "\x1b" not in shown
