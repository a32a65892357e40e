"""Comanda: payment proofs for restaurants, from the waiter's photo to the cashier's verdict."""
