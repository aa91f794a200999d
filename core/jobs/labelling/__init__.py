"""Label objects: numbers connected groups of pixels, and measures them. Two passes over the inputs."""
