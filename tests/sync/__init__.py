"""Exchange: the rooms of sync."""
