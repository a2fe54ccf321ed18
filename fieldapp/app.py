"""The one place that builds every object, in order, and ends them; the composition root."""
