"""What may be asked and answered: the routes' shapes, as programs and `/docs` read them."""
