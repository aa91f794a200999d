"""The command parallel-raster: one subcommand per job, made from the public functions of the core."""
