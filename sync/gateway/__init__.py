"""OpenRosa: phones with ODK Collect and other clients of its documents fetch our forms here and submit."""
