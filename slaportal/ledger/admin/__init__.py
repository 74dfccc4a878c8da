"""To read: what happened, what was told about it, and whether the loops behind it are alive.

The outbox stands here and not with notifications: that app lies below accounts and cannot ask for rights.
"""

from slaportal.ledger.admin.checkpoints import CheckpointAdmin
from slaportal.ledger.admin.events import EventAdmin
from slaportal.ledger.admin.outbox import HeartbeatAdmin, MessageAdmin
from slaportal.ledger.admin.wording import TemplateVersionAdmin

__all__ = ["CheckpointAdmin", "EventAdmin", "HeartbeatAdmin", "MessageAdmin", "TemplateVersionAdmin"]
