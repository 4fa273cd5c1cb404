"""The words sent to a model: texts of ours, a fixed first part, and data that cannot be mistaken for either."""
