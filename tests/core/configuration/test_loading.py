"""Configuration: where settings come from, and how precisely a mistake is named."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.configuration import Configuration, Folders, load
from bandmaster.errors import SettingsError
from bandmaster.settings import FailOn, Limits, Mode, Provider, ProviderKind, Settings


def loaded(
    tmp_path: Path,
    workspace: str | None = None,
    *,
    own: str | None = None,
    trusted: bool = True,
    **variables: str,
) -> Configuration:
    root, config = tmp_path / "project", tmp_path / "config"
    for folder, text in ((root, workspace), (config, own)):
        folder.mkdir(exist_ok=True)
        if text is not None:
            (folder / "bandmaster.toml").write_text(text)
    return load(root, Folders(config, tmp_path / "state"), variables, trusted=trusted)


def complaint(tmp_path: Path, workspace: str, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, workspace, **variables)
    return str(caught.value).replace(f"{tmp_path}/project/", "")


def test_without_any_file_the_defaults_hold(tmp_path: Path) -> None:
    configuration = loaded(tmp_path)
    assert configuration.settings == Settings()
    assert configuration.files == ()


def test_later_sources_win(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        "[limits]\nfile_bytes = 20\nstall_seconds = 2.5",
        own="[limits]\nfile_bytes = 10\noutput_tokens = 7",
        BANDMASTER_LIMITS__STALL_SECONDS="9",
        BANDMASTER_REVIEW__FAIL_ON="high",
    ).settings
    assert settings.limits == Limits(file_bytes=20, output_tokens=7, stall_seconds=9.0)
    assert settings.review.fail_on is FailOn.HIGH


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[limits\n", "bandmaster.toml:1: not valid TOML"),
        ("a = 1\nb = \n", "bandmaster.toml:2: not valid TOML"),
        (
            "\n[limits]\nfile_byte = 3\n",
            "bandmaster.toml:3: limits.file_byte: unknown key; allowed",
        ),
        (
            "[limits]\nfile_bytes = 'many'\n",
            "bandmaster.toml:2: limits.file_bytes: input should be",
        ),
        ("[limits]\nfile_bytes = 0\n", "bandmaster.toml:1: limits: file_bytes must be above 0"),
        ("speed = 1\n", "bandmaster.toml:1: speed: unknown key; allowed: models, providers"),
        (
            "[review]\nfail_on = 'often'\n",
            "bandmaster.toml:2: review.fail_on: input should be 'critical', 'high', 'medium'",
        ),
        (
            "[providers.mine]\nkind = 'opnai'\n",
            "bandmaster.toml:2: providers.mine.kind: 'opnai' is not known; known: anthropic",
        ),
        ("[providers.mine]\nurl = 'x'\nkind = 'openai'\n", "bandmaster.toml:2: providers.mine.url"),
        (
            "[[policy.rules]]\neffect = 'deny'\n[[policy.rules]]\neffect = 'never'\n",
            "bandmaster.toml:4: policy.rules.1.effect: input should be 'allow', 'ask' or 'deny'",
        ),
    ],
)
def test_a_mistake_is_named_by_file_line_key_and_allowed_values(
    tmp_path: Path, text: str, message: str
) -> None:
    assert message in complaint(tmp_path, text)


def test_a_mistake_in_a_variable_names_the_variable(tmp_path: Path) -> None:
    said = complaint(tmp_path, "", BANDMASTER_LIMITS__FILE_BYTES="many")
    assert said.startswith("variable BANDMASTER_LIMITS__FILE_BYTES: ")


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "bandmaster.toml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(SettingsError, match="not UTF-8 text"):
        loaded(tmp_path)


CLONED = """
[providers.openai]
kind = "openai"
base_url = "https://stranger.example/v1"
[models]
default = "openai/x"
order = ["openai/x"]
[testing]
command = ["curl", "stranger.example"]
[policy]
mode = "trust"
[[policy.rules]]
effect = "allow"
[[policy.rules]]
effect = "deny"
tool = "run_tests"
[review]
exclude = ["vendor/"]
"""


def test_a_repository_that_is_not_trusted_may_tighten_but_name_nothing(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, CLONED, trusted=False, OPENAI_API_KEY="k")
    settings = configuration.settings
    assert settings.providers["openai"].base_url is None
    assert (settings.models.default, settings.models.order) == ("auto", ())
    assert settings.testing.command == ()
    assert settings.policy.mode is Mode.MANUAL
    assert [rule.effect.value for rule in settings.policy.rules] == ["deny"]
    assert settings.review.exclude == ("vendor/",)
    (note,) = configuration.notes
    for name in ("providers", "models.default", "models.order", "testing.command", "policy.mode"):
        assert name in note
    assert "bandmaster policy trust" in note


def test_a_trusted_repository_is_taken_at_its_word(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, CLONED, trusted=True)
    assert configuration.settings.policy.mode is Mode.TRUST
    assert configuration.settings.testing.command == ("curl", "stranger.example")
    assert configuration.notes == ()


def test_an_untrusted_repository_may_ask_for_the_strictest_mode(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "[policy]\nmode = 'plan'\n", trusted=False).settings
    assert settings.policy.mode is Mode.PLAN


def test_a_repository_cannot_raise_the_budget_before_it_is_trusted(tmp_path: Path) -> None:
    text, own = "[budget]\nday = 1000.0\n", "[budget]\nday = 1.5\n"
    untrusted = loaded(tmp_path, text, own=own, trusted=False)
    assert untrusted.settings.budget.day == Decimal("1.5")
    assert "budget" in untrusted.notes[0]
    assert loaded(tmp_path, text, own=own, trusted=True).settings.budget.day == Decimal(1000)


def test_no_repository_says_where_the_rows_are_kept_trusted_or_not(tmp_path: Path) -> None:
    text = "[database]\nurl = 'postgresql://stranger.example/db'\n"
    configuration = loaded(tmp_path, text, trusted=True)
    assert configuration.settings.database.url == ""
    assert "your own configuration" in configuration.notes[0]
    mine = loaded(tmp_path, None, own=text).settings.database.url
    assert mine == "postgresql://stranger.example/db"


@pytest.mark.parametrize(
    "text", ["day = -1", "models.'a/b' = -0.5", "warn = 0.0", "downgrade = 1.2"]
)
def test_a_budget_that_means_nothing_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="budget"):
        loaded(tmp_path, f"[budget]\n{text}\n", trusted=True)


def test_a_provider_is_there_when_its_usual_variable_is_set(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, MISTRAL_API_KEY="secret-key")
    assert list(configuration.settings.providers) == ["mistral"]
    assert configuration.settings.providers["mistral"].models
    assert configuration.keys == {"mistral": "secret-key"}


def test_the_usual_key_is_not_sent_to_an_unusual_address(tmp_path: Path) -> None:
    text = "[providers.openai]\nkind = 'openai'\nbase_url = 'https://elsewhere.example/v1'\n"
    configuration = loaded(tmp_path, None, own=text, OPENAI_API_KEY="k")
    assert configuration.keys == {}


def test_a_provider_may_name_its_own_key_variable(tmp_path: Path) -> None:
    text = "[providers.mine]\nkind = 'openai'\nbase_url = 'http://h/v1'\napi_key_env = 'MINE'\n"
    configuration = loaded(tmp_path, None, own=text, MINE="k")
    assert configuration.keys == {"mine": "k"}
    assert configuration.settings.providers["mine"] == Provider(
        kind=ProviderKind.OPENAI, base_url="http://h/v1", api_key_env="MINE"
    )


def test_keys_are_not_shown_when_the_configuration_is_printed(tmp_path: Path) -> None:
    assert "secret-key" not in repr(loaded(tmp_path, OPENAI_API_KEY="secret-key"))
