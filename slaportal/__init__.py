"""The SLA support portal: one room per section of the agreement."""
