"""The handlers of the routes: a file for each noun."""
