"""Mail in: kept first, read later, posted only as somebody who surely wrote it."""

from slaportal.integrations.services.mail.handling import dismiss, handle_waiting, retry
from slaportal.integrations.services.mail.replying import reply_address
from slaportal.integrations.services.mail.spooling import spool

__all__ = ["dismiss", "handle_waiting", "reply_address", "retry", "spool"]
