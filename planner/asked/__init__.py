"""What people ask for: questions understood, requests, peace and quiet, and taking back."""
