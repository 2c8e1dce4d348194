"""What the policy says before anybody wrote a rule: protected paths, secrets, and the modes."""

from __future__ import annotations

from pathlib import Path

from bandmaster.policy.action import ActionKind
from bandmaster.policy.globs import Glob, Names, restricting
from bandmaster.policy.rules import Decision, Rule
from bandmaster.settings import Mode

WRITES = frozenset({ActionKind.WRITE, ActionKind.DELETE, ActionKind.MOVE})
_MODE_ASKS = WRITES | {ActionKind.EXEC}
_NOT_READS = frozenset(ActionKind) - {ActionKind.READ}

_NEVER_WRITTEN = frozenset(
    ".git .hg .svn .jj bandmaster.toml .bandmaster".split()  # What a policy or an undo relies on.
)
_ALWAYS_ASKED = frozenset(
    ".gitattributes .gitmodules .gitconfig .husky .githooks .pre-commit-config.yaml lefthook.yml"
    " .vscode .idea .cursor .zed .nvim.lua .exrc .vimrc .nvimrc .editorconfig .dir-locals.el"
    " .devcontainer .envrc .bashrc .bash_profile .bash_login .bash_logout .profile .zshrc .zshenv"
    " .zprofile .zlogin .inputrc .ssh .gnupg .mcp.json mcp.json mcp_config.json .claude .codex"
    " .gemini claude_desktop_config.json opencode.json .continue .windsurf".split()
)
_SECRET_NAMES = frozenset(
    ".env .envrc secrets secret .secrets credentials .netrc _netrc .npmrc .pypirc .htpasswd"
    " .pgpass .git-credentials .aws .ssh .gnupg .kube".split()
)
_SECRET_STARTS = tuple(
    ".env. secrets. secret. credentials. id_rsa id_dsa id_ecdsa id_ed25519 service-account".split()
)
_SECRET_ENDS = tuple(
    ".env .pem .key .p12 .pfx .jks .keystore .kdbx .asc .gpg .ppk .tfstate .tfvars".split()
)
_SECRET_PATHS = (".git/config", ".docker/config.json")
_OPEN_ENDS = (".example", ".sample", ".template", ".dist", ".pub", ".py", ".pyi")
"""Names that look like a secret's but end so are examples, public keys or code."""


def _protected(decision: Decision, glob: Glob | Names, why: str) -> Rule:
    return Rule(decision=decision, scope="builtin", glob=glob, kinds=WRITES, why=why)


_RUN_BY_OTHERS = "a protected path: other programs run what it says"
_NOWHERE = Path("/")
"""These patterns have no anchor, so that neither root nor home plays a part."""
PROTECTED = (
    _protected(
        Decision.DENY,
        Names("names of the repository's own files", _NEVER_WRITTEN),
        "the repository's and the policy's own files",
    ),
    _protected(
        Decision.ASK,
        Names("names of editors', shells' and agents' settings", _ALWAYS_ASKED),
        _RUN_BY_OTHERS,
    ),
    *(
        _protected(Decision.ASK, restricting(pattern, _NOWHERE, _NOWHERE), _RUN_BY_OTHERS)
        for pattern in ("*.code-workspace", ".config/fish")
    ),
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
    path = compared.lower()
    *folders, name = path.split("/")
    if any(_names_secret(step) for step in folders) or path.endswith(_SECRET_PATHS):
        return True
    return _names_secret(name) and not name.endswith(_OPEN_ENDS)


def _names_secret(name: str) -> bool:
    return name in _SECRET_NAMES or name.startswith(_SECRET_STARTS) or name.endswith(_SECRET_ENDS)
