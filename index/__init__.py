"""Documents in, passages out: reading, chunking, embedding, storing, searching."""
