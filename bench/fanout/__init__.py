"""One event stream, many subscribers: what a delivery costs, beside stock Strawberry."""
