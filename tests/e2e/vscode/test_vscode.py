"""Bandmaster in a real VS Code: the packed extension, the real server, a window and a keyboard."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.vscode.stage import HERE, Stage, stage_in

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("vscode")]

Seen = dict[str, Any]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return stage_in(tmp_path_factory.mktemp("vscode"))


@pytest.fixture(scope="module")
def editing(stage: Stage) -> Seen:
    return stage.play("editing")


@pytest.fixture(scope="module")
def asking(stage: Stage) -> Seen:
    return stage.play("asking")


@pytest.fixture(scope="module")
def recovering(stage: Stage) -> Seen:
    return stage.play("recovering")


@pytest.fixture(scope="module")
def trusting(stage: Stage) -> Seen:
    return stage.play("trusting", settings={"bandmaster.trace.server": "verbose"}, restricted=True)


@pytest.fixture(scope="module")
def lending(stage: Stage) -> Seen:
    features: dict[str, object] = {"chat.disableAIFeatures": False}
    return stage.play("lending", settings=features, beside=(HERE / "lender",))


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
        "Bandmaster: Show what may be spent",
        "Bandmaster: Show what models cost",
        "Bandmaster: Write tests",
    ]


def test_the_menu_of_actions_offers_the_quick_fix_first_and_then_the_tasks(editing: Seen) -> None:
    assert editing["actions"][0] == "Replace `is` with `==`"
    assert {"Document", "Explain", "Review"} <= set(editing["actions"])


def test_with_a_model_the_menu_offers_the_tasks_that_need_one(asking: Seen) -> None:
    assert {"Fix with a model", "Document", "Write tests"} <= set(asking["actions"])


def test_a_quick_fix_changes_the_editor_and_not_the_disk(editing: Seen) -> None:
    assert 'return name == "admin"' in editing["text"]
    assert 'return name is "admin"' in editing["savedText"]


def test_a_review_from_the_palette_tells_how_it_ended(editing: Seen) -> None:
    assert editing["review"] == "Bandmaster: Reviewing demo.py: 1 finding"


def test_an_explanation_is_opened_as_a_page(editing: Seen) -> None:
    assert editing["tabs"] == ["demo", "explain-demo"]


def test_what_models_cost_is_opened_as_a_page(editing: Seen) -> None:
    assert "# What models cost in workspace" in editing["stats"]


def test_a_task_that_needs_a_model_tells_how_to_configure_one(editing: Seen) -> None:
    assert "needs a model" in editing["withoutModel"]
    assert "bandmaster.toml" in editing["withoutModel"]


def test_the_log_is_one_click_away(editing: Seen) -> None:
    assert "bandmaster lsp" in editing["shownLog"]


def test_the_edit_of_a_model_is_made_in_the_editor_and_not_on_the_disk(asking: Seen) -> None:
    assert "found = [] if found is None else found\n    found.append(item)" in asking["text"]
    assert asking["end"] == "Bandmaster: Fixing demo.py: applied"
    assert "found=[]" in asking["savedText"]


def test_a_cancelled_task_hangs_up_on_the_model_without_a_complaint(asking: Seen) -> None:
    assert asking["cancelled"] == "Bandmaster: Writing tests for demo.py: cancelled"
    assert asking["messages"] == 0


def test_a_model_of_the_editor_does_a_task_and_sees_the_code(lending: Seen) -> None:
    assert lending["end"] == "Bandmaster: Fixing demo.py: applied"
    assert lending["sawTheCode"] is True


def test_a_cancelled_task_is_told_to_the_model_of_the_editor(lending: Seen) -> None:
    assert lending["cancelled"] == "Bandmaster: Writing tests for demo.py: cancelled"
    assert lending["messages"] == 0


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
