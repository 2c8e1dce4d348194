"""A model's answer becomes a result only after it is checked against the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bandmaster.agents import ModelAgent
from bandmaster.engine import Desk, Performance
from bandmaster.errors import (
    Failure,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    UnusableAnswer,
)
from bandmaster.events import Delta, Event, Progress, Restarted
from bandmaster.findings import Category, Confidence, Finding, Severity, Span
from bandmaster.models import Calibration, ModelClient, Role, Stop
from bandmaster.settings import Limits, Settings
from bandmaster.tasks import Answer, Cost, Focus, Kind, Preferences, Proposal, Review, Task, Usage
from bandmaster.workspace import Workspace
from tests.fakes.agents import nobody_knows, shipped
from tests.fakes.conversation import TURN, BreaksOffAfter, Recites
from tests.fakes.meters import Counts

CODE = """\
def total(items):
    result = 0
    for item in items:
        result + item
    return result
"""


class Visit:
    """One performance of an agent in a workspace, with what it told and charged."""

    def __init__(self, root: Path, model: ModelClient, limits: Limits = Limits()) -> None:
        self.events: list[Event] = []
        self.meter = Counts()
        self.workspace = Workspace(root, 1_000_000)
        self._model = model
        self._settings = Settings(limits=limits)

    async def perform(self, task: Task, *, local: bool = False) -> Performance:
        async def connect() -> ModelClient:
            return self._model

        def free(usage: Usage) -> Cost:
            return Cost()

        agent = ModelAgent(
            "fake/reciter",
            local=local,
            connect=connect,
            price=free,
            personas=shipped(),
            facts=nobody_knows,
            calibration=Calibration(),
        )
        desk = Desk(self.workspace.snapshot(), self._settings, self.events.append, self.meter)
        return await agent.perform(task, desk)


def task(kind: Kind, *paths: str, instruction: str = "", stream: bool = True) -> Task:
    return Task(
        kind=kind,
        instruction=instruction,
        focus=tuple(Focus(path) for path in paths),
        preferences=Preferences(stream=stream),
    )


def said(model: Recites) -> str:
    return model.prompts[0].messages[1].text


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "sums.py").write_text(CODE)
    return tmp_path


async def test_an_answer_is_told_as_it_arrives(root: Path) -> None:
    visit = Visit(root, Recites("It adds\nnumbers.\n"))
    done = await visit.perform(task(Kind.ASK, "sums.py", instruction="what?"))
    assert done.result == Answer("It adds\nnumbers.\n")
    assert visit.events == [Delta("It adds\n"), Delta("numbers.\n")]
    assert visit.meter.calls == [TURN]


async def test_the_model_sees_the_unsaved_text_with_line_numbers(root: Path) -> None:
    model = Recites("ok")
    visit = Visit(root, model)
    visit.workspace.open_text("sums.py", "unsaved = 1\n", 4)
    done = await visit.perform(task(Kind.ASK, "sums.py", instruction="what?"))
    assert "    1|unsaved = 1" in said(model)
    assert "result" not in said(model)
    (source,) = done.context
    assert (source.path, source.unsaved) == ("sums.py", True)


FOUND = {
    "path": "sums.py",
    "line": 4,
    "quote": "result + item",
    "name": "Lost Sum",
    "severity": "high",
    "confidence": "high",
    "category": "bug",
    "message": "the sum is thrown away",
    "why": "the total is always 0",
    "how": "write result += item",
}


def findings(*found: dict[str, object]) -> str:
    return json.dumps({"findings": list(found)})


async def test_findings_are_read_and_point_at_the_line_that_they_quote(root: Path) -> None:
    told = "Here you are:\n```json\n" + findings(FOUND | {"line": 2}) + "\n```\n"
    done = await Visit(root, Recites(told)).perform(task(Kind.REVIEW, "sums.py"))
    assert isinstance(done.result, Review)
    assert done.result.findings == (
        Finding(
            path="sums.py",
            span=Span.of(4, 9, 4, 22),
            rule="lost-sum",
            name="lost-sum",
            severity=Severity.HIGH,
            confidence=Confidence.HIGH,
            category=Category.BUG,
            message="the sum is thrown away",
            why="the total is always 0",
            how="write result += item",
            source="fake/reciter",
        ),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"quote": "no such line"},
        {"path": "other.py"},
        {"path": "../etc/passwd"},
        {"line": 99, "quote": ""},
    ],
)
async def test_a_finding_about_a_line_that_is_not_there_is_dropped(
    root: Path, wrong: dict[str, object]
) -> None:
    done = await Visit(root, Recites(findings(FOUND | wrong))).perform(task(Kind.REVIEW, "sums.py"))
    assert isinstance(done.result, Review)
    assert done.result.findings == ()


async def test_an_answer_of_the_wrong_shape_is_repaired_once_with_the_precise_error(
    root: Path,
) -> None:
    model = Recites(findings(FOUND | {"severity": "awful"}), findings(FOUND))
    visit = Visit(root, model)
    done = await visit.perform(task(Kind.REVIEW, "sums.py"))
    assert isinstance(done.result, Review)
    assert len(done.result.findings) == 1
    complaint = model.prompts[1].messages[-1]
    assert complaint.role is Role.USER
    assert "'findings.0.severity': input should be 'low', 'medium'" in complaint.text
    assert visit.meter.calls == [TURN, TURN]
    assert done.repaired


async def test_an_answer_of_the_right_shape_needed_no_repair(root: Path) -> None:
    done = await Visit(root, Recites(findings(FOUND))).perform(task(Kind.REVIEW, "sums.py"))
    assert not done.repaired


async def test_after_a_failed_repair_the_next_model_is_tried(root: Path) -> None:
    with pytest.raises(UnusableAnswer) as caught:
        await Visit(root, Recites("no json", "still none")).perform(task(Kind.REVIEW, "sums.py"))
    assert caught.value.failure is Failure.MALFORMED


PATCH = """\
The sum is kept now.

```
*** Begin Patch
*** Update File: sums.py
@@ def total(items):
     result = 0
     for item in items:
-        result + item
+        result += item
     return result
*** End Patch
```
"""


async def test_a_patch_becomes_a_proposal_made_from_the_text_that_was_seen(root: Path) -> None:
    done = await Visit(root, Recites(PATCH)).perform(task(Kind.FIX, "sums.py"))
    assert isinstance(done.result, Proposal)
    (change,) = done.result.changes.files
    assert change.after == CODE.replace("result + item", "result += item")
    assert change.before == CODE
    assert done.result.text == "The sum is kept now."
    assert (root / "sums.py").read_text() == CODE


async def test_words_without_a_patch_propose_nothing(root: Path) -> None:
    done = await Visit(root, Recites("Nothing to mend.")).perform(task(Kind.FIX, "sums.py"))
    assert isinstance(done.result, Proposal)
    assert not done.result.changes
    assert done.result.text == "Nothing to mend."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sums.py", "../sums.py"),
        ("sums.py", "/etc/hosts"),
        ("result + item", "result - item"),
        ("*** End Patch", "*** The End"),
    ],
)
async def test_a_patch_that_fits_nowhere_is_not_proposed(root: Path, old: str, new: str) -> None:
    bad = PATCH.replace(old, new)
    with pytest.raises(ModelUnavailable, match="unusable answer"):
        await Visit(root, Recites(bad, bad)).perform(task(Kind.FIX, "sums.py"))


UNIFIED = """\
The sum is kept now.

```diff
--- a/sums.py
+++ b/sums.py
@@ -2,4 +2,4 @@
     result = 0
     for item in items:
-        result + item
+        result += item
     return result
```
"""


async def test_a_unified_diff_is_a_patch_too(root: Path) -> None:
    done = await Visit(root, Recites(UNIFIED)).perform(task(Kind.FIX, "sums.py"))
    assert isinstance(done.result, Proposal)
    (change,) = done.result.changes.files
    assert change.after == CODE.replace("result + item", "result += item")
    assert done.result.text == "The sum is kept now."


async def test_a_unified_diff_that_fits_nowhere_is_not_taken_for_an_explanation(root: Path) -> None:
    bad = UNIFIED.replace("result + item", "result * item")
    with pytest.raises(ModelUnavailable, match="unusable answer"):
        await Visit(root, Recites(bad, bad)).perform(task(Kind.FIX, "sums.py"))


@pytest.mark.parametrize("path", [".git/hooks/pre-commit", ".vscode/settings.json"])
async def test_a_model_cannot_propose_a_protected_file(root: Path, path: str) -> None:
    bad = f"x\n*** Begin Patch\n*** Add File: {path}\n+evil\n*** End Patch\n"
    with pytest.raises(ModelUnavailable, match="protected"):
        await Visit(root, Recites(bad, bad)).perform(task(Kind.FIX, "sums.py"))


async def test_an_answer_cut_at_its_limit_is_kept_as_text_but_not_as_a_patch(root: Path) -> None:
    done = await Visit(root, Recites("half", stop=Stop.LENGTH)).perform(task(Kind.ASK))
    assert done.result == Answer("half")
    assert "cut at 8192 tokens" in done.notes[-1]
    with pytest.raises(ModelUnavailable) as caught:
        await Visit(root, Recites(PATCH, stop=Stop.LENGTH)).perform(task(Kind.FIX, "sums.py"))
    assert caught.value.failure is Failure.TRUNCATED


@pytest.mark.parametrize("stop", [Stop.REFUSAL, Stop.FILTER])
async def test_a_refusal_is_not_passed_on_to_another_model(root: Path, stop: Stop) -> None:
    with pytest.raises(ModelRefused):
        await Visit(root, Recites("", stop=stop)).perform(task(Kind.ASK))


@pytest.mark.parametrize(
    "failure",
    [
        None,
        ModelUnavailable(Failure.CONNECTION, "cut"),
        ModelRefused(Failure.CONTENT_POLICY, "filtered"),
    ],
)
async def test_a_stream_that_breaks_off_is_a_failure_and_is_charged(
    root: Path, failure: ModelError | None
) -> None:
    visit = Visit(root, BreaksOffAfter("half an answer", failure))
    with pytest.raises(ModelError):
        await visit.perform(task(Kind.ASK))
    (usage,) = visit.meter.calls
    assert usage.estimated
    assert usage.input > 0
    assert usage.output > 0


async def test_a_call_that_was_never_taken_costs_nothing(root: Path) -> None:
    visit = Visit(root, Recites(ModelUnavailable(Failure.AUTHENTICATION, "no key")))
    with pytest.raises(ModelUnavailable):
        await visit.perform(task(Kind.ASK, stream=False))
    assert visit.meter.calls == []


async def test_files_with_secrets_stay_here_unless_the_model_does_too(root: Path) -> None:
    (root / ".env").write_text("TOKEN=abc\n")
    away, here = Recites("ok"), Recites("ok")
    done = await Visit(root, away).perform(task(Kind.ASK, ".env", "sums.py"))
    await Visit(root, here).perform(task(Kind.ASK, ".env"), local=True)
    assert "TOKEN" not in said(away)
    assert ".env may hold secrets and was not sent" in done.notes
    assert "TOKEN" in said(here)


async def test_a_file_that_does_not_fit_is_cut_around_the_focus_and_said_so(root: Path) -> None:
    (root / "long.py").write_text("".join(f"line_{number} = {number}\n" for number in range(5000)))
    model = Recites("ok")
    focus = Focus("long.py", Span.of(3000, 1, 3001, 1))
    visit = Visit(root, model, Limits(context_tokens=2000))
    done = await visit.perform(Task(kind=Kind.ASK, focus=(focus,)))
    assert " 3000|line_2999 = 2999" in said(model)
    assert done.context[0].tokens <= 2000
    assert any("only lines" in note for note in done.notes)


async def test_a_patch_is_reported_as_progress_not_as_text(root: Path) -> None:
    visit = Visit(root, Recites(PATCH))
    await visit.perform(task(Kind.FIX, "sums.py"))
    assert visit.events
    assert all(isinstance(event, Progress) for event in visit.events)


async def test_findings_are_asked_for_with_their_schema_and_text_without_one(root: Path) -> None:
    model = Recites(findings(FOUND), "fine")
    visit = Visit(root, model)
    await visit.perform(task(Kind.REVIEW, "sums.py"))
    await visit.perform(task(Kind.ASK, "sums.py"))
    asked = model.prompts[0].schema
    assert asked is not None
    assert asked.schema["required"] == ["findings"]
    assert model.prompts[1].schema is None


async def test_what_was_forgiven_and_what_was_repaired_is_told(root: Path) -> None:
    loose = "Here:\n" + findings(FOUND)[:-1] + ",}  // all"
    done = await Visit(root, Recites("none", loose)).perform(task(Kind.REVIEW, "sums.py"))
    assert done.notes == (
        "the answer was repaired once: there is no JSON in the answer",
        "the answer was not plain JSON (words around it, trailing commas)",
    )


async def test_a_plan_has_numbered_steps_or_is_asked_for_again_with_the_shown_text_void(
    root: Path,
) -> None:
    visit = Visit(root, Recites("Let me think.\n", "## Step 1: mend `sums.py`\n"))
    done = await visit.perform(task(Kind.PLAN, "sums.py"))
    assert done.result == Answer("## Step 1: mend `sums.py`\n")
    assert done.notes == ("the answer was repaired once: the plan has no numbered steps (`1. …`)",)
    told = [event for event in visit.events if isinstance(event, Delta | Restarted)]
    assert [type(event) for event in told] == [Delta, Restarted, Delta]
    (restarted,) = [event for event in visit.events if isinstance(event, Restarted)]
    assert restarted.discarded == len("Let me think.\n")
    assert restarted.attempt.failure is Failure.MALFORMED
