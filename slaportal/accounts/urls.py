"""Addresses of the doors, of people and of what each person sets for themselves."""

from django.urls import path

from slaportal.accounts.views import codes, doors, people, self_service, sessions, stand_ins, tokens

app_name = "accounts"
urlpatterns = [
    path("sign-in", doors.sign_in, name="sign-in"),
    path("sign-in/organization", codes.organization_door, name="organization-door"),
    path("sign-out", doors.sign_out, name="sign-out"),
    path("password/forgotten", doors.forgotten, name="forgotten"),
    path("password/new/<str:user_key>/<str:token>", doors.new_password, name="new-password"),
    path("invitation/<str:secret>", doors.invitation, name="invitation"),
    path("people", people.people, name="people"),
    path("people/invitations/<int:pk>/revoke", people.revoke, name="revoke-invitation"),
    path("people/<int:pk>/access", people.access, name="person-access"),
    path("profile", self_service.profile, name="profile"),
    path("profile/password", self_service.password, name="password"),
    path("profile/sessions", sessions.sessions, name="sessions"),
    path("profile/sessions/others/end", sessions.end_others, name="end-other-sessions"),
    path("profile/sessions/<int:pk>/end", sessions.end_session, name="end-session"),
    path("profile/stand-in", stand_ins.stand_in, name="stand-in"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke", tokens.revoke, name="revoke-token"),
    path("switch", self_service.switch, name="switch"),
    path("theme", self_service.theme, name="theme"),
]
