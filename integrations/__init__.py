"""The outside world, one system per room: it speaks our nouns and knows no database."""
