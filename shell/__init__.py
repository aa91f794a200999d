"""The command `parallel-raster`: one subcommand per job, generated from the public functions of the core."""
