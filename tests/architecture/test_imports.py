"""What import-linter does not see: where in a file an import stands, and what it is for."""

import ast

from tests.architecture.source import modules, told

OWN = ("slaportal", "config", "tests")
# The settings build on one another by star import, as Django's own documentation has it.
STARS_ALLOWED = "config/settings/"


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return []


def test_own_code_is_imported_at_the_top_of_a_file() -> None:
    hidden = [
        f"{module.path}:{getattr(node, 'lineno', 0)}"
        for module in modules()
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if any(name.partition(".")[0] in OWN for name in imported(node))
    ]
    assert not hidden, told(
        hidden, "An import inside a function hides a cycle: move what both need downwards."
    )


def test_imports_are_absolute_and_name_what_they_take() -> None:
    offences = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom):
                star = any(alias.name == "*" for alias in node.names)
                if node.level or (star and not module.path.startswith(STARS_ALLOWED)):
                    offences.append(f"{module.path}:{node.lineno}")
    assert not offences, told(offences, "Write the whole path and the names.")


def test_nobody_listens_to_signals() -> None:
    listeners = [
        f"{module.path}:{getattr(node, 'lineno', 0)}"
        for module in modules("slaportal", "config")
        for node in ast.walk(module.tree)
        if any(name.endswith(".signals") or name == "django.dispatch" for name in imported(node))
        and not any(name.startswith("celery") for name in imported(node))
    ]
    assert not listeners, told(listeners, "No signals: the service does it, where the reader can see it.")
