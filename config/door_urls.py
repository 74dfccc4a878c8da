"""The addresses of django-allauth that this portal uses; everything else of it stays shut."""

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.urls import include, path
from django.views.generic import RedirectView

from slaportal.accounts.views.codes import confirm_code

to_the_door = RedirectView.as_view(pattern_name="accounts:sign-in", query_string=True)

urlpatterns = [
    path("sign-in/code", account.request_login_code, name="account_request_login_code"),
    path("sign-in/code/confirm", confirm_code, name="account_confirm_login_code"),
    path("sign-in/inactive", account.account_inactive, name="account_inactive"),
    path("sign-in/again", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/leave", account.logout, name="account_logout"),
    path("sign-in/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("sign-in/", include("allauth.socialaccount.providers.saml.urls")),
    path("sign-in/error", social.login_error, name="socialaccount_login_error"),
    path("sign-in/cancelled", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("profile/second-factor/", include("allauth.mfa.urls")),
    # Names that allauth asks for and pages that the portal does not have.
    path("sign-in/start", to_the_door, name="account_login"),
    path("sign-in/sign-up", to_the_door, name="account_signup"),
    path("sign-in/sign-up-there", to_the_door, name="socialaccount_signup"),
    path(
        "sign-in/forgotten",
        RedirectView.as_view(pattern_name="accounts:forgotten"),
        name="account_reset_password",
    ),
    path(
        "profile/providers",
        RedirectView.as_view(pattern_name="accounts:profile"),
        name="socialaccount_connections",
    ),
    path("profile/address", RedirectView.as_view(pattern_name="accounts:profile"), name="account_email"),
]
