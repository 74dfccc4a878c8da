"""Calls of other systems."""

from datetime import UTC, datetime
from typing import Final

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from slaportal.integrations.services import mail

PROVIDERS: Final = {
    "brevo": "anymail.webhooks.brevo.BrevoInboundWebhookView",
    "mailersend": "anymail.webhooks.mailersend.MailerSendInboundWebhookView",
    "mailgun": "anymail.webhooks.mailgun.MailgunInboundWebhookView",
    "mailjet": "anymail.webhooks.mailjet.MailjetInboundWebhookView",
    "mandrill": "anymail.webhooks.mandrill.MandrillCombinedWebhookView",
    "postal": "anymail.webhooks.postal.PostalInboundWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkInboundWebhookView",
    "sendgrid": "anymail.webhooks.sendgrid.SendGridInboundWebhookView",
    "sparkpost": "anymail.webhooks.sparkpost.SparkPostInboundWebhookView",
}


@csrf_exempt
@login_not_required
def mail_hook(request: HttpRequest) -> HttpResponse:
    """Keep the mail that the provider hands over; django-anymail knows how each of them does it and proves itself."""
    path = PROVIDERS.get(settings.INBOUND_HOOK)
    if path is None or not settings.ANYMAIL["WEBHOOK_SECRET"]:
        raise Http404("No mail comes in this way.")
    if request.method == "HEAD":
        return HttpResponse()
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST, HEAD"})
    provider: AnymailCoreWebhookView = import_string(path)()
    provider.setup(request)
    try:
        provider.run_validators(request)
        events = provider.parse_events(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except (AnymailError, ValueError, LookupError, TypeError, AttributeError):
        # What is no call of this provider differs with each of them; none of it may look like a fault of ours.
        return HttpResponse(status=400)
    for number, event in enumerate(events):
        if event.event_type == "inbound":
            mail.spool(
                raw=event.message.as_bytes(),
                way="hook",
                sent_from=event.message.envelope_sender or "",
                sent_to=event.message.envelope_recipient or "",
                key=b"%d:" % number + request.body,
                now=datetime.now(UTC),
            )
    return HttpResponse()
