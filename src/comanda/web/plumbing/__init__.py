"""How bytes come and go: connections, sessions, bodies, streams, files."""
