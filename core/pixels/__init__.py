"""What the pixelwise jobs share: input terms, masks and statistics over inputs."""
