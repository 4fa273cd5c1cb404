"""Whether what was found once is still so: facts checked again, what stands, which clocks run."""
