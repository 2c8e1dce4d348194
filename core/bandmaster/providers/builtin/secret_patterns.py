"""What secrets look like: one pattern a kind, each with literals that its text must contain."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.rules import Rule

_WHY = "Whoever can read the code or its history can use the secret, also after it was removed."
_HOW = (
    "Revoke it where it was issued, then read the new one from the environment or a secret store."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A kind of secret. The group `secret` of `expression` is the secret itself."""

    rule: Rule
    title: str
    expression: re.Pattern[str]
    literals: tuple[str, ...]
    """One of these is in the lower-case form of every text that `expression` matches."""
    entropy: float
    """Secrets with less than so many bits a character are taken for placeholders."""
    named: bool
    """Whether a name tells, not the form: `expression` reads the text in lower case."""
    chosen: bool
    """Whether a person thought of it, so that it may be a word, a name or a joke."""


def _pattern(
    kind: str,
    title: str,
    expression: str,
    literals: tuple[str, ...],
    entropy: float,
    severity: Severity = Severity.CRITICAL,
    confidence: Confidence = Confidence.HIGH,
    *,
    named: bool = False,
    chosen: bool = False,
) -> Pattern:
    rule = Rule(f"secret-{kind}", severity, confidence, Category.SECURITY, _WHY, _HOW)
    return Pattern(
        rule=rule,
        title=title,
        expression=re.compile(expression),
        literals=literals,
        entropy=entropy,
        named=named,
        chosen=chosen,
    )


_NAMED = (
    r"(?:password|passwd|passphrase|secret|api_?key|access_?token|auth_?token"
    r"|private_?key|credential)"
)
_PASSWORD_LITERALS = ("passw", "passphrase", "secret", "api", "token", "private", "credential")

PATTERNS = (
    _pattern(
        "aws-key",
        "AWS access key",
        r"\b(?P<secret>(?:AKIA|ASIA)[A-Z2-7]{16})\b",
        ("akia", "asia"),
        3.0,
    ),
    _pattern(
        "aws-secret-key",
        "AWS secret access key",
        r"aws_?secret_?(?:access_?)?key[\"']?\s{0,3}[:=]\s{0,3}[\"']?"
        r"(?P<secret>[a-z0-9/+]{40})(?![a-z0-9/+=])",
        ("secret",),
        4.0,
        named=True,
    ),
    _pattern(
        "github-token",
        "GitHub token",
        r"\b(?P<secret>gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{60,251})\b",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        3.3,
    ),
    _pattern(
        "gitlab-token",
        "GitLab token",
        r"\b(?P<secret>glpat-[A-Za-z0-9_-]{20,64})(?![A-Za-z0-9_-])",
        ("glpat-",),
        3.3,
    ),
    _pattern(
        "slack-token",
        "Slack token",
        r"\b(?P<secret>xox[abposr]-(?:\d{6,}-)+[A-Za-z0-9-]{16,})",
        ("xox",),
        3.0,
    ),
    _pattern(
        "slack-webhook",
        "Slack webhook",
        r"(?P<secret>https://hooks\.slack\.com/services/T[A-Z0-9]{7,}/B[A-Z0-9]{7,}/[A-Za-z0-9]{20,})",
        ("hooks.slack.com",),
        3.5,
        Severity.HIGH,
    ),
    _pattern(
        "anthropic-key",
        "Anthropic API key",
        r"\b(?P<secret>sk-ant-(?:api|admin|oat)\d\d-[A-Za-z0-9_-]{40,})",
        ("sk-ant-",),
        3.8,
    ),
    _pattern(
        "openai-key",
        "OpenAI API key",
        r"\b(?P<secret>sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}|[A-Za-z0-9]{20}T3BlbkFJ"
        r"[A-Za-z0-9]{20}|[A-Za-z0-9]{48}))(?![A-Za-z0-9_-])",
        ("sk-",),
        3.8,
    ),
    _pattern(
        "google-key",
        "Google API key",
        r"\b(?P<secret>AIza[A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])",
        ("aiza",),
        3.5,
        Severity.HIGH,
    ),
    _pattern(
        "stripe-key",
        "Stripe live key",
        r"\b(?P<secret>[sr]k_live_[A-Za-z0-9]{20,247})\b",
        ("k_live_",),
        3.3,
    ),
    _pattern(
        "huggingface-token",
        "Hugging Face token",
        r"\b(?P<secret>hf_[A-Za-z0-9]{34})\b",
        ("hf_",),
        3.5,
    ),
    _pattern(
        "pypi-token",
        "PyPI token",
        r"\b(?P<secret>pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,})",
        ("pypi-ageichlwas5vcmc",),
        3.5,
    ),
    _pattern(
        "npm-token",
        "npm token",
        r"\b(?P<secret>npm_[A-Za-z0-9]{36})\b",
        ("npm_",),
        3.5,
    ),
    _pattern(
        "sendgrid-key",
        "SendGrid API key",
        r"\b(?P<secret>SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])",
        ("sg.",),
        3.8,
    ),
    _pattern(
        "private-key",
        "private key",
        r"-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\\r|\\n|[\"'+,\s])*(?:[A-Z][A-Za-z-]+: [^\n]{1,80}\s+)*"
        r"(?P<secret>[A-Za-z0-9+/=]{40,})",
        ("private key",),
        3.5,
    ),
    _pattern(
        "jwt",
        "JSON Web Token",
        r"\b(?P<secret>eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{20,})",
        ("eyj",),
        4.0,
        Severity.MEDIUM,
        Confidence.MEDIUM,
        chosen=True,
    ),
    _pattern(
        "connection-string",
        "password in a connection string",
        r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|ftps?|ldaps?)"
        r"(?:\+\w{1,20})?://[^\s:/@\"'`<>{}$%]{1,64}:(?P<secret>[^\s:/@\"'`<>{}$]{6,128})@[\w.-]+",
        ("://",),
        2.5,
        Severity.HIGH,
        Confidence.MEDIUM,
        chosen=True,
    ),
    _pattern(
        "password",
        "hard-coded password or key",
        _NAMED
        + r"\w{0,20}[\"']?\]?\s{0,4}(?::=|=>|=|:)\s{0,4}[\"'](?P<secret>[^\"'\s]{8,128})[\"']",
        _PASSWORD_LITERALS,
        2.8,
        Severity.HIGH,
        Confidence.MEDIUM,
        named=True,
        chosen=True,
    ),
)
