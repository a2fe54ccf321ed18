"""The fictitious county: divisions, families and their answers, all pure functions of a seed."""
