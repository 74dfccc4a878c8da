"""Reading issues: facts for the clock, faces of the clocks, lists and timelines."""
