"""The two mails that carry a secret: invitation and new password.

They go out by themselves when the transaction ends, not through the outbox: the outbox keeps what it sent for
people to read, and a link that opens an account must not lie there.
"""

import logging
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

logger = logging.getLogger(__name__)
_inliner = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)


def send_on_commit(
    *, kind: str, to: str, context: dict[str, Any], language: str = "en", zone: str = "UTC"
) -> None:
    """Send the mail of templates/emails/account/<kind> to `to` once the transaction is committed.

    A mail server that is down is logged and does not undo the act: the person can ask again.
    """
    with translation.override(language), timezone.override(zone):
        facts = {**context, "vendor": settings.VENDOR_NAME, "language": language}
        subject = " ".join(render_to_string(f"emails/account/{kind}.subject.txt", facts).split())
        message = EmailMultiAlternatives(
            subject=subject, body=render_to_string(f"emails/account/{kind}.txt", facts), to=[to]
        )
        html = render_to_string(f"emails/account/{kind}.html", facts)
        message.attach_alternative(_inliner.inline(html), "text/html")

    def send() -> None:
        try:
            message.send()
        except OSError:
            logger.exception("A mail of kind %s could not be sent.", kind)

    transaction.on_commit(send, robust=True)
