"""Nothing grows beyond what one reads in a sitting."""

import ast

from tests.architecture.source import files, modules, told

MODULE, FUNCTION, TEMPLATE, SCRIPT = 400, 50, 200, 80


def test_modules_are_short() -> None:
    long = [f"{m.path}: {len(m.lines)}" for m in modules() if len(m.lines) > MODULE]
    assert not long, told(
        long, f"Over {MODULE} lines: make a package of the same name, split by act or noun."
    )


def test_functions_are_short() -> None:
    long = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION:
                    long.append(f"{module.path}:{node.lineno} {node.name}: {length}")
    assert not long, told(long, f"Over {FUNCTION} lines: name the steps and make them functions.")


def test_templates_are_short() -> None:
    long = [f"{path}: {n}" for path, text in files("templates", "*.*") if (n := text.count("\n")) > TEMPLATE]
    assert not long, told(long, f"Over {TEMPLATE} lines: move parts into templates/components.")


def test_scripts_are_short() -> None:
    long = [f"{path}: {n}" for path, text in files("static/js", "*.js") if (n := text.count("\n")) > SCRIPT]
    assert not long, told(long, f"Over {SCRIPT} lines: one file for each behavior.")
