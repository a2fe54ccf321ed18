"""Item models over values, for the tables of the screens."""
