"""What came in from outside, and what goes out to other systems."""

from slaportal.integrations.models.loaded import LoadedLine
from slaportal.integrations.models.mail import InboundMail, ReplyAddress
from slaportal.integrations.models.webhooks import Attempt, Delivery, FeedPlace, WebhookEndpoint

__all__ = [
    "Attempt",
    "Delivery",
    "FeedPlace",
    "InboundMail",
    "LoadedLine",
    "ReplyAddress",
    "WebhookEndpoint",
]
