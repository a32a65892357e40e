"""Check a proof's file: its kind, its structure, its metadata and its visible content."""
