"""The HTTP layer below the handlers: connections, sessions, bodies, streams, files."""
