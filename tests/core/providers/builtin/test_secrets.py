"""Secrets are found, placeholders are not, and no secret reaches a finding."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmaster.findings import Finding
from bandmaster.providers.builtin.secret_patterns import PATTERNS
from bandmaster.providers.builtin.secrets import entropy, find_secrets
from bandmaster.workspace import Document

_LETTERS = string.ascii_letters + string.digits


def made_of(characters: str, length: int, seed: int = 3) -> str:
    """Made here, so that no text that looks like a secret is in the repository."""
    chosen = random.Random(seed)
    return "".join(chosen.choice(characters) for _ in range(length))


def found(text: str, path: str = "settings.py") -> list[Finding]:
    return find_secrets(Document(path=path, text=text, sha256=None))


SECRETS = {
    "secret-aws-key": "AKIA" + made_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    "secret-aws-secret-key": made_of(_LETTERS + "/+", 40),
    "secret-github-token": "ghp_" + made_of(_LETTERS, 36),
    "secret-gitlab-token": "glpat-" + made_of(_LETTERS, 20),
    "secret-slack-token": "xoxb-" + "8" * 3 + "719305264-" + made_of(_LETTERS, 24),
    "secret-slack-webhook": "https://hooks.slack.com/services/T8K2M4Q6Z/B7H3J9P5W/"
    + made_of(_LETTERS, 24),
    "secret-anthropic-key": "sk-ant-api03-" + made_of(_LETTERS + "_-", 90),
    "secret-openai-key": "sk-proj-" + made_of(_LETTERS, 48),
    "secret-google-key": "AIza" + made_of(_LETTERS, 35),
    "secret-stripe-key": "sk_live_" + made_of(_LETTERS, 24),
    "secret-huggingface-token": "hf_" + made_of(_LETTERS, 34),
    "secret-pypi-token": "pypi-AgEIcHlwaS5vcmc" + made_of(_LETTERS, 60),
    "secret-npm-token": "npm_" + made_of(_LETTERS, 36),
    "secret-sendgrid-key": "SG." + made_of(_LETTERS, 22) + "." + made_of(_LETTERS, 43),
    "secret-private-key": made_of(_LETTERS + "+/", 64),
    "secret-jwt": ".".join(("eyJ" + made_of(_LETTERS, 30), "eyJ" + made_of(_LETTERS, 40)))
    + "."
    + made_of(_LETTERS, 43),
    "secret-connection-string": "Kq7vR2pWx9",
    "secret-password": "Tr8vBz3kQ9wL",
}
LINES = {
    "secret-aws-secret-key": "aws_secret_access_key = {}\n",
    "secret-private-key": "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n",
    "secret-connection-string": 'URL = "postgresql://app:{}@db.internal:5432/app"\n',
    "secret-password": 'DB_PASSWORD = "{}"\n',
}


def line_with(rule: str, secret: str) -> str:
    return LINES.get(rule, 'KEY = "{}"\n').format(secret)


def test_each_kind_of_secret_has_an_example() -> None:
    assert set(SECRETS) == {pattern.rule.code for pattern in PATTERNS}


@pytest.mark.parametrize("rule", SECRETS)
def test_a_secret_is_found_once_where_it_stands(rule: str) -> None:
    text = "first = 1\n" + line_with(rule, SECRETS[rule])
    findings = found(text)
    assert [one.rule for one in findings] == [rule]
    line = text.split("\n")[findings[0].span.start.line - 1]
    start, end = findings[0].span.start.column - 1, findings[0].span.end.column - 1
    assert line[start:end] == SECRETS[rule]


@given(st.sampled_from(sorted(SECRETS)), st.integers(0, 10_000))
def test_no_secret_reaches_a_finding(rule: str, seed: int) -> None:
    shape = SECRETS[rule]
    start = next(
        (at for at, one in enumerate(shape) if one in "-_.") if "-" in shape else iter([4])
    )
    body = made_of(_LETTERS, len(shape) - start - 1, seed)
    secret = shape[: start + 1] + body
    for finding in found(line_with(rule, secret)):
        told = f"{finding.message} {finding.why} {finding.how} {finding.name}"
        assert all(secret[at : at + 5] not in told for at in range(len(secret) - 4))


@pytest.mark.parametrize(
    "line",
    [
        'password = "changeme-please1"',
        'password = os.environ["PASSWORD"]',
        'password = "your-password-here1"',
        'PASSWORD_HASHERS = "django.contrib.auth.hashers1"',
        'secret = "${VAULT_SECRET_1}"',
        'api_key = "<your api key 1>"',
        'password = "no"',
        'secret_key_base = "config/secrets.yml"',
        'private_key_path: "/etc/ssl/private/key1.pem"',
        'api_key_header = "X-API-Key"',
        'token_url = "https://login.invalid/oauth2/token1"',
        'password_field = "user_password_2"',
        'api_key = "xxxxxxxxxxxxxxxxxxxx1"',
        'secret_name = "my-app/production/database"',
        'access_token: "string"',
        'AWS_KEY = "AKIAIOSFODNN7EXAMPLE"',
        'url = "postgres://user:password@localhost/db"',
        'url = "postgres://user:${PASSWORD}@localhost/db"',
        'key = "sk-" + "a" * 48',
        '"-----BEGIN PRIVATE KEY-----"',
        f'password = "{SECRETS["secret-password"]}"  # nosec',
        f'key = "{SECRETS["secret-github-token"]}"  # gitleaks:allow',
    ],
)
def test_placeholders_and_names_are_no_secrets(line: str) -> None:
    assert found(line + "\n") == []


@pytest.mark.parametrize(
    "password", ["SuperSecret123!", "P@ssw0rd2024", "hunter2-Blue", "admin#4711x"]
)
def test_a_password_that_a_person_thought_of_is_found(password: str) -> None:
    assert [one.rule for one in found(f'password = "{password}"\n')] == ["secret-password"]


def test_passwords_of_tests_are_their_own() -> None:
    line = line_with("secret-password", SECRETS["secret-password"])
    assert found(line, "tests/test_login.py") == []
    assert found(line, "app/login.py") != []


def test_a_real_key_in_a_test_is_still_told() -> None:
    line = line_with("secret-github-token", SECRETS["secret-github-token"])
    assert [one.rule for one in found(line, "tests/test_login.py")] == ["secret-github-token"]


def test_characters_that_grow_in_lower_case_do_not_move_what_is_found() -> None:
    findings = found("İİİ = 1\n" + line_with("secret-password", SECRETS["secret-password"]))
    assert [(one.rule, one.span.start.line, one.span.start.column) for one in findings] == [
        ("secret-password", 2, 16)
    ]


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    found(text)


@given(st.text(min_size=1, max_size=60))
def test_entropy_is_between_nothing_and_the_logarithm_of_the_length(text: str) -> None:
    assert -1e-9 <= entropy(text) <= 6
