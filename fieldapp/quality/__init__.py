"""Is it right: rules within a household and across households."""
