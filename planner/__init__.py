"""The judgement: given facts and a clock, it decides; it never goes looking."""
