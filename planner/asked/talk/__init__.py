"""Plain words said to us: the question or ticket they mean, whether they are meant for us, and what is offered."""
