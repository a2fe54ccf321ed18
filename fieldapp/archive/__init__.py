"""一式三份: what is on paper, set into PDF, sealed and verified."""
