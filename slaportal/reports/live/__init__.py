"""The dashboard while one looks at it: one reader of the ledger in each process, and a stream to each browser."""
