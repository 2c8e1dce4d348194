"""What a provider is when nobody configures it: the usual variables, address and models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bandmaster.providers.place import host_of, is_loopback
from bandmaster.settings import Provider, ProviderKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A provider that appears by itself when its variable is set."""

    kind: ProviderKind
    base_url: str
    key_variable: str
    """Holds the key."""
    address_variable: str | None = None
    """Holds another address, where the provider's own tools read one."""
    models: tuple[str, ...] = ()
    """In the order in which they are tried; empty: the server is asked what it has."""

    @property
    def appears_with(self) -> str:
        """The variable whose presence means that the person wants this provider."""
        if self.address_variable and is_loopback(self.base_url):
            return self.address_variable  # A server of one's own needs no key to be there.
        return self.key_variable


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "anthropic": Preset(
            kind=ProviderKind.ANTHROPIC,
            base_url="https://api.anthropic.com",
            key_variable="ANTHROPIC_API_KEY",
            address_variable="ANTHROPIC_BASE_URL",
            models=("claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5"),
        ),
        "openai": Preset(
            kind=ProviderKind.OPENAI,
            base_url="https://api.openai.com/v1",
            key_variable="OPENAI_API_KEY",
            address_variable="OPENAI_BASE_URL",
            models=("gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna"),
        ),
        "xai": Preset(
            kind=ProviderKind.OPENAI,
            base_url="https://api.x.ai/v1",
            key_variable="XAI_API_KEY",
            models=("grok-4.7", "grok-code-fast-1"),
        ),
        "mistral": Preset(
            kind=ProviderKind.OPENAI,
            base_url="https://api.mistral.ai/v1",
            key_variable="MISTRAL_API_KEY",
            models=("mistral-large-4", "codestral-latest"),
        ),
        "openrouter": Preset(
            kind=ProviderKind.OPENAI,
            base_url="https://openrouter.ai/api/v1",
            key_variable="OPENROUTER_API_KEY",
            models=("anthropic/claude-sonnet-5.5", "openai/gpt-6.1-sol", "x-ai/grok-4.7"),
        ),
        "lmstudio": Preset(
            kind=ProviderKind.OPENAI,
            base_url="http://127.0.0.1:1234/v1",
            key_variable="LM_API_TOKEN",
            address_variable="LMSTUDIO_BASE_URL",
        ),
        "vllm": Preset(
            kind=ProviderKind.OPENAI,
            base_url="http://127.0.0.1:8000/v1",
            key_variable="VLLM_API_KEY",
            address_variable="VLLM_BASE_URL",
        ),
        "ollama": Preset(
            kind=ProviderKind.OLLAMA,
            base_url="http://127.0.0.1:11434",
            key_variable="OLLAMA_API_KEY",
            address_variable="OLLAMA_HOST",
        ),
    }
)


def preset(name: str, kind: str) -> Preset | None:
    """The preset of that name, else the one that stands for its kind; none for a stranger's."""
    found = (PRESETS.get(name), PRESETS.get(kind))
    return next((one for one in found if one is not None and one.kind == kind), None)


def address(name: str, provider: Provider) -> str:
    """The address of `provider`, its own or the usual one; empty where its kind has none."""
    usual = preset(name, provider.kind)
    return provider.base_url or (usual.base_url if usual else "")


def key_variable(name: str, provider: Provider) -> str | None:
    """The variable that holds the key of `provider`; None where none may be sent.

    The usual key goes to the usual host only: another address must name its own variable.
    """
    if provider.api_key_env:
        return provider.api_key_env
    usual = preset(name, provider.kind)
    if usual is None:
        return None
    if provider.base_url and host_of(provider.base_url) != host_of(usual.base_url):
        return None
    return usual.key_variable
