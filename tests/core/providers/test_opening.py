"""Opening a provider: what is imported, which key goes where, what is told when it cannot be."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bandmaster.errors import Failure, ModelUnavailable
from bandmaster.providers.defaults import PRESETS, address, key_variable
from bandmaster.providers.opening import open_provider
from bandmaster.providers.place import Place, is_loopback
from bandmaster.settings import Limits, Provider, ProviderKind


@pytest.mark.parametrize(
    ("kind", "sdk"), [("openai", "openai"), ("anthropic", "anthropic"), ("ollama", "ollama")]
)
def test_an_sdk_is_imported_when_its_provider_is_opened_and_no_other(kind: str, sdk: str) -> None:
    program = f"""
import asyncio, sys
from bandmaster.providers.opening import open_provider
from bandmaster.settings import Limits, Provider, ProviderKind
SDKS = {{"openai", "anthropic", "ollama", "httpx", "httpx2"}}
assert not SDKS & set(sys.modules), SDKS & set(sys.modules)
provider = Provider(kind=ProviderKind({kind!r}), base_url="http://127.0.0.1:9")
asyncio.run(open_provider("x", provider, "key", Limits()))
assert {sdk!r} in sys.modules
assert not ({{"openai", "anthropic", "ollama"}} - {{{sdk!r}}}) & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


async def test_a_missing_sdk_is_told_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "bandmaster.providers.anthropic", None)
    provider = Provider(kind=ProviderKind.ANTHROPIC)
    with pytest.raises(ModelUnavailable, match="pip install anthropic"):
        await open_provider("claude", provider, "key", Limits())


@pytest.mark.parametrize("kind", list(ProviderKind))
@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://host:port/v1",
        "http://host:99999",
        "http://ho st/v1",
        "http://",
        "https:///v1",
        "ftp://host/v1",
        "http://host\x00/v1",
        "http://host/v1\n",
        "file:///etc/passwd",
    ],
)
async def test_an_address_that_is_none_is_told(kind: ProviderKind, url: str) -> None:
    with pytest.raises(ModelUnavailable, match="address of provider 'mine'"):
        await open_provider("mine", Provider(kind=kind, base_url=url), "key", Limits())


@pytest.mark.parametrize("key", ["sk-naïve", "sk-one\nsk-two"])
async def test_a_key_that_cannot_be_one_is_told_by_its_variable(key: str) -> None:
    provider = Provider(kind=ProviderKind.OPENAI, api_key_env="MY_KEY")
    with pytest.raises(ModelUnavailable, match="MY_KEY") as caught:
        await open_provider("mine", provider, key, Limits())
    assert caught.value.failure is Failure.AUTHENTICATION
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:1234/v1", True),
        ("http://127.0.0.1:8080", True),
        ("http://127.8.9.1", True),
        ("http://[::1]:8080/v1", True),
        ("127.0.0.1:11434", True),
        ("0.0.0.0:11434", True),
        ("https://api.openai.com/v1", False),
        ("http://192.168.1.7:11434", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("", False),
    ],
)
def test_only_loopback_is_this_machine(url: str, local: bool) -> None:
    assert is_loopback(url) is local


def test_an_address_is_shown_without_what_is_secret_in_it() -> None:
    place = Place(name="x", url="https://me:secret@host.example:8/v1/?token=secret", key="secret")
    assert place.shown == "https://host.example:8/v1"
    assert "secret" not in repr(place).replace(place.url, "")


OPENAI = Provider(kind=ProviderKind.OPENAI)
ELSEWHERE = Provider(kind=ProviderKind.OPENAI, base_url="https://models.example/v1")


def test_the_usual_key_goes_to_the_usual_host_only() -> None:
    assert key_variable("openai", OPENAI) == "OPENAI_API_KEY"
    assert key_variable("work", OPENAI) == "OPENAI_API_KEY"
    assert key_variable("openai", ELSEWHERE) is None
    assert key_variable("xai", Provider(kind=ProviderKind.OPENAI)) == "XAI_API_KEY"


def test_a_variable_of_ones_own_is_taken() -> None:
    provider = Provider(
        kind=ProviderKind.OPENAI, base_url="https://models.example/v1", api_key_env="MY_KEY"
    )
    assert key_variable("work", provider) == "MY_KEY"


def test_a_provider_without_an_address_is_where_it_usually_is() -> None:
    assert address("xai", Provider(kind=ProviderKind.OPENAI)) == "https://api.x.ai/v1"
    assert address("work", Provider(kind=ProviderKind.OPENAI)) == "https://api.openai.com/v1"
    assert address("work", ELSEWHERE) == "https://models.example/v1"


def test_each_kind_has_a_preset_of_its_name() -> None:
    assert {PRESETS[kind.value].kind for kind in ProviderKind} == set(ProviderKind)


def test_a_server_of_ones_own_appears_with_its_address_and_others_with_their_key() -> None:
    appears = {name: preset.appears_with for name, preset in PRESETS.items()}
    assert appears == {
        "anthropic": "ANTHROPIC_API_KEY",
        "openai": "OPENAI_API_KEY",
        "xai": "XAI_API_KEY",
        "mistral": "MISTRAL_API_KEY",
        "openrouter": "OPENROUTER_API_KEY",
        "lmstudio": "LMSTUDIO_BASE_URL",
        "vllm": "VLLM_BASE_URL",
        "ollama": "OLLAMA_HOST",
    }
