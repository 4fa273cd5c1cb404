"""Who hears of what: whose move it is, up which ladder it goes, and how urgent it is."""
