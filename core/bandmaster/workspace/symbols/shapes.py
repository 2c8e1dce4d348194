"""The shapes of definitions in syntax trees: signature, parameters, comment, visibility.

Written for the grammars of the language table; a shape that is not known gives an empty answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from bandmaster.workspace.symbols.kin import Kin
from bandmaster.workspace.symbols.places import to_text
from bandmaster.workspace.symbols.symbol import Parameter

if TYPE_CHECKING:
    from tree_sitter import Node

_WRAPPERS = frozenset(
    "export_statement decorated_definition template_declaration ambient_declaration"
    " expression_statement".split()
)
_DECLARATIONS = frozenset(
    "lexical_declaration variable_declaration type_declaration const_declaration"
    " var_declaration".split()
)
_LEADING = frozenset({"attribute_item", "decorator"})
COMMENTS = frozenset({"comment", "line_comment", "block_comment"})
_UNNAMED = frozenset({"self_parameter", "this", "keyword_separator", "positional_separator"})
_BODIES = ("body", "accessors")
_RUBY = frozenset({"method", "singleton_method", "class", "module"})
_LONGEST_SIGNATURE = 400
_LONGEST_VALUE = 120
_LONGEST_COMMENT = 400
_MARKERS = re.compile(r"^\s*(?:/\*+!?|\*+/|\*(?!/)|//[/!]?|#+)[ \t]?|\s*\*+/\s*$")
_C_FAMILY = frozenset({"c", "cpp"})
_MODIFIED = frozenset({"java", "csharp", "php"})


def text(node: Node | None) -> str:
    """The source text of `node`, or nothing."""
    return to_text(node.text or b"") if node is not None else ""


def one_line(source: str) -> str:
    """`source` with each stretch of white space as one blank, and no line comments."""
    lines = (re.sub(r"\s//\s.*$", "", line) for line in source.splitlines())
    joined = re.sub(r"\s+", " ", " ".join(lines)).strip()
    return re.sub(r",\s*([)\]])", r"\1", re.sub(r"([(\[])\s+|\s+(?=[)\]])", r"\1", joined))


def declared(node: Node) -> Node:
    """The name inside a declarator of C or C++, below its pointers and parameters."""
    while True:
        inner = node.child_by_field_name("declarator")
        if inner is None and node.type in ("reference_declarator", "parenthesized_declarator"):
            inner = next(iter(node.named_children), None)
        if inner is None:
            return node
        node = inner


def split_name(node: Node, name: Node) -> tuple[str, str]:
    """What a definition's name says of its owner (`C` of `C::f`, Go's receiver), and the name."""
    written = one_line(text(name)).replace("::", ".").strip("\"'")
    if node.type == "impl_item":
        return "", _plain_type(written)
    if node.type == "method_declaration" and (to := node.child_by_field_name("receiver")):
        return _receiver(to), written
    if node.type in ("class_specifier", "namespace_definition", "class", "module"):
        return "", _plain_type(written) if node.type == "class_specifier" else written
    owner, _, last = written.rpartition(".")
    return _plain_type(owner), last if "operator" not in written else written


def _plain_type(written: str) -> str:
    return re.sub(r"<.*>|^[&*\s]+", "", written).strip()


def _receiver(parameters: Node) -> str:
    found = re.search(r"(\w+)\s*(?:\[.*\])?\s*\)$", text(parameters))
    return found[1] if found else ""


def widened(node: Node, kin: Kin) -> Node:
    """`node` with what belongs to it around it: `export`, `const`, decorators, `template`."""
    while (parent := kin.parent(node)) is not None:
        if parent.type in _WRAPPERS or (parent.type in _DECLARATIONS and _alone(node, kin)):
            node = parent
        else:
            break
    return node


def _alone(node: Node, kin: Kin) -> bool:
    return all(_leads(one) for near in (kin.before, kin.after) for one in near(node))


def _leads(node: Node) -> bool:
    return node.type in _LEADING or node.type in COMMENTS


def first(node: Node, kin: Kin) -> Node:
    """`node`, or the first of the attributes and decorators right before it."""
    for before in kin.before(node):
        if before.type not in _LEADING:
            break
        node = before
    return node


def end_byte(node: Node) -> int:
    """The end of `node`; a line end that the grammar counts in is not part of it."""
    source = node.text or b""
    return node.end_byte - (len(source) - len(source.rstrip(b"\r\n")))


def _value(node: Node) -> Node:
    """What carries parameters and body: a function that a name is given to, or `node` itself."""
    held = node.child_by_field_name("value") or node.child_by_field_name("right")
    if node.type == "expression_statement":
        held = next((_value(child) for child in node.named_children), None)
    return held if held is not None else node


def signature(node: Node, kind: str, kin: Kin) -> str:
    """The definition in one line, from its first word to just before its body."""
    outer = widened(node, kin)
    if kind in ("constant", "variable", "type", "macro"):
        return one_line(text(outer)[: _LONGEST_VALUE * 2])[:_LONGEST_VALUE]
    start = _after_decorators(outer)
    end = _end_of_head(node)
    source = to_text((outer.text or b"")[start - outer.start_byte : end - outer.start_byte])
    head = one_line(source[: _LONGEST_SIGNATURE * 3])
    return re.sub(r"\s*(?:=>|[{=:;])$", "", head)[:_LONGEST_SIGNATURE].rstrip()


def _after_decorators(node: Node) -> int:
    while True:
        inner = next((one for one in node.children if not _leads(one)), None)
        wraps = node.type in ("decorated_definition", "export_statement")
        if inner is None or not wraps:
            return node.start_byte
        if inner.start_byte != node.start_byte or node.type == "decorated_definition":
            return inner.start_byte
        return node.start_byte


def _end_of_head(node: Node) -> int:
    """Where the body begins; in Ruby, where the last part of the head ends."""
    if node.type in _RUBY:
        parts = [node.child_by_field_name(one) for one in ("parameters", "superclass", "name")]
        return next((part.end_byte for part in parts if part is not None), node.end_byte)
    bodies = (_value(node).child_by_field_name(name) for name in _BODIES)
    return next((one.start_byte for one in bodies if one is not None), node.end_byte)


def parameters(node: Node) -> tuple[Parameter, ...]:
    """The parameters of a function or method, without its receiver."""
    held = _value(node)
    single = held.child_by_field_name("parameter")
    if single is not None:
        return (Parameter(text(single)),)
    listed = held.child_by_field_name("parameters") or _declared_parameters(held)
    if listed is None:
        return ()
    return tuple(one for child in listed.named_children for one in _parameter(child))


def _declared_parameters(node: Node) -> Node | None:
    """The parameters inside a declarator of C or C++."""
    inner = node.child_by_field_name("declarator")
    while inner is not None:
        if (listed := inner.child_by_field_name("parameters")) is not None:
            return listed
        inner = inner.child_by_field_name("declarator")
    return None


def _parameter(node: Node) -> Iterator[Parameter]:
    if node.type in _UNNAMED or node.type in COMMENTS:
        return
    of_type = _type(node.child_by_field_name("type"))
    value = node.child_by_field_name("value") or node.child_by_field_name("default_value")
    default = one_line(text(value or node.child_by_field_name("right")))
    names = node.children_by_field_name("name") or _pattern(node)
    dots = "..." if "variadic" in node.type or node.type == "spread_parameter" else ""
    if node.type == "spread_parameter" and not of_type:
        of_type = one_line(text(node.named_children[0])) if node.named_children else ""
    for name in names:
        written = one_line(text(name))
        if node.child_by_field_name("declarator") is not None and node.type != "spread_parameter":
            of_type = _declarator_type(node, name)
        if written not in ("this", "self", ""):
            yield Parameter(dots + written, of_type, default)


def _declarator_type(node: Node, name: Node) -> str:
    """The type of a parameter of C or C++: all of it but the name, which stands inside."""
    source, at = node.text or b"", name.start_byte - node.start_byte
    rest = to_text(source[:at]) + to_text(source[at + name.end_byte - name.start_byte :])
    return one_line(rest.partition("=")[0])


def _pattern(node: Node) -> list[Node]:
    """The name of a parameter whose grammar has no field for it."""
    for field in ("pattern", "left"):
        if (found := node.child_by_field_name(field)) is not None:
            return [found]
    if (declarator := node.child_by_field_name("declarator")) is not None:
        return [declared(declarator)]
    if node.type == "spread_parameter":
        last = node.named_children[-1] if node.named_children else node
        return [last.child_by_field_name("name") or last]
    if node.child_by_field_name("type") is not None:
        return [child for child in node.named_children if child.type == "identifier"][:1]
    return [] if node.type in ("parameter_declaration", "variadic_parameter") else [node]


def _type(node: Node | None) -> str:
    return re.sub(r"^(?::|->)\s*", "", one_line(text(node)))


def returns(node: Node) -> str:
    """The type that a function returns, as it is written; nothing where it is not."""
    held = _value(node)
    fields = ["return_type", "result", "returns"]
    if node.type == "method_declaration":
        fields.append("type")
    for field in fields:
        if (found := held.child_by_field_name(field)) is not None:
            return _type(found)
    return ""


def comment_above(node: Node, kin: Kin) -> str | None:
    """The comment that stands right above `node`, without its marks."""
    lines: list[str] = []
    below = first(node, kin)
    for above, before in pairwise(chain(kin.before(below), [None])):
        if above is None or len(lines) > _LONGEST_COMMENT:
            break
        row = above.start_point.row
        gap = below.start_point.row - (row + text(above).rstrip().count("\n"))
        if above.type not in COMMENTS or gap > 1 or _trails(before, row):
            break
        lines[:0] = [_MARKERS.sub("", line).strip() for line in text(above).splitlines()]
        below = above
    return "\n".join(lines).strip() or None


def _trails(before: Node | None, row: int) -> bool:
    """Whether a comment on `row` stands behind code."""
    return (
        before is not None
        and before.type not in COMMENTS
        and before.end_point.row == row
        and before.end_point.column > 0
    )


def exported_names(language: str, top: Iterable[Node]) -> frozenset[str]:
    """Names that JavaScript exports in a clause of their own (`export { a, b as c }`)."""
    if language not in ("javascript", "typescript", "tsx"):
        return frozenset()
    statements = [one for one in top if one.type == "export_statement"]
    clauses = [c for one in statements for c in one.named_children if c.type == "export_clause"]
    named = {text(c.child_by_field_name("name")) for one in clauses for c in one.named_children}
    return frozenset(named | {text(one.child_by_field_name("value")) for one in statements})


def is_exported(language: str, node: Node, name: str, public: frozenset[str], kin: Kin) -> bool:
    """Whether the language lets others use this definition, seen by itself."""
    if language in ("javascript", "typescript", "tsx"):
        return _javascript(node, name, public, kin)
    if language == "go":
        return name[:1].isupper()
    if language == "rust":
        return _rust(node, kin)
    if language in _C_FAMILY:
        return not any(text(one) == "static" for one in node.named_children)
    if language in _MODIFIED:
        return _modified(language, node, kin)
    return not name.startswith("_") or name.startswith("__")


def _javascript(node: Node, name: str, public: frozenset[str], kin: Kin) -> bool:
    parent = kin.parent(node)
    if parent is not None and parent.type in ("class_body", "interface_body", "object_type"):
        modifiers = [text(one) for one in node.named_children]
        return not name.startswith("#") and not {"private", "protected"} & set(modifiers)
    if node.type == "expression_statement":
        return bool(re.match(r"(?:module\.)?exports\b", text(node)[:40]))
    return widened(node, kin).type in ("export_statement", "ambient_declaration") or name in public


def _rust(node: Node, kin: Kin) -> bool:
    body = kin.parent(node)
    holder = kin.parent(body) if body is not None else None
    of_trait = holder is not None and (
        holder.type == "trait_item" or holder.child_by_field_name("trait") is not None
    )
    if node.type in ("impl_item", "macro_definition") or of_trait:
        return True
    return any(text(one) == "pub" for one in node.named_children)


def _modified(language: str, node: Node, kin: Kin) -> bool:
    """By `public`, `private`, `protected`; PHP and interfaces are public where nothing is said."""
    words = set(re.findall(r"\w+", " ".join(text(one) for one in _modifiers(node))))
    if words & {"private", "protected", "internal"}:
        return False
    body = kin.parent(node)
    holder = kin.parent(body) if body is not None else None
    by_default = language == "php" or node.type in ("namespace_declaration",)
    in_interface = holder is not None and holder.type in (
        "interface_declaration",
        "annotation_type_declaration",
    )
    return by_default or in_interface or "public" in words


def _modifiers(node: Node) -> list[Node]:
    return [one for one in node.named_children if "modifier" in one.type]
