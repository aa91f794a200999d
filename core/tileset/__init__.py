"""Write sets of files to a folder, with a manifest, a journal and safe names, and list them as inputs."""
