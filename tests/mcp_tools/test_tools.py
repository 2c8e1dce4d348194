"""Every exposed tool, in memory, as a client of either era sees it."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from mcp.shared.exceptions import MCPError

import bandmaster
from bandmaster import __version__
from tests.mcp_tools.conftest import Host

TOOLS = [
    "review", "delegate", "read_file", "search", "apply_patch", "run_tests", "route_explain",
    "feedback", "stats",
]  # fmt: skip
READ_ONLY = {"review", "read_file", "search", "route_explain", "stats"}


async def test_all_tools_are_listed_in_less_than_twelve_thousand_bytes(host: Host) -> None:
    async with host.client() as client:
        tools = (await client.list_tools()).tools
    listed = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
    assert [tool.name for tool in tools] == TOOLS
    assert len(json.dumps(listed, separators=(",", ":"))) < 12_000


async def test_input_schemas_are_strict_and_carry_no_noise(host: Host) -> None:
    async with host.client() as client:
        for tool in (await client.list_tools()).tools:
            Draft202012Validator.check_schema(tool.input_schema)
            assert tool.input_schema["additionalProperties"] is False
            assert '"title"' not in json.dumps(tool.input_schema)
            assert "$ref" not in json.dumps(tool.input_schema)


async def test_annotations_say_which_tools_only_read(host: Host) -> None:
    async with host.client() as client:
        tools = (await client.list_tools()).tools
    hints = {tool.name: tool.annotations for tool in tools}
    assert {name for name, hint in hints.items() if hint and hint.read_only_hint} == READ_ONLY
    destructive = {name for name, hint in hints.items() if hint and hint.destructive_hint}
    assert destructive == {"apply_patch", "run_tests"}
    open_world = {name for name, hint in hints.items() if hint and hint.open_world_hint}
    assert open_world == {"delegate", "run_tests"}


async def test_the_server_says_who_it_is(host: Host) -> None:
    async with host.client() as client:
        assert client.server_info is not None
        assert (client.server_info.name, client.server_info.version) == ("bandmaster", __version__)
        assert "relative to its root" in (client.instructions or "")


@pytest.mark.parametrize("tool", TOOLS)
async def test_an_unknown_argument_is_refused_by_name(host: Host, tool: str) -> None:
    told = await host.call(tool, surplus=1)
    assert told.startswith(f"!{tool}: ")
    assert "'surplus' is not an argument" in told
    assert "It takes: " in told


async def test_an_unknown_tool_is_an_error_with_the_nearest_name(host: Host) -> None:
    async with host.client() as client:
        with pytest.raises(MCPError, match="did you mean 'read_file'"):
            await client.call_tool("read_files", {})


async def test_a_review_says_the_same_in_text_and_in_values(host: Host) -> None:
    async with host.client() as client:
        result = await client.call_tool("review", {"fail_on": "low"})
    text, values = result.content[0].text, result.structured_content
    assert values["failed"] is True
    assert values["total"] == len(values["findings"]) > 0
    for finding in values["findings"]:
        assert f"shop.py:{finding['line']}:{finding['column']} {finding['severity']}" in text
        assert finding["message"] in text
        assert finding["how"] in text


async def test_a_review_shows_as_many_findings_as_wanted_and_counts_the_rest(host: Host) -> None:
    async with host.client() as client:
        result = await client.call_tool("review", {"paths": ["shop.py"], "limit": 1})
    assert len(result.structured_content["findings"]) == 1
    assert result.structured_content["total"] > 1
    assert "the first 1 follow, ask for more with limit" in result.content[0].text


async def test_a_file_that_cannot_be_examined_is_named(host: Host) -> None:
    (host.root / "odd.py").write_bytes(b"\0\1\2")
    assert "Not examined: odd.py (binary file)" in await host.call("review")


async def test_a_task_without_a_model_says_who_answered_and_what_it_cost(host: Host) -> None:
    told = await host.call("delegate", kind="explain", paths=["shop.py"])
    assert told.splitlines()[-1].startswith("[builtin; configured order: builtin; tokens 0 in")
    assert "cost $0.0000" in told


async def test_a_delegated_task_can_go_on_with_a_session(host: Host) -> None:
    await host.call("delegate", kind="explain", paths=["shop.py"], session="shop")
    async with bandmaster.open(host.root) as engine:
        (kept,) = await engine.sessions.buffers()
    assert (kept.session, kept.model, kept.turns) == ("shop", "builtin", 1)


async def test_a_fix_comes_as_a_diff_that_apply_patch_takes(host: Host) -> None:
    told = await host.call("delegate", kind="fix", paths=["shop.py"])
    assert "pass the diff to apply_patch" in told
    diff = told.partition("```diff\n")[2].partition("```")[0]
    assert (await host.call("apply_patch", patch=diff, dry_run=True)).endswith(diff)


async def test_a_task_that_needs_a_model_says_how_to_configure_one(host: Host) -> None:
    told = await host.call("delegate", kind="ask", instruction="why?")
    assert told.startswith("!'ask' needs a model and none is configured; set OPENAI_API_KEY")


async def test_progress_is_told_while_a_task_runs(host: Host) -> None:
    told: list[str] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    async with host.client() as client:
        await client.call_tool("delegate", {"kind": "explain", "paths": ["shop.py"]},
                               progress_callback=progress)  # fmt: skip
    assert told[:2] == ["configured order: builtin", "asking builtin"]


async def test_a_route_is_explained_without_asking_anybody(host: Host) -> None:
    told = await host.call("route_explain", kind="ask", instruction="why?")
    assert told.splitlines()[:4] == [
        "Order by configured order:",
        "nobody can do it",
        "Not asked:",
        "- builtin: 'ask' needs a model",
    ]
    assert "- kind: ask (asked for)" in told.splitlines()


async def test_a_route_is_explained_by_what_the_workspace_knows(host: Host) -> None:
    told = await host.call("route_explain", kind="explain", paths=["shop.py"])
    assert "- domain: python (the language of the focus)" in told.splitlines()


async def test_an_unknown_model_is_told_with_the_names_that_there_are(host: Host) -> None:
    told = await host.call("delegate", kind="explain", paths=["shop.py"], model="no/such")
    assert told.startswith("!model 'no/such' is not known")


async def test_a_file_is_read_as_plain_text(host: Host) -> None:
    async with host.client() as client:
        result = await client.call_tool("read_file", {"path": "shop.py", "limit": 1})
    assert result.content[0].text.endswith("go on with start=2]\nimport os\n")
    assert result.structured_content is None


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("read_file", {"path": "../home/x"}),
        ("read_file", {"path": "out/x"}),
        ("review", {"paths": ["../home"]}),
        ("review", {"paths": ["out"]}),
        ("delegate", {"kind": "explain", "paths": ["/etc/passwd"]}),
        ("search", {"query": "x", "paths": ["out"]}),
        ("run_tests", {"paths": ["../x"]}),
        ("apply_patch", {"patch": "--- /dev/null\n+++ b/out/x\n@@ -0,0 +1 @@\n+x\n"}),
    ],
)
async def test_no_tool_leaves_the_workspace(
    host: Host, tool: str, arguments: dict[str, object]
) -> None:
    (host.root / "out").symlink_to(host.root.parent)
    told = await host.call(tool, **arguments)
    assert told.startswith("!")
    assert "workspace" in told


@pytest.mark.parametrize("tool", ["review", "delegate", "route_explain"])
async def test_a_secret_is_not_handed_to_a_task(host: Host, tool: str) -> None:
    (host.root / ".env").write_text("KEY=1\n")
    more = {} if tool == "review" else {"kind": "explain"}
    told = await host.call(tool, paths=[".env"], **more)
    assert "looks like a file with secrets" in told


async def test_a_broken_configuration_is_told_and_the_server_goes_on(host: Host) -> None:
    (host.root / "bandmaster.toml").write_text("[policy]\nmod = 'plan'\n")
    assert "bandmaster.toml" in await host.call("route_explain", kind="ask")


async def test_mode_plan_lists_only_what_reads(host: Host) -> None:
    (host.root / "bandmaster.toml").write_text("[policy]\nmode = 'plan'\n")
    async with host.client() as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    assert "apply_patch" not in names
    assert "run_tests" not in names
