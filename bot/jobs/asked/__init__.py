"""What people ask: understood, answered where it was asked, and told what came of it."""
