"""The encrypted file: the only SQL on the laptop; rows never leave it, values do."""
