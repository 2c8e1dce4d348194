"""Text that cannot harm a terminal."""

from __future__ import annotations

import json

from bandmaster_cli.formats.json import json_text
from bandmaster_cli.printable import one_line, printable


def test_a_command_to_the_terminal_is_spelled_out() -> None:
    assert printable("a\x1b[31mb\x07\x9b\n\t") == "a\\x1b[31mb\\x07\\x9b\n\t"


def test_bidirectional_marks_and_bytes_that_are_no_text_are_spelled_out() -> None:
    assert printable("a\u202eb\udcff") == "a\\u202eb\\xff"


def test_one_line_has_no_line_ends() -> None:
    assert one_line(" a\r\n  b\tc ") == "a b c"


def test_json_holds_no_lone_surrogate_and_no_character_that_a_pipe_may_not_write() -> None:
    text = json_text({"path": "\udcff é \ud83d", "list": ["\udc80"], "n": 1})
    assert text.isascii()
    assert json.loads(text) == {"path": "\\xff é \\ud83d", "list": ["\\x80"], "n": 1}
