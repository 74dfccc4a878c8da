"""Pages of the letterbox: the inbox, what people want of it, and the development mailbox."""
