"""The running of it: who is at work, the promises over seven days, what must be put right and who hears of it."""
