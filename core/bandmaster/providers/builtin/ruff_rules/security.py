"""The rules of flake8-bandit that look at how a thing is used, not only that it is used."""

from __future__ import annotations

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.rules import Rule

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_SURE, _LIKELY, _UNSURE = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
_SECURITY = Category.SECURITY

_SHELL = "Text that an outsider can influence becomes a command of the shell."
_TLS = "Anyone on the way can read and change what is sent."
_SQL = "Text that an outsider can influence becomes part of the SQL statement."
_HTML = "Text that an outsider can influence becomes part of the page (cross-site scripting)."
_RUNS_DATA = "Loading data of this kind can run any code that its author put into it."
_ARGUMENTS = "Pass a list of arguments without `shell=True`, or quote with `shlex.quote`."

SECURITY = (
    Rule(
        "S102",
        _MEDIUM,
        _UNSURE,
        _SECURITY,
        "Whoever controls the text runs code in this process.",
        "Use a table of functions or a parser; make sure that the text is your own.",
    ),
    Rule(
        "S103",
        _MEDIUM,
        _LIKELY,
        _SECURITY,
        "Other users of the machine can change the file.",
        "Give write permission to the owner only.",
    ),
    Rule(
        "S104",
        _LOW,
        _LIKELY,
        _SECURITY,
        "The service can be reached from every network the machine is in.",
        "Bind to `127.0.0.1` unless the whole network is meant.",
    ),
    Rule(
        "S113",
        _MEDIUM,
        _LIKELY,
        Category.RESOURCE,
        "Without a time limit a silent server holds the program for ever.",
        "Pass `timeout=`.",
    ),
    Rule(
        "S201",
        _HIGH,
        _SURE,
        _SECURITY,
        "The debugger of Flask lets every visitor run code.",
        "Switch debugging on from the environment, never in code that is shipped.",
    ),
    Rule(
        "S202",
        _MEDIUM,
        _LIKELY,
        _SECURITY,
        "A crafted archive can write files outside the target folder.",
        'Pass `filter="data"`.',
    ),
    Rule("S301", _MEDIUM, _UNSURE, _SECURITY, _RUNS_DATA, "Use JSON, or load your own data only."),
    Rule("S302", _LOW, _UNSURE, _SECURITY, _RUNS_DATA, "Use JSON, or load your own data only."),
    Rule(
        "S306",
        _MEDIUM,
        _SURE,
        _SECURITY,
        "Between naming and opening somebody else can put a file or a link there.",
        "Use `mkstemp` or `NamedTemporaryFile`.",
    ),
    Rule(
        "S307",
        _MEDIUM,
        _LIKELY,
        _SECURITY,
        "Whoever controls the text runs code in this process.",
        "Use `ast.literal_eval`, or a parser.",
    ),
    Rule("S323", _HIGH, _LIKELY, _SECURITY, _TLS, "Use `ssl.create_default_context()`."),
    Rule(
        "S324",
        _LOW,
        _LIKELY,
        _SECURITY,
        "Collisions of this hash can be made on purpose, so it proves nothing about its input.",
        "Use SHA-256, or pass `usedforsecurity=False` where it only names things.",
    ),
    Rule("S501", _HIGH, _SURE, _SECURITY, _TLS, "Leave verification on; pass the CA if needed."),
    Rule("S502", _HIGH, _LIKELY, _SECURITY, _TLS, "Use TLS 1.2 or later."),
    Rule("S503", _HIGH, _LIKELY, _SECURITY, _TLS, "Use TLS 1.2 or later."),
    Rule("S504", _MEDIUM, _LIKELY, _SECURITY, _TLS, "Use an `SSLContext`."),
    Rule(
        "S505",
        _HIGH,
        _SURE,
        _SECURITY,
        "Keys as short as this can be broken.",
        "Use RSA with 3072 bits or an elliptic curve of 256.",
    ),
    Rule("S506", _HIGH, _LIKELY, _SECURITY, _RUNS_DATA, "Use `yaml.safe_load`."),
    Rule(
        "S507",
        _HIGH,
        _LIKELY,
        _SECURITY,
        "Any server is believed to be the right one, so logins can be intercepted.",
        "Load the known hosts and use `RejectPolicy`.",
    ),
    Rule("S508", _LOW, _LIKELY, _SECURITY, _TLS, "Use SNMPv3."),
    Rule("S509", _LOW, _LIKELY, _SECURITY, _TLS, "Use `authPriv`."),
    Rule("S602", _HIGH, _LIKELY, _SECURITY, _SHELL, _ARGUMENTS),
    Rule("S604", _LOW, _UNSURE, _SECURITY, _SHELL, _ARGUMENTS),
    Rule("S605", _MEDIUM, _LIKELY, _SECURITY, _SHELL, "Use `subprocess.run` with a list."),
    Rule(
        "S608",
        _MEDIUM,
        _LIKELY,
        _SECURITY,
        _SQL,
        "Pass the values as parameters of the query.",
    ),
    Rule(
        "S609",
        _MEDIUM,
        _LIKELY,
        _SECURITY,
        "A file named like an option changes what the command does.",
        "Write `./*`, or list the files in Python.",
    ),
    Rule("S611", _MEDIUM, _UNSURE, _SECURITY, _SQL, "Pass the values as parameters."),
    Rule(
        "S612",
        _MEDIUM,
        _LIKELY,
        _SECURITY,
        "Whoever can connect sends a configuration that runs code.",
        "Pass `verify=` to check what arrives.",
    ),
    Rule("S701", _MEDIUM, _LIKELY, _SECURITY, _HTML, "Use `autoescape=select_autoescape()`."),
    Rule("S704", _LOW, _UNSURE, _SECURITY, _HTML, "Escape the text first."),
)
