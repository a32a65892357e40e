"""The only package with SQL: the schema, transactions, and a file for each noun."""
