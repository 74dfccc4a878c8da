"""What people type to say what they think."""
