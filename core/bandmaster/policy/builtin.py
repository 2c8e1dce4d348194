"""What the policy says before anybody wrote a rule: protected paths, secrets, and the modes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bandmaster.policy.action import ActionKind
from bandmaster.policy.globs import restricting
from bandmaster.policy.rules import Decision, Rule
from bandmaster.settings import Mode

WRITES = frozenset({ActionKind.WRITE, ActionKind.DELETE, ActionKind.MOVE})
_MODE_ASKS = WRITES | {ActionKind.EXEC}
_NOT_READS = frozenset(ActionKind) - {ActionKind.READ}

_NEVER_WRITTEN = (
    ".git .hg .svn .jj bandmaster.toml .bandmaster"  # What a policy or an undo relies on.
).split()
_ALWAYS_ASKED = (
    ".gitattributes .gitmodules .gitconfig .husky .githooks .pre-commit-config.yaml lefthook.yml"
    " .vscode .idea .cursor .zed .nvim.lua .exrc .vimrc .nvimrc .editorconfig .dir-locals.el"
    " *.code-workspace .devcontainer .envrc"
    " .bashrc .bash_profile .bash_login .bash_logout .profile .zshrc .zshenv .zprofile .zlogin"
    " .config/fish .inputrc .ssh .gnupg"
    " .mcp.json mcp.json mcp_config.json claude_desktop_config.json .claude .codex .gemini"
    " opencode.json .continue .windsurf"
).split()
_SECRETS = (
    ".env .env.* *.env .envrc *.pem *.key *.p12 *.pfx *.jks *.keystore *.kdbx *.asc *.gpg *.ppk"
    " id_rsa* id_dsa* id_ecdsa* id_ed25519* secrets secret .secrets secrets.* credentials"
    " credentials.* .netrc _netrc .npmrc .pypirc .git-credentials .git/config .htpasswd .pgpass"
    " .aws .ssh .gnupg .kube .docker/config.json *.tfstate *.tfvars service-account*.json"
).split()
_NOT_SECRET = (
    ".env.example .env.sample .env.template .env.dist id_rsa*.pub id_dsa*.pub id_ecdsa*.pub"
    " id_ed25519*.pub secrets.py secrets.pyi secret.py credentials.py credentials.pyi"
).split()
_NOWHERE = Path("/")
"""These patterns have no anchor, so that neither root nor home plays a part."""


def _rules(patterns: Sequence[str], decision: Decision, why: str) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            decision=decision,
            scope="builtin",
            glob=restricting(pattern, _NOWHERE, _NOWHERE),
            kinds=WRITES,
            why=why,
        )
        for pattern in patterns
    )


PROTECTED = (
    *_rules(_NEVER_WRITTEN, Decision.DENY, "the repository's and the policy's own files"),
    *_rules(_ALWAYS_ASKED, Decision.ASK, "a protected path: other programs run what it says"),
)
"""Paths that no allow rule covers."""


def protects(path: str) -> bool:
    """Whether `path`, as a rule names it, is protected whatever the action is."""
    named = path.strip("/").removeprefix("**/")
    return any(rule.glob is not None and rule.glob.covers(named) for rule in PROTECTED)


_MODES: dict[Mode, tuple[Rule, ...]] = {
    Mode.MANUAL: (
        Rule(
            decision=Decision.ASK,
            scope="mode",
            kinds=_MODE_ASKS,
            why="mode 'manual' asks for every write and every program",
        ),
    ),
    Mode.TRUST: (),
    Mode.PLAN: (
        Rule(
            decision=Decision.DENY,
            scope="mode",
            kinds=_NOT_READS,
            why="mode 'plan' allows nothing but reading",
        ),
    ),
}

_SECRET_GLOBS = tuple(restricting(pattern, _NOWHERE, _NOWHERE) for pattern in _SECRETS)
_OPEN_GLOBS = tuple(restricting(pattern, _NOWHERE, _NOWHERE) for pattern in _NOT_SECRET)


def of_mode(mode: Mode) -> tuple[Rule, ...]:
    """The rules that `mode` adds."""
    return _MODES[mode]


def default(kind: ActionKind, compared: str) -> tuple[Decision, str]:
    """The answer where no rule speaks, with its reason."""
    if kind is not ActionKind.READ:
        return Decision.ASK, f"no rule allows it, and {kind} asks unless one does"
    if is_secret(compared):
        return Decision.ASK, f"{compared!r} looks like a file with secrets"
    return Decision.ALLOW, "reading inside the workspace"


def is_secret(compared: str) -> bool:
    """Whether a path (in its strict form) looks like one that holds keys or passwords."""
    folder, _, name = compared.rpartition("/")
    if any(glob.covers(folder) for glob in _SECRET_GLOBS):
        return True
    named = any(glob.covers(compared) for glob in _SECRET_GLOBS)
    return named and not any(glob.covers(name) for glob in _OPEN_GLOBS)
