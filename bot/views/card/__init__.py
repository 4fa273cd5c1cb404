"""The approval card in its parts: questions with their answers, several answered at once, and what came of them."""
