"""What a proof's file is: its kind, its structure, its metadata, what it shows."""
