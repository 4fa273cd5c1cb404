"""What a model may claim: facts that code numbers and renders, and prose between them that can state none."""
