"""Addresses of sign-in, of one's own account, and of the members of staff."""

from __future__ import annotations

from django.urls import path

from staff.pages import account, login, members, set_up

app_name = "staff"
urlpatterns = [
    path("login/", login.login, name="login"),
    path("login/second/", login.second, name="second"),
    path("login/password/", login.own_password, name="own-password"),
    path("login/set-up/", set_up.first_factor, name="set-up"),
    path("logout/", login.logout, name="logout"),
    path("account/", account.account, name="account"),
    path("account/confirm/", account.confirm, name="confirm"),
    path("account/password/", account.password, name="password"),
    path("account/factors/add/", set_up.another_factor, name="another-factor"),
    path("account/factors/<uuid:factor>/remove/", account.remove_passkey, name="remove-passkey"),
    path("account/recovery-codes/", account.recovery_codes, name="recovery-codes"),
    path("account/sessions/<uuid:sign_in>/end/", account.end_session, name="end-session"),
    path("account/sessions/end-others/", account.end_other_sessions, name="end-other-sessions"),
    path("staff/", members.members, name="members"),
    path("staff/<str:name>/end-sessions/", members.end_sessions, name="end-sessions"),
    path("staff/<str:name>/disable/", members.disable, name="disable"),
]
