"""The examiner: what it finds out about a file, and its process with its limits."""
