"""The restaurant in pure Python: no I/O, standard library only."""
