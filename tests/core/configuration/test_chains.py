"""Chains and pools in the settings: read, refused with file and line, and left to the person."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.configuration import Configuration, Folders, load
from bandmaster.errors import Failure, SettingsError
from bandmaster.settings import Chain, Link, Pool, Reorder
from bandmaster.tasks import Kind

DOCUMENT = Path(__file__).parents[3] / "docs" / "configuration.md"


def loaded(
    tmp_path: Path, text: str, *, own: str | None = None, trusted: bool = True, **variables: str
) -> Configuration:
    root, config = tmp_path / "project", tmp_path / "config"
    for folder, content in ((root, text), (config, own)):
        folder.mkdir(exist_ok=True)
        if content is not None:
            (folder / "bandmaster.toml").write_text(content)
    return load(root, Folders(config, tmp_path / "state"), variables, trusted=trusted)


def test_the_example_of_the_documents_loads(tmp_path: Path) -> None:
    (text,) = re.findall(
        r"<!-- chains -->\n```toml\n(.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE
    )
    settings = loaded(tmp_path, text).settings
    changes, others = settings.chains["changes"], settings.chains["others"]
    assert changes.kinds == (Kind.FIX, Kind.TEST, Kind.DOCS)
    assert changes.links[1:] == (
        Link(model="anthropic/claude-sonnet-5-5", on=(Failure.CONTEXT_TOO_LONG,), shrink=0.5),
        Link(
            model="pool/sol",
            on=(Failure.RATE_LIMIT, Failure.OVERLOAD, Failure.TIMEOUT, Failure.CONNECTION),
            max_dollars=Decimal("0.5"),
        ),
        Link(model="ollama/qwen3-coder", local=True, context_tokens=8000, tools=False),
    )
    assert others.reorder is Reorder.RELIABILITY
    assert settings.pools == {"sol": Pool(members=("openai/gpt-6.1-sol", "azure/gpt-6.1-sol"))}


LINK = "[chains.a]\n[[chains.a.links]]\nmodel = 'openai/x'\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LINK + "on = ['slow']\n", "4: chains.a.links.0.on.0: input should be 'timeout', 'conn"),
        (LINK + "modle = 'x'\n", "4: chains.a.links.0.modle: unknown key; allowed: model, on"),
        (
            LINK + "[[chains.a.links]]\nmodel = 'opnai/x'\n",
            "5: chains.a.links.1.model: provider 'opnai' is not known; did you mean 'openai'?",
        ),
        (
            LINK + "[[chains.a.links]]\nmodel = 'pool/y'\n",
            "5: chains.a.links.1.model: pool 'y' is not known; known: ",
        ),
        (
            LINK + "[[chains.a.links]]\nmodel = 'gpt'\n",
            "5: chains.a.links.1.model: 'gpt' is no model; write 'provider/model'",
        ),
        (LINK + "on = ['quota']\n", "1: chains.a: the first link takes no `on`"),
        ("[chains.a]\nkinds = ['sing']\n", "2: chains.a.kinds.0: input should be 'review', 'fix'"),
        ("[chains.a]\n", "1: chains.a: a chain needs links"),
        (LINK + "shrink = 2\n", "2: chains.a.links.0: shrink must be above 0 and below 1, got 2"),
        (
            LINK + "shrink = 0.5\ncontext_tokens = 5\n",
            "2: chains.a.links.0: give context_tokens or shrink, not both",
        ),
        ("[pools.p]\nmembers = ['openai/x']\n", "1: pools.p: members wants two or more models"),
        (
            "[pools.p]\nmembers = ['openai/x', 'mine/x']\n",
            "2: pools.p.members.1: provider 'mine' is not known; known: anthropic",
        ),
        (
            "[pools.p]\nmembers = ['openai/x', 'pool/p']\n",
            "2: pools.p.members.1: provider 'pool' is not known",
        ),
        ("[providers.pool]\nkind = 'openai'\n", "1: providers.pool: 'pool' is the word for pools"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    assert f"{tmp_path}/project/bandmaster.toml:{message}" in str(caught.value)


def test_the_file_that_names_an_unknown_provider_is_told_of_two(tmp_path: Path) -> None:
    own = LINK.replace("openai/x", "mine/x")
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, "", own=own)
    assert f"{tmp_path}/config/bandmaster.toml:3: chains.a.links.0.model" in str(caught.value)


def test_a_variable_may_set_one_part_of_a_chain(tmp_path: Path) -> None:
    chains = loaded(tmp_path, LINK, BANDMASTER_CHAINS__A__REORDER="reliability").settings.chains
    assert chains == {
        "a": Chain(reorder=Reorder.RELIABILITY, links=(Link(model="openai/x"),)),
    }


def test_a_usual_provider_without_its_variable_is_no_mistake(tmp_path: Path) -> None:
    assert loaded(tmp_path, LINK).settings.chains == {
        "a": Chain(links=(Link(model="openai/x"),)),
    }


def test_a_stranger_chooses_no_chain_and_no_pool(tmp_path: Path) -> None:
    text = LINK + "[pools.p]\nmembers = ['openai/x', 'openai/y']\n"
    mine = LINK.replace("openai/x", "anthropic/y")
    configuration = loaded(tmp_path, text, own=mine, trusted=False)
    assert configuration.settings.chains == {"a": Chain(links=(Link(model="anthropic/y"),))}
    assert configuration.settings.pools == {}
    assert "ignored chains, pools: not trusted yet" in configuration.notes[0]
