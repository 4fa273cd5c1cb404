"""One matter as it is found: what is proposed about it, what presses, and who wants peace."""
