"""What other systems may read about issues; the same gate as for the pages."""
