"""From a name to a sentence: what a name says, and nothing that it does not say."""

from __future__ import annotations

import re
from types import MappingProxyType

_PIECES = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+|[^\W\d_]+")
_ACRONYMS = frozenset(
    "api ascii ast cli cpu css csv db dns fps gpu html http https id io ip ipv4 ipv6 js json jwt"
    " lru mcp md5 mime os pdf rgb rgba sha1 sha256 sql ssl svg tcp tls toml ttl tty ui uri url utf8"
    " uuid xml yaml".split()
)
_VERBS = frozenset(
    "abort accept accumulate acquire activate adapt add adjust advance aggregate align allocate"
    " allow analyse analyze announce append apply approve arrange ask assemble assert assign"
    " attach authenticate authorize await back begin bind block blur boot bootstrap broadcast"
    " browse buffer build bump bundle calculate call cancel capture cast catch change check choose"
    " claim clean cleanup clear click clip clone close coerce collapse collect combine commit"
    " compare compile complete compose compress compute concat concatenate configure confirm"
    " connect construct consume contain contains continue convert copy count cover crash create"
    " crop cut cycle deactivate debug decide declare decode decompress decorate decrement decrypt"
    " dedent defer define del delay delegate delete deliver demand deny deploy derive describe"
    " deserialize destroy detach detect determine diff disable discard disconnect discover"
    " dispatch display dispose divide do download drain draw drop dump duplicate edit eject emit"
    " enable encode encrypt end enforce enqueue ensure enter enumerate escape estimate eval"
    " evaluate evict examine exclude exec execute exit expand expect expire explain export extend"
    " extract fail feed fetch fill filter finalize find finish fire fit fix flatten flip flush"
    " focus fold follow force fork format forward freeze gather generate get give go grab group"
    " grow guess handle has hash help hide highlight hold ignore implement import include"
    " increment indent infer inform inherit init initialise initialize inject insert inspect"
    " install instantiate interpolate intersect invalidate invert invoke issue iter iterate join"
    " judge jump keep kill launch leave limit link list listen load locate lock log login logout"
    " look lookup make manage mangle map mark marshal mask match maximize measure merge migrate"
    " minimize mix mock modify monitor mount move multiply mutate navigate negate normalise"
    " normalize note notify observe obtain offer omit open optimise optimize order output"
    " overwrite pack pad paint parse partition paste patch pause peek perform permit persist pick"
    " pin ping place plan play plot poll pop populate post postpone predict prefetch prepare"
    " prepend present preserve press prevent print probe proceed process produce promote prompt"
    " propagate protect provide prune publish pull purge push put query queue quit quote raise"
    " randomize rank rate reach read rebuild receive recognize recompute reconnect record recover"
    " redirect redo reduce refer refresh refuse register reject release reload remember remove"
    " rename render reorder repair repeat replace replay reply report request require reserve"
    " reset resize resolve respond restart restore restrict resume retain retrieve retry return"
    " reverse revert revoke rewind rewrite rotate round route run sample sanitize satisfy save"
    " scale scan schedule scroll search seek select send serialise serialize serve set setup share"
    " shift show shrink shuffle shutdown sign simplify simulate skip sleep slice sort spawn split"
    " start step stop store stream stringify strip stub style submit subscribe substitute subtract"
    " suggest sum summarise summarize suppress suspend swap switch sync synchronize take teardown"
    " tell terminate test throw tidy toggle tokenize touch trace track train transfer transform"
    " translate traverse trigger trim truncate try tune unbind undo unescape unify uninstall"
    " unload unlock unmount unpack unquote unregister unset unsubscribe unwrap update upgrade"
    " upload upsert use validate verify view visit wait wake walk warn watch widen wipe withdraw"
    " work wrap write yield zip zoom".split()
)
_QUESTIONS = MappingProxyType(
    {
        "is": "it is",
        "are": "they are",
        "was": "it was",
        "has": "it has",
        "have": "they have",
        "had": "it had",
        "can": "it can",
        "could": "it could",
        "should": "it should",
        "must": "it must",
        "will": "it will",
        "needs": "it needs",
        "supports": "it supports",
        "contains": "it contains",
        "exists": "it exists",
        "matches": "it matches",
        "accepts": "it accepts",
        "allows": "it allows",
    }
)
_COMPLETE = frozenset({"exists", "matches"})
"""Words that ask without another word."""
_SPECIAL = MappingProxyType(
    {
        "__post_init__": "Finish the initialization.",
        "__del__": "Clean up before the instance goes away.",
        "__repr__": "Return the representation for developers.",
        "__str__": "Return the text of the instance.",
        "__bytes__": "Return the bytes of the instance.",
        "__format__": "Return the formatted text of the instance.",
        "__len__": "Return the length.",
        "__bool__": "Return the truth value.",
        "__hash__": "Return the hash value.",
        "__eq__": "Return whether both are equal.",
        "__ne__": "Return whether both differ.",
        "__lt__": "Return whether this comes before the other.",
        "__le__": "Return whether this comes before the other or is equal.",
        "__gt__": "Return whether this comes after the other.",
        "__ge__": "Return whether this comes after the other or is equal.",
        "__contains__": "Return whether an item is contained.",
        "__iter__": "Return an iterator.",
        "__reversed__": "Return an iterator in reverse order.",
        "__next__": "Return the next item.",
        "__aiter__": "Return an asynchronous iterator.",
        "__anext__": "Return the next item.",
        "__getitem__": "Return an item.",
        "__setitem__": "Set an item.",
        "__delitem__": "Delete an item.",
        "__getattr__": "Return an attribute that is not found otherwise.",
        "__getattribute__": "Return an attribute.",
        "__setattr__": "Set an attribute.",
        "__delattr__": "Delete an attribute.",
        "__get__": "Return the value of the descriptor.",
        "__set__": "Set the value of the descriptor.",
        "__set_name__": "Learn the name of the descriptor.",
        "__call__": "Call the instance.",
        "__enter__": "Enter the context.",
        "__exit__": "Leave the context.",
        "__aenter__": "Enter the asynchronous context.",
        "__aexit__": "Leave the asynchronous context.",
        "__await__": "Return an iterator for `await`.",
        "__new__": "Create an instance.",
        "__init_subclass__": "Set up a subclass.",
        "__class_getitem__": "Return the class for the given type arguments.",
        "__int__": "Return the value as an integer.",
        "__float__": "Return the value as a float.",
        "__index__": "Return the value as an index.",
    }
)


def words(name: str) -> list[str]:
    """The words of a name in snake case or camel case; acronyms in capitals."""
    pieces: list[str] = []
    for part in name.split("_"):
        pieces.extend(_PIECES.findall(part) or ([part] if part else []))
    return [_word(piece) for piece in pieces]


def _word(piece: str) -> str:
    low = piece.lower()
    if low in _ACRONYMS or low.removesuffix("s") in _ACRONYMS:
        plural = low not in _ACRONYMS
        return low[:-1].upper() + "s" if plural else low.upper()
    keeps = len(piece) > 1 and piece.isupper() and low not in _VERBS
    return piece if keeps else low


def sentence(text: str) -> str:
    """`text` with a capital at its start and a full stop at its end."""
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def verb(name: str) -> bool:
    """Whether the name of a function begins with a verb that says what it does."""
    first = words(name)[:1]
    return bool(first) and first[0].lower() in _VERBS


def special(name: str) -> str:
    """What Python's own rules say of a special method (`__len__`), or nothing."""
    if name.startswith("__") and name.endswith("__") and len(name) > 4:
        return _SPECIAL.get(name, f"Implement `{name}`.")
    return ""


def question(name: str) -> str:
    """What a name that asks (`is_valid`) tells: `it is valid`; nothing for other names."""
    said = words(name)
    if not said or said[0] not in _QUESTIONS:
        return ""
    complete = len(said) > 1 or said[0] in _COMPLETE
    return " ".join([_QUESTIONS[said[0]], *said[1:]]) if complete else ""


def third_person(phrase: str) -> str:
    """`parse header` as `parses header`."""
    first, _, rest = phrase.partition(" ")
    if re.search(r"(?:s|x|z|ch|sh|o)$", first):
        first += "es"
    elif re.search(r"[^aeiou]y$", first):
        first = first[:-1] + "ies"
    else:
        first += "s"
    return f"{first} {rest}".rstrip()
