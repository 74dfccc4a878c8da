"""Ways in without a password: a code by mail, and one's organization's identity provider."""

from typing import Any, Final

from allauth.account.views import ConfirmLoginCodeView
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from slaportal.accounts import services
from slaportal.accounts.forms import OrganizationDoorForm
from slaportal.accounts.http import next_page

LONGEST_CODE: Final = 20


class ConfirmCode(ConfirmLoginCodeView):  # type: ignore[misc]
    """The link in the mail fills the code in; only sending the form signs in, so a mail scanner does not."""

    def get_initial(self) -> dict[str, Any]:
        """Return the code of the link."""
        return {**super().get_initial(), "code": self.request.GET.get("code", "")[:LONGEST_CODE]}


confirm_code = ConfirmCode.as_view()


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organization_door(request: HttpRequest) -> HttpResponseBase:
    """Send a person to the identity provider of their organization."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect(next_page(request))
    first = {"email": request.GET.get("email", "")}
    form = OrganizationDoorForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        found = services.provider_of(form.cleaned_data["email"])
        if found is not None:
            provider = get_adapter().get_provider(request, found.key)
            answer: HttpResponse = provider.redirect(request, AuthProcess.LOGIN, next_url=next_page(request))
            return answer
        form.add_error(
            "email",
            gettext(
                "No organization signs in this way with such an address. Use your password, or a code by mail."
            ),
        )
    context = {"form": form, "next": next_page(request)}
    return render(request, "accounts/organization_door.html", context, status=422 if form.errors else 200)
