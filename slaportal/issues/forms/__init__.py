"""What people type about issues: the report, and one form for each act."""
