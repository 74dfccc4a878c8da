"""Long work: asked for on a page, done in a worker, watched by whoever asked for it."""
