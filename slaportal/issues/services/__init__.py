"""The acts of an issue's life. Page, API, admin, command and replay call these and nothing else."""
