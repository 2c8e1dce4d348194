"""Bandmaster in a real VS Code: the packed extension, the real server, a window and a keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from tests.e2e.vscode.stage import Stage, stage_in

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("vscode")]

Seen = dict[str, Any]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return stage_in(tmp_path_factory.mktemp("vscode"))


@pytest.fixture(scope="module")
def editing(stage: Stage) -> Seen:
    return stage.play("editing")


@pytest.fixture(scope="module")
def recovering(stage: Stage) -> Seen:
    return stage.play("recovering")


@pytest.fixture(scope="module")
def trusting(stage: Stage) -> Seen:
    return stage.play("trusting", settings={"bandmaster.trace.server": "verbose"}, restricted=True)


def test_findings_are_shown_under_the_code_and_in_the_problems_panel(editing: Seen) -> None:
    assert editing["squiggles"] == 2
    problems = " | ".join(editing["problems"])
    assert "B006" in problems
    assert "F632" in problems


def test_every_command_is_in_the_palette(editing: Seen) -> None:
    assert editing["palette"] == [
        "Bandmaster: Document this code",
        "Bandmaster: Explain this code",
        "Bandmaster: Fix with a model",
        "Bandmaster: Restart the language server",
        "Bandmaster: Review this file",
        "Bandmaster: Show log",
        "Bandmaster: Write tests",
    ]


def test_the_menu_of_actions_offers_the_quick_fix_first_and_the_tasks_after_it(
    editing: Seen,
) -> None:
    tasks = " | ".join(editing["actions"][1:])
    for task in ("Review", "Document", "Explain", "Fix with a model", "Write tests"):
        assert task in tasks


def test_a_quick_fix_changes_the_editor_and_not_the_disk(editing: Seen) -> None:
    assert 'return name == "admin"' in editing["text"]
    assert 'return name is "admin"' in editing["savedText"]


def test_a_review_from_the_palette_tells_its_result(editing: Seen) -> None:
    assert "review" in editing["review"].lower()


def test_the_log_is_one_click_away(editing: Seen) -> None:
    assert "bandmaster lsp" in editing["shownLog"]


def test_the_server_comes_back_after_a_restart_a_hang_and_a_crash(recovering: Seen) -> None:
    assert recovering["squigglesAfterRestart"] == 2
    assert recovering["squigglesAfterHang"] == 2
    assert recovering["squigglesAfterCrash"] == 2
    assert recovering["messagesSoFar"] == 0


def test_a_program_that_is_not_there_is_told_once_with_a_way_on(recovering: Seen) -> None:
    assert recovering["missing"] == {
        "text": "Bandmaster: The program 'no-such-bandmaster' was not found on this machine.",
        "buttons": ["Open settings", "How to install"],
    }
    assert recovering["messagesForMissing"] == 1
    assert recovering["serversWhenMissing"] == 0
    assert "bandmaster.command" in recovering["howToInstall"]


def test_a_server_that_does_not_start_is_told_once_and_leads_to_the_log(recovering: Seen) -> None:
    assert recovering["failing"] == {
        "text": "Bandmaster: The language server did not start. The log says why.",
        "buttons": ["Show log"],
    }
    assert recovering["messagesForFailing"] == 1


def test_a_corrected_setting_starts_one_server_without_a_new_window(recovering: Seen) -> None:
    assert recovering["serversAtTheEnd"] == 1


def test_the_server_is_told_whether_the_workspace_is_trusted(trusting: Seen) -> None:
    assert trusting["squigglesInRestrictedMode"] == 2
    assert trusting["toldTrustedTooEarly"] is False
    assert trusting["servers"] == 1
