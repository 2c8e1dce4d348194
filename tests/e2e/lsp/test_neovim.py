"""A real Neovim as the editor."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.lsp.conftest import COMMAND, DEFECT, environment
from tests.fakes.model_server import ModelServer
from tests.fakes.neovim import Neovim, running

pytestmark = pytest.mark.e2e
SECONDS = 30.0
DOCUMENTS = """I documented it.

*** Begin Patch
*** Update File: a.py
@@
 def collect(into=[]):
+    \"\"\"Collect one more.\"\"\"
     into.append(1)
*** End Patch
"""
SETUP = """
_G.said = {}
vim.lsp.handlers['window/showMessage'] = function(_, params)
  table.insert(_G.said, params.message)
end
local cmd, root, env = ...
vim.lsp.config('bandmaster', {cmd = cmd, filetypes = {'python'}, root_dir = root, cmd_env = env})
vim.lsp.enable('bandmaster')
"""


def program() -> str:
    """Neovim beside this Python, or on the path."""
    beside = Path(sys.executable).with_name("nvim")
    found = str(beside) if beside.exists() else shutil.which("nvim")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("nvim is missing")
        pytest.skip("nvim is missing")
    return found


class Editor:
    """A person at Neovim with one file open, which is attached to `bandmaster lsp`."""

    def __init__(self, neovim: Neovim, file: Path) -> None:
        self.lua = neovim.lua
        self.until = neovim.until
        self.file = file

    @property
    def text(self) -> str:
        return "\n".join(self.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)")) + "\n"

    def type(self, first: int, last: int, *lines: str) -> None:
        """Put `lines` in the place of those from `first` to before `last`, from 0."""
        self.lua(
            "local a, b, new = ...; vim.api.nvim_buf_set_lines(0, a, b, false, new)",
            first,
            last,
            lines,
        )

    def go_to(self, line: int) -> None:
        self.lua("vim.api.nvim_win_set_cursor(0, {..., 0})", line)

    def messages(self) -> list[str]:
        return self.lua("return _G.said")

    def codes(self) -> list[str]:
        return self.lua("return vim.tbl_map(function(d) return d.code end, vim.diagnostic.get(0))")

    def act(self, title: str) -> None:
        """Choose the code action `title` where the cursor is."""
        self.lua(
            "local title = ...; vim.lsp.buf.code_action({apply = true,"
            " filter = function(action) return action.title == title end})",
            title,
        )

    def message(self, part: str) -> str:
        said = "table.concat(_G.said, '\\n')"
        self.until(f"a message with {part!r}", f"{said}:find([[{part}]], 1, true) ~= nil")
        return "\n".join(self.messages())


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(DOCUMENTS) as model:
        yield model


@pytest.fixture
def neovim(tmp_path: Path, workspace: Path, model: ModelServer) -> Iterator[Editor]:
    with running(program(), tmp_path / "editor") as neovim:
        editor = Editor(neovim, workspace / "a.py")
        env = environment(tmp_path / "home", model.url)
        editor.lua(SETUP, COMMAND, str(workspace), env)
        editor.lua("vim.cmd.edit(vim.fn.fnameescape(...))", str(editor.file))
        client = "vim.lsp.get_clients({bufnr = 0})[1]"
        editor.until("the server", f"{client} ~= nil and {client}.initialized")
        editor.until("diagnostics", "#vim.diagnostic.get(0) > 0")
        yield editor


def test_a_defect_is_a_diagnostic(neovim: Editor) -> None:
    assert set(neovim.codes()) == {"F401", "B006"}


def test_unsaved_text_is_what_is_reviewed(neovim: Editor) -> None:
    neovim.type(0, -1, "import re", "import sys")
    neovim.until("new diagnostics", "#vim.diagnostic.get(0, {lnum = 1}) == 1")
    assert neovim.codes() == ["F401", "F401"]
    neovim.type(0, -1, "print(1)")
    neovim.until("no diagnostics", "#vim.diagnostic.get(0) == 0")
    assert neovim.file.read_text() == DEFECT


def test_a_quick_fix_is_applied_in_the_buffer(neovim: Editor) -> None:
    title = neovim.lua(
        "local found; vim.lsp.buf.code_action({filter = function(action)"
        " found = found or (action.edit and action.title); return false end});"
        " vim.wait(5000, function() return found end, 10); return found"
    )
    neovim.act(title)
    neovim.until("the edit", "vim.api.nvim_buf_get_lines(0, 0, 1, false)[1] ~= 'import os'")
    assert neovim.text == DEFECT.removeprefix("import os\n")


def test_document_writes_a_docstring_that_can_be_undone(neovim: Editor) -> None:
    neovim.go_to(4)
    neovim.act("Document")
    neovim.until("the docstring", "vim.fn.search('Collect one more', 'nw') > 0")
    assert neovim.text == DEFECT.replace("[]):\n", '[]):\n    """Collect one more."""\n')
    assert neovim.file.read_text() == DEFECT
    neovim.lua("vim.cmd.undo()")
    assert neovim.text == DEFECT


def test_a_model_sees_unsaved_text(neovim: Editor, model: ModelServer) -> None:
    neovim.type(-1, -1, "# not saved")
    neovim.go_to(4)
    neovim.act("Document")
    neovim.until("the docstring", "vim.fn.search('Collect one more', 'nw') > 0")
    assert "# not saved" in str(model.prompts)


def test_explain_shows_a_page(neovim: Editor, model: ModelServer) -> None:
    model.text = "# It collects\n"
    neovim.act("Explain")
    shown = "vim.tbl_filter(function(w) return vim.api.nvim_buf_get_name(" \
        "vim.api.nvim_win_get_buf(w)):find('explain-a.md', 1, true) ~= nil end," \
        " vim.api.nvim_list_wins())"  # fmt: skip
    neovim.until("the page", f"#{shown} == 1")
    lines = neovim.lua(
        f"return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(({shown})[1]), 0, -1, false)"
    )
    assert lines == ["# It collects"]
    assert neovim.text == DEFECT


def test_cancelling_the_progress_hangs_up_on_the_model(neovim: Editor, model: ModelServer) -> None:
    model.gate.clear()
    neovim.act("Fix with a model")
    token = "next(vim.lsp.get_clients({bufnr = 0})[1].progress.pending)"
    neovim.until("the progress", f"{token} ~= nil")
    assert model.asked.wait(SECONDS)
    neovim.lua(
        "local client = vim.lsp.get_clients({bufnr = 0})[1];"
        " client:notify('window/workDoneProgress/cancel', {token = next(client.progress.pending)})"
    )
    assert model.hung_up.wait(SECONDS)
    neovim.until("the end of the progress", f"{token} == nil")
    assert neovim.text == DEFECT
    assert neovim.messages() == []


def test_an_edit_of_a_text_that_moved_on_is_refused(neovim: Editor, model: ModelServer) -> None:
    model.gate.clear()
    neovim.go_to(4)
    neovim.act("Document")
    assert model.asked.wait(SECONDS)
    neovim.type(0, 1, "import re")
    neovim.until("the server's view", "#vim.diagnostic.get(0, {lnum = 0}) == 1 and"
                 " vim.diagnostic.get(0, {lnum = 0})[1].message:find('`re`', 1, true)")  # fmt: skip
    model.gate.set()
    assert "a.py changed meanwhile; nothing was applied" in neovim.message("changed meanwhile")
    assert neovim.text == DEFECT.replace("import os", "import re")


def test_a_model_that_fails_is_told_in_one_line(neovim: Editor, model: ModelServer) -> None:
    model.text = ""
    neovim.act("Write tests")
    assert "fake/m" in neovim.message("failed")


def test_neovim_leaves_no_server_behind(neovim: Editor) -> None:
    server = neovim.lua("return vim.lsp.get_clients({bufnr = 0})[1].rpc.is_closing()")
    assert server is False
    neovim.lua("vim.lsp.stop_client(vim.lsp.get_clients())")
    neovim.until("the end of the server", "#vim.lsp.get_clients() == 0")
    assert neovim.messages() == []
