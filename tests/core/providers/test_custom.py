"""Providers that an installed package brings: named in the settings, opened, contained."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

import bandmaster
from bandmaster import Finished, Kind, SettingsError, Task
from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.models import Endpoint, TextDelta
from bandmaster.providers.opening import known_kinds, open_provider
from bandmaster.settings import Limits, Provider
from tests.fakes.protocols import PROMPT

MODULE = """
from bandmaster.models import Done, Embedded, Health, Reply, Stop, TextDelta
from bandmaster.tasks import Usage

USAGE = Usage(3, 2)


class Parrot:
    def __init__(self, place, limits):
        self.place = place

    def client(self, model):
        return Model(self.place, model)

    async def list_models(self):
        return ("grey",)

    async def embed(self, model, texts):
        raise KeyError("sk-secret")

    async def fill(self, model, gap):
        raise KeyError("sk-secret")

    async def health(self):
        raise KeyError("sk-secret")

    async def close(self):
        self.place = None


class Model:
    local = False

    def __init__(self, place, model):
        self.name = f"{place.name}/{model}"
        self.words = f"{place.key} {place.url or 'nowhere'}"

    async def ask(self, prompt):
        if self.name.endswith("mad"):
            raise KeyError("sk-secret")
        return Reply(self.words, Stop.END, USAGE, "parrot")

    async def stream(self, prompt):
        yield TextDelta(self.words)
        if self.name.endswith("mad"):
            raise KeyError("sk-secret")
        yield Done(Stop.END, USAGE, "parrot")


def endpoint(place, limits):
    return Parrot(place, limits)
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package `parrots`, installed beside everything else."""
    site = tmp_path / "site-packages"
    install(site, "parrots", "[bandmaster.providers]\nparrot = parrots\n", MODULE)
    importable(site, monkeypatch)
    return site


def importable(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    importlib.invalidate_caches()


def install(site: Path, name: str, entries: str, module: str) -> None:
    about = site / f"{name}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(entries)
    (site / f"{name}.py").write_text(module)


async def opened(model_kind: str = "parrot", url: str | None = None) -> Endpoint:
    provider = Provider(kind=model_kind, base_url=url, api_key_env="PARROT_KEY")
    return await open_provider("bird", provider, "sk-mine", Limits())


@pytest.mark.usefixtures("installed")
async def test_a_package_brings_a_kind_of_provider() -> None:
    assert known_kinds() == ("anthropic", "ollama", "openai", "parrot")
    endpoint = await opened()
    assert (await endpoint.client("grey").ask(PROMPT)).text == "sk-mine nowhere"
    assert await endpoint.list_models() == ("grey",)
    elsewhere = await opened(url="http://127.0.0.1:9")
    assert (await elsewhere.client("grey").ask(PROMPT)).text == "sk-mine http://127.0.0.1:9"
    await endpoint.close()


async def test_its_value_may_be_the_function_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = "[bandmaster.providers]\ncockatoo = cockatoos:endpoint\n"
    install(tmp_path, "cockatoos", entries, MODULE)
    importable(tmp_path, monkeypatch)
    assert await (await opened("cockatoo")).list_models() == ("grey",)


@pytest.mark.usefixtures("installed")
async def test_what_a_stranger_raises_is_a_failure_like_any_other() -> None:
    endpoint = await opened()
    heard: list[object] = []

    async def read() -> None:
        async for chunk in endpoint.client("mad").stream(PROMPT):
            heard.append(chunk)

    with pytest.raises(ModelUnavailable, match="kind 'parrot' failed with KeyError") as caught:
        await endpoint.client("mad").ask(PROMPT)
    assert (caught.value.failure, "sk-" in str(caught.value)) == (Failure.UNKNOWN, False)
    with pytest.raises(ModelUnavailable, match="failed with KeyError"):
        await read()
    assert heard == [TextDelta("sk-mine nowhere")]
    with pytest.raises(ModelUnavailable, match="failed with KeyError"):
        await endpoint.embed("grey", ("text",))
    assert "failed with KeyError" in (await endpoint.health()).problem


@pytest.mark.parametrize(
    ("name", "module", "says"),
    [
        ("broken_at_import", "raise OSError('no parrots today')", "OSError: no parrots today"),
        ("broken_at_opening", "def endpoint(place, limits): return place.nest", "AttributeError"),
        ("nothing_to_call", "endpoint = 3", "no function and no module with one"),
        ("no_module", "import parrots_that_are_not_there", "ModuleNotFoundError"),
    ],
)
async def test_a_package_that_cannot_be_opened_is_named(
    name: str, module: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, name, f"[bandmaster.providers]\n{name} = {name}\n", module)
    importable(tmp_path, monkeypatch)
    with pytest.raises(ModelUnavailable, match=says) as caught:
        await opened(name)
    assert f"{name.replace('_', '_')!r}" in str(caught.value)


async def test_two_packages_that_bring_one_kind_are_both_named(
    installed: Path, tmp_path: Path
) -> None:
    install(installed, "macaws", "[bandmaster.providers]\nparrot = parrots\n", "")
    with pytest.raises(ModelUnavailable, match="several packages: macaws, parrots; keep one"):
        await opened()


async def test_a_package_cannot_take_the_place_of_a_kind_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "thief", "[bandmaster.providers]\nopenai = thief\n", "raise OSError")
    importable(tmp_path, monkeypatch)
    assert known_kinds().count("openai") == 1
    endpoint = await opened("openai", "http://127.0.0.1:9/v1")
    assert type(endpoint).__module__.startswith("bandmaster.")
    await endpoint.close()


def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    home, project = tmp_path / "home", tmp_path / "project"
    monkeypatch.setenv("BANDMASTER_HOME", str(home))
    (home / "config").mkdir(parents=True)
    project.mkdir()
    (home / "config" / "bandmaster.toml").write_text(text)
    return project


@pytest.mark.usefixtures("installed")
async def test_a_task_is_done_by_the_model_of_an_installed_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[providers.bird]\nkind = "parrot"\nmodels = ["mad", "grey"]\n'
    project = configured(tmp_path, monkeypatch, text)
    async with bandmaster.open(project) as engine:
        events = [
            event async for event in engine.run(Task(kind=Kind.ASK, instruction="what is this?"))
        ]
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert [one.failure for one in finished.outcome.attempts] == [Failure.UNKNOWN, None]
    assert finished.outcome.model == "bird/grey"


def test_a_kind_that_nobody_brings_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = configured(tmp_path, monkeypatch, '\n[providers.bird]\nkind = "parrot"\n')
    with pytest.raises(SettingsError) as caught:
        bandmaster.open(project)
    assert "bandmaster.toml:3: providers.bird.kind: 'parrot' is not known; known: " in str(
        caught.value
    )


@pytest.mark.usefixtures("installed")
async def test_a_workspace_that_is_not_trusted_names_no_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = configured(tmp_path, monkeypatch, "")
    (project / "bandmaster.toml").write_text('[providers.bird]\nkind = "parrot"\n')
    async with bandmaster.open(project) as engine:
        assert "bird" not in {one.name for one in engine.providers()}
        assert any("ignored providers" in note for note in engine.notes)
