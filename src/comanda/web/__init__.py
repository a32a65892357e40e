"""The only HTTP: middleware, sessions, one file per noun, and the stream."""
