"""The only SQL: the schema, transactions, and one file per noun."""
