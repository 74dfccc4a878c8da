"""What every page of the admin has in common: rights from permissions.csv, and one way to show a form for one act."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from slaportal.accounts import permissions
from slaportal.accounts.models import Membership
from slaportal.lib.refusal import Refused

Method = TypeVar("Method", bound=Callable[..., Any])


def button(
    words: str | Promise, *, path: str, permission: str, icon: str, primary: bool = False
) -> Callable[[Method], Method]:
    """Make a method a button above one object; it needs `has_<permission>_permission(request, object_id)`."""
    variant = ActionVariant.PRIMARY if primary else ActionVariant.DEFAULT
    made = action(description=words, url_path=path, permissions=[permission], icon=icon, variant=variant)
    return cast("Callable[[Method], Method]", made)


def labelled(words: str | Promise, colors: dict[str, str]) -> Callable[[Method], Method]:
    """Make a method a column whose words stand in colored labels."""
    return cast("Callable[[Method], Method]", display(description=words, label=colors))


def actor_of(request: HttpRequest) -> Membership | None:
    """Return the membership through which this request acts; None for the superuser of the first start."""
    found: Membership | None = getattr(request, "membership", None)
    return found


class PortalAdmin(ModelAdmin):
    """Shows what `read_act` allows and changes what `write_act` allows, for all clients of the vendor.

    A superuser without a membership may do both where `first_start` is set: somebody has to make the first policy
    and the first people. Nothing is deleted here unless a class says otherwise.
    """

    read_act = ""
    write_act = ""
    first_start = True
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False

    def allowed(self, request: HttpRequest, act: str) -> bool:
        """Whether the person behind `request` may do `act` for every client."""
        actor = actor_of(request)
        if actor is None:
            return self.first_start and bool(getattr(request.user, "is_superuser", False))
        return actor.active and bool(act) and permissions.scope(actor.role, act) == permissions.ALL

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the pages appear in the menu."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether this person may look."""
        return self.allowed(request, self.read_act)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether this person may add."""
        return self.allowed(request, self.write_act)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether this person may change."""
        return self.allowed(request, self.write_act)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never, unless a class says otherwise: what happened stays."""
        return False

    def act_page(
        self,
        request: HttpRequest,
        *,
        form: forms.Form,
        title: str,
        button: str,
        act: Callable[[dict[str, Any]], str],
        intro: str = "",
        **extra: Any,
    ) -> HttpResponse:
        """Show `form` for one act; a valid POST calls `act` with its data and goes to the address it returns.

        A refusal of the service stands above the form, with everything that was typed.
        """
        if request.method == "POST" and form.is_valid():
            try:
                return redirect(act(form.cleaned_data))
            except (Refused, permissions.NotAllowed) as refused:
                form.add_error(None, str(refused))
            except ValidationError as refused:
                form.add_error(None, refused.messages)
        return self.page(
            request, "admin/act_form.html", title=title, form=form, button=button, intro=intro, **extra
        )

    def page(self, request: HttpRequest, template: str, *, title: str, **context: Any) -> TemplateResponse:
        """Show a page of one's own inside the frame of the admin."""
        frame = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": title}
        return TemplateResponse(request, template, {**frame, **context})
