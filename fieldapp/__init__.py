"""The laptop application for household surveys (入户摸底); importing it has no effect."""
