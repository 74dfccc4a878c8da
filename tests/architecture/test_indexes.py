"""An index names its reader, so that it can be removed when the reader goes."""

import ast

from tests.architecture.source import Module, modules, told


def is_explained(module: Module, line: int) -> bool:
    """Whether a comment stands above the index on `line` (from 1), or above the ones directly before it."""
    above = line - 2
    while module.lines[above].strip().startswith("models.Index("):
        above -= 1
    return module.lines[above].strip().startswith("#")


def test_each_index_has_a_comment_that_says_who_reads_it() -> None:
    silent = []
    for module in modules("slaportal"):
        for node in ast.walk(module.tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="Index" | "GinIndex")):
                    if not is_explained(module, node.lineno):
                        silent.append(f"{module.path}:{node.lineno}")
                case ast.keyword(arg="db_index", value=ast.Constant(value=True)):
                    silent.append(f"{module.path}:{node.value.lineno}: write it in Meta.indexes")
    assert not silent, told(silent, "Say above the index who reads it: # Read by escalations.selectors.due.")
