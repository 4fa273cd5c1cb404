"""The nouns and their keeping: talks to nothing but the database, guesses nothing."""
