"""Where people's requests are answered, rows of an organization are reached through `visible_to` and no other way."""

import ast
from collections.abc import Iterator

from django.apps import apps

from tests.architecture.source import Module, modules, told

EDGES = {"views", "api", "admin", "forms", "filters", "serializers", "templatetags", "middleware"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404", "aget_object_or_404"}
# file → why it may ask for rows without saying for whom
EXCEPTIONS: dict[str, str] = {}


def tenant_models() -> set[str]:
    """Models whose rows belong to somebody: those that can say who sees them."""
    return {
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("slaportal.") and hasattr(model._default_manager, "visible_to")
    }


def edges() -> Iterator[Module]:
    for module in modules("slaportal"):
        if EDGES & set(module.path.removesuffix(".py").split("/")):
            yield module


def unscoped(tree: ast.AST, owned: set[str]) -> Iterator[int]:
    """Lines where a manager of an owned model is asked for anything but `visible_to`."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=attr, value=ast.Attribute(attr=manager, value=ast.Name(id=model))):
                if model in owned and manager in MANAGERS and attr != "visible_to":
                    yield node.lineno
            case ast.Call(func=ast.Name(id=shortcut), args=[ast.Name(id=model), *_]):
                if model in owned and shortcut in SHORTCUTS:
                    yield node.lineno


def test_edges_reach_rows_only_as_somebody() -> None:
    owned = tenant_models()
    offences = [
        f"{module.path}:{line}"
        for module in edges()
        if module.path not in EXCEPTIONS
        for line in unscoped(module.tree, owned)
    ]
    assert not offences, told(
        offences, "Write Model.objects.visible_to(request.membership) or call a selector."
    )


def test_each_exception_still_exists() -> None:
    paths = {module.path for module in edges()}
    assert set(EXCEPTIONS) <= paths


def test_the_rule_sees_what_it_is_there_for() -> None:
    text = "Issue.objects.all()\nget_object_or_404(Issue, pk=1)\nIssue.objects.visible_to(m).get()\nUser.objects.all()"
    assert sorted(unscoped(ast.parse(text), {"Issue"})) == [1, 2]


def test_issues_belong_to_somebody() -> None:
    assert {"Issue", "Obligation", "Agreement"} <= tenant_models()
