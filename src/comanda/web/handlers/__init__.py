"""What each request does: one file per noun."""
