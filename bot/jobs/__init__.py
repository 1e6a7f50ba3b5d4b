"""Jobs: what was asked for, the queue they wait in, the one consumer, and the rows they live in."""
