"""Each address and the act a person needs for it: a row of slaportal/accounts/permissions.csv, or one of the two words.

A new page does not exist for the tests until it stands here. What the act lets whom do is in permissions.csv; this
table only says which act guards the door.
"""

PUBLIC = "public"  # anybody, signed in or not
SIGNED_IN = "signed in"  # every person, for what is their own

ROUTES: dict[str, str] = {
    "healthz": PUBLIC,
    "accounts:sign-in": PUBLIC,
    "accounts:organization-door": PUBLIC,
    "accounts:sessions": SIGNED_IN,
    "accounts:end-session": SIGNED_IN,
    "accounts:end-other-sessions": SIGNED_IN,
    "account_request_login_code": PUBLIC,
    "account_confirm_login_code": PUBLIC,  # the code in the mail is the key
    "account_inactive": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_logout": PUBLIC,  # ends a sign-in that waits for its second factor, too
    "account_login": PUBLIC,
    "account_signup": PUBLIC,  # leads to the door: nobody signs up
    "account_reset_password": PUBLIC,
    "account_email": PUBLIC,  # leads to the profile
    "openid_connect_login": PUBLIC,
    "openid_connect_callback": PUBLIC,  # the state in the session is the key
    "saml_login": PUBLIC,
    "saml_acs": PUBLIC,  # the signature of the identity provider is the key
    "saml_finish_acs": PUBLIC,
    "saml_sls": PUBLIC,
    "saml_metadata": PUBLIC,
    "socialaccount_login_error": PUBLIC,
    "socialaccount_login_cancelled": PUBLIC,
    "socialaccount_signup": PUBLIC,
    "socialaccount_connections": PUBLIC,  # leads to the profile
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": PUBLIC,  # between password and second factor
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_login_webauthn": PUBLIC,
    "accounts:sign-out": SIGNED_IN,
    "accounts:forgotten": PUBLIC,
    "accounts:new-password": PUBLIC,  # the token in the address is the key
    "accounts:invitation": PUBLIC,  # the secret in the address is the key
    "accounts:theme": PUBLIC,  # light or dark, in a cookie
    "accounts:profile": SIGNED_IN,
    "accounts:password": SIGNED_IN,
    "accounts:tokens": "token.make",  # or token.revoke, to look after those of others
    "accounts:revoke-token": "token.revoke",  # or one's own
    "accounts:switch": SIGNED_IN,
    "accounts:people": "people.read",
    "accounts:revoke-invitation": "people.invite",
    "accounts:person-access": "people.invite",
    "issues:list": "issue.read",
    "issues:save-view": "issue.read",
    "issues:rename-view": "issue.read",
    "issues:remove-view": "issue.read",
    "issues:submit": "issue.submit",
    "issues:similar": "issue.submit",
    "issues:detail": "issue.read",
    "issues:explain": "issue.read",
    "issues:attachment": "issue.read",
    "integrations:webhooks": "webhook.manage",
    "integrations:webhook": "webhook.manage",
    "integrations:webhook-act": "webhook.manage",
    "integrations:delivery": "webhook.manage",
    "integrations:send-again": "webhook.manage",
    "api-schema": PUBLIC,  # what the API is, not what is in it
    "api-reference": PUBLIC,
    "api-not-there": PUBLIC,  # says that there is nothing
    "accounts-api:me": SIGNED_IN,
    "accounts-api:people": "people.read",
    "accounts-api:organizations": "issue.read",
    "issues-api:issues": "issue.read",  # to report one: issue.submit
    "issues-api:issue": "issue.read",
    "issues-api:comments": "comment.read",
    "issues-api:notes": "note.read",
    "issues-api:proposals": "issue.read",
    "issues-api:attachments": "issue.read",
    "issues-api:attachment": "issue.read",
    "issues-api:explain": "issue.read",
    "issues-api:obligations": "issue.read",
    "issues-api:events": "issue.read",
    "policies-api:agreements": "policy.read",
    "policies-api:agreement": "policy.read",
    "policies-api:deadlines": "policy.read",
    "policies-api:calendars": "policy.read",
    "reports-api:reports": "report.read",
    "reports-api:report": "report.read",
    "feedback-api:postmortems": "postmortem.read",
    "feedback-api:satisfaction": "survey.read",
    "escalations-api:escalations": "issue.read",
    "escalations-api:exceptions": "issue.read",
    "escalations-api:request-exception": "exception.request",
    "escalations-api:reason": "escalation.reason",
    "issues-api:act": "issue.read",  # then the right of the act itself, see issues/views/offers.py
    "issues:act": "issue.read",  # then the right of the act itself, see issues/views/offers.py
    "escalations:list": "issue.read",
    "escalations:acknowledge": "escalation.acknowledge",
    "escalations:detail": "issue.read",
    "escalations:act": "issue.read",  # then the right of the act itself
    "escalations:in-hand": PUBLIC,  # the signature in the address is the key
    "escalations:absences": "absence.enter",
    "escalations:end-absence": "absence.enter",
    "escalations:reason": "escalation.reason",
    "escalations:raise": "escalation.raise",
    "escalations:standing": "policy.read",
    "escalations:request-standing": "exception.request",
    "escalations:standing-detail": "policy.read",
    "escalations:answer-standing": "policy.read",  # then the right of the answer itself
    "escalations:request-exception": "exception.request",
    "escalations:evidence": "issue.read",
    "escalations:exception": "issue.read",
    "escalations:answer-exception": "issue.read",  # then the right of the answer itself
    "jobs:list": SIGNED_IN,  # what one asked for oneself
    "jobs:detail": SIGNED_IN,
    "jobs:cancel": SIGNED_IN,
    "jobs:again": SIGNED_IN,
    "feedback:postmortems": "postmortem.read",
    "feedback:postmortem": "postmortem.read",  # the client's version, or with postmortem.analyze the working text
    "feedback:accept-postmortem": "postmortem.accept",
    "feedback:write-postmortem": "postmortem.write",
    "feedback:tick-postmortem": "postmortem.write",
    "feedback:preview-postmortem": "postmortem.analyze",
    "feedback:edition": "postmortem.analyze",
    "feedback:postmortem-act": "postmortem.analyze",  # then the right of the act itself
    "feedback:actions": "postmortem.read",
    "feedback:action": "postmortem.read",  # ending it needs action.update
    "feedback:factors": "postmortem.analyze",
    "feedback:changes": "policy.read",
    "feedback:change-new": "agreement.offer",
    "feedback:change": "policy.read",
    "feedback:change-act": "policy.read",  # then the right of the act itself
    "feedback:what-ifs": "whatif.read",
    "feedback:what-if-new": "whatif.run",
    "feedback:what-if": "whatif.read",
    "feedback:suggestions": "suggestion.read",
    "feedback:suggestion-new": "suggestion.make",
    "feedback:suggestion": "suggestion.read",
    "feedback:suggestion-act": "suggestion.read",  # then the right of the act itself
    "feedback:survey": PUBLIC,  # the signature in the address is the key
    "feedback:results": "survey.read",
    "feedback:follow-ups": "survey.single",
    "feedback:follow-up-done": "survey.follow_up",
    "reports:dashboard": "issue.read",
    "reports:dashboard-now": "issue.read",
    "reports:dashboard-stream": "issue.read",
    "reports:month": "issue.read",
    "reports:wallboards": "wallboard.revoke",  # then wallboard.open for another one
    "reports:revoke-wallboard": "wallboard.revoke",
    "reports:wall": PUBLIC,  # the secret in the address is the key
    "reports:wall-now": PUBLIC,
    "reports:wall-stream": PUBLIC,
    "integrations:leaving": "data.export",
    "integrations:leaving-file": "data.export",
    "integrations:mail-hook": PUBLIC,  # the provider's secret is the key
    "notifications:inbox": SIGNED_IN,
    "notifications:read": SIGNED_IN,
    "notifications:read-all": SIGNED_IN,
    "notifications:preferences": SIGNED_IN,
    "accounts:stand-in": SIGNED_IN,
    "notifications:mailbox": SIGNED_IN,  # one's own mail; administrators all, in trials only
    "notifications:mail": SIGNED_IN,
    "notifications:mail-html": SIGNED_IN,
    "reports:list": "report.read",
    "reports:numbers": "report.read",
    "reports:definitions": SIGNED_IN,
    "reports:definitions-edition": SIGNED_IN,
    "reports:recipients": "report.recipients",
    "reports:draft": "report.read",
    "reports:draft-pdf": "report.read",
    "reports:report": "report.read",
    "reports:write-verdict": "report.review",
    "reports:issue": "report.review",
    "reports:file": "report.read",
    "ledger:checkpoints": "ledger.read",
    "ledger:checkpoint": "ledger.read",
    "ledger:key": PUBLIC,  # the public half
    "audits:list": "audit.read",
    "audits:findings": "audit.read",
    "audits:assign": "audit.read",  # then audit.review or audit.own
    "audits:close": "audit.review",
    "audits:audit": "audit.read",
    "audits:sign": "audit.sign",
    "audits:add-finding": "audit.review",
    "audits:follow-up": "audit.review",
    "audits:make-pack": "audit.pack",
    "audits:pack": "audit.pack",
    "audits:record": "audit.read",  # answering needs audit.review
    "policies:agreement": "policy.read",
    "policies:agreement-detail": "policy.read",
    "policies:calculator": "policy.read",
}
