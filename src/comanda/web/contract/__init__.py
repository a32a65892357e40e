"""The shapes of requests and answers, as programs and `/docs` read them."""
