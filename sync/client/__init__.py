"""The laptop's side of the wire."""
