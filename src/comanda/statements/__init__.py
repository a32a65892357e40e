"""Banks' statements: files in several formats come in, movements of the account go out."""
