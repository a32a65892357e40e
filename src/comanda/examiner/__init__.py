"""The child process that decodes proofs: bytes come in, facts go out."""
