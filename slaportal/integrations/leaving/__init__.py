"""Everything about one organization as one file, for leaving or moving."""
