"""One random schema with random data, split over subgraphs at random, beside itself unsplit."""
