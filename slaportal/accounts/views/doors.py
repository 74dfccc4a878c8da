"""The pages in front of the door: signing in and out, a new password, an invitation."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from slaportal.accounts import selectors, services
from slaportal.accounts.forms import (
    AcceptForm,
    AcceptWithAccountForm,
    ForgottenForm,
    NewPasswordForm,
    SignInForm,
)
from slaportal.accounts.http import first_page, home_of, membership_not_required, next_page
from slaportal.accounts.models import Invitation, User
from slaportal.accounts.services.doors import person_of_reset
from slaportal.accounts.services.invitations import require_open
from slaportal.lib.refusal import Refused

TOO_MANY = "Too many tries. Wait 15 minutes, then try again, or set a new password."
WRONG = "E-mail address and password do not match. Check both, or set a new password."


def network_address(request: HttpRequest) -> str:
    """Return whence the request comes, as the server in front of us reports it."""
    return str(request.META.get("REMOTE_ADDR", ""))


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a person in, with the same answer for a wrong password and for an unknown account."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect(next_page(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        email, address = form.cleaned_data["email"], network_address(request)
        if services.must_use_provider(email):
            return redirect(f"{reverse('accounts:organization-door')}?{urlencode({'email': email})}")
        admitted = services.admit_attempt(account=email, network_address=address, now=datetime.now(UTC))
        user = None
        if admitted:
            user = authenticate(request, username=email, password=form.cleaned_data["password"])
        if user is not None:
            services.forget_attempts(account=email, network_address=address)
            assert isinstance(user, User)
            return _go_in(request, user, to=first_page(request, user))
        form.add_error(None, gettext(WRONG if admitted else TOO_MANY))
        status = 200 if admitted else 429
    return render(request, "accounts/sign_in.html", {"form": form, "next": next_page(request)}, status=status)


def _go_in(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    """Begin the session, after the second factor where the person has one."""
    record_authentication(request, user, method="password", email=user.email)
    answer: HttpResponse = perform_login(request, user, redirect_url=to)
    return answer


@membership_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, gettext("You are signed out."))
    return redirect("accounts:sign-in")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Mail a link for a new password, with the same answer whether the account exists."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, email = datetime.now(UTC), form.cleaned_data["email"]
        if not services.admit_attempt(
            account=f"reset {email}", network_address=network_address(request), now=now
        ):
            form.add_error(None, gettext("Too many requests. Wait 15 minutes, then try again."))
            return render(request, "accounts/forgotten.html", {"form": form}, status=429)
        services.request_password_reset(email=email, now=now)
        return render(request, "accounts/forgotten_sent.html", {"email": email})
    return render(request, "accounts/forgotten.html", {"form": form})


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest, user_key: str, token: str) -> HttpResponse:
    """Set a new password with the link of a mail."""
    try:
        user = person_of_reset(user_key=user_key, token=token)
        form = NewPasswordForm(request.POST or None, user=user)
        if request.method == "POST" and form.is_valid():
            services.reset_password(user_key=user_key, token=token, password=form.cleaned_data["password"])
            messages.success(request, gettext("Your new password is set. Sign in with it."))
            return redirect("accounts:sign-in")
    except Refused as refused:
        return render(request, "accounts/link_closed.html", {"sentence": str(refused)}, status=410)
    return render(request, "accounts/new_password.html", {"form": form, "person": user})


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Accept an invitation. Looking at it changes nothing; sending the form does, once."""
    now = datetime.now(UTC)
    try:
        found = services.find_invitation(secret=secret)
        require_open(found, now=now)
        return _accept(request, found, secret, now=now)
    except Invitation.DoesNotExist:
        raise Http404("No such invitation") from None
    except services.InvitationClosed as closed:
        return render(request, "accounts/link_closed.html", {"sentence": str(closed)}, status=410)


def _accept(request: HttpRequest, found: Invitation, secret: str, *, now: datetime) -> HttpResponse:
    account = User.objects.filter(email=found.email).first()
    known = account is not None and account.has_usable_password()
    form: AcceptForm | AcceptWithAccountForm
    if known:
        form = AcceptWithAccountForm(request.POST or None)
    else:
        first = {"name": found.name, "timezone": found.organization.timezone}
        form = AcceptForm(request.POST or None, initial=first, user=User(email=found.email, name=found.name))
    status = 200
    if request.method == "POST" and form.is_valid():
        if services.admit_attempt(account=found.email, network_address=network_address(request), now=now):
            try:
                member = services.accept_invitation(
                    secret=secret,
                    name=form.cleaned_data.get("name", found.name),
                    password=form.cleaned_data["password"],
                    timezone=form.cleaned_data.get("timezone", found.organization.timezone),
                    language=_language(),
                    now=now,
                )
            except services.InvitationClosed:
                raise
            except Refused as refused:
                form.add_error("password", str(refused))
            else:
                request.session["membership"] = member.pk
                messages.success(request, gettext("Welcome, %(name)s.") % {"name": member.user})
                return _go_in(request, member.user, to=home_of(member))
        else:
            form.add_error(None, gettext(TOO_MANY))
            status = 429
    context = {"form": form, "invitation": found, "known": known, "zones": selectors.places()}
    return render(request, "accounts/invitation.html", context, status=status)


def _language() -> str:
    """Return the language the page was read in, if the portal has it."""
    spoken = (get_language() or "en").partition("-")[0]
    return spoken if spoken in dict(settings.LANGUAGES) else "en"
