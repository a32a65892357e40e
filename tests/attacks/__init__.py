"""Tests that try to break in, or to break things."""
