"""Pages of issues: lists, the report, the page of one issue, and the acts on it."""
