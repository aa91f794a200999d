"""The machine at hand: its processors and memory, the size of chunks, and the threads that compute them."""
