"""Who: signing in, memberships, invitations, the frame of the pages."""
