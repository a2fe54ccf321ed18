"""Exchange between laptops, the district server and USB bundles; knows nothing of the field application."""
