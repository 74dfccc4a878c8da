"""Who: organizations, people, memberships and what each may do."""
