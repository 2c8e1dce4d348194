"""Markdown on a screen as it arrives: whole blocks are rendered, the last one is still growing."""

from __future__ import annotations

import re
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.markdown import Heading, Markdown, MarkdownElement
from rich.text import Text

from bandmaster_cli.printable import printable
from bandmaster_cli.terminal import Paper

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CONTINUES = re.compile(r"[ \t]|[-*+>|]\s|\d+[.)]\s|[ \t]*$")
"""A line that may belong to the block before it, blank line or not."""


class Stream:
    """Text that grows at its end; what was printed stays, the growing tail is redrawn."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._all: list[str] = []
        self._tail = ""
        self._live: Live | None = None
        self._printed = False
        self.void = False
        """Whether what is on the screen was taken back and another answer follows."""

    def add(self, text: str) -> None:
        """More text arrived."""
        self._all.append(text)
        self._tail += text
        whole, self._tail = cut_blocks(self._tail)
        if whole:
            self._print(whole)
        self._draw()

    def restart(self) -> None:
        """What was shown is void: the next text begins a new answer."""
        self.void = bool(self._all)
        self._stop()
        if self._tail.strip():
            self._print(self._tail)
        self._all, self._tail, self._printed = [], "", False

    def finish(self) -> str:
        """Print what is left, and return all text of the answer."""
        self._stop()
        if self._tail.strip():
            self._print(self._tail)
        self._tail = ""
        return "".join(self._all)

    def _print(self, markdown: str) -> None:
        if self._printed:
            self._paper.put()
        self._printed = True
        self._paper.print(render(markdown), width=self._paper.columns)

    def _draw(self) -> None:
        if self._live is None:
            self._live = Live(console=self._paper, transient=True, auto_refresh=False)
            self._live.start()
        lines = printable(self._tail).splitlines()[-(self._paper.height // 2) :]
        self._live.update(Text("\n".join(lines)), refresh=True)

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


def render(markdown: str) -> Markdown:
    """Markdown for a screen; a model's text cannot command the terminal."""
    return _Page(printable(markdown), code_theme="ansi_dark", hyperlinks=False)


class _LeftHeading(Heading):
    """A heading where the text begins, not in the middle of the screen."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self.text.copy()
        text.justify = "left"
        text.stylize("bold underline" if self.tag in ("h1", "h2") else "bold")
        yield text


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _LeftHeading,
    }


def cut_blocks(text: str) -> tuple[str, str]:
    """`text` cut into whole Markdown blocks and the block that may still grow.

    A cut is made at a blank line outside of code, where the line behind it surely begins a block.
    """
    cut, fence, blank = 0, "", False
    at = 0
    for line in text.splitlines(keepends=True):
        if not line.endswith("\n"):
            break
        if blank and not fence and not _CONTINUES.match(line):
            cut = at
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
            fence = ""
        blank = not line.strip()
        at += len(line)
    return text[:cut], text[cut:]
