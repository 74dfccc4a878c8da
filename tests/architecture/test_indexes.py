"""An index names its reader, so that it can be removed when the reader goes."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Module, modules, told


def unexplained(module: Module, indexes: list[ast.expr]) -> Iterator[int]:
    """Lines of indexes without a comment above; one comment may speak for several that follow one another."""
    before, explained = 0, False
    for index in indexes:
        commented = module.lines[index.lineno - 2].strip().startswith("#")
        explained = commented or (explained and index.lineno == before + 1)
        before = index.end_lineno or index.lineno
        if not explained:
            yield index.lineno


def test_each_index_has_a_comment_that_says_who_reads_it() -> None:
    silent = []
    for module in modules("slaportal"):
        for node in ast.walk(module.tree):
            match node:
                case ast.List(elts=[ast.Call(func=ast.Attribute(attr="Index" | "GinIndex")), *_]):
                    silent += [f"{module.path}:{line}" for line in unexplained(module, node.elts)]
                case ast.keyword(arg="db_index", value=ast.Constant(value=True)):
                    silent.append(f"{module.path}:{node.value.lineno}: write it in Meta.indexes")
    assert not silent, told(silent, "Say above the index who reads it: # Read by escalations.selectors.due.")


def test_the_rule_sees_what_it_is_there_for() -> None:
    text = "a = [\n    # Read by the sweep.\n    m.Index(),\n    m.Index(\n    ),\n\n    m.Index(),\n]"
    tree = ast.parse(text)
    lists = [node for node in ast.walk(tree) if isinstance(node, ast.List)]
    assert list(unexplained(Module("a.py", text, tree), lists[0].elts)) == [7]
