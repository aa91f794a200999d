"""Write sets of files to a folder, with a manifest, a journal and safe names, and list a set's files as inputs."""
