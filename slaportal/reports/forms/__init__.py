"""What people fill in on the pages of reports."""
"""What people type about reports."""
