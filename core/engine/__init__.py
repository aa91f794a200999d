"""The driver of all jobs: chunks computed on local threads or on the workers of a cluster."""
