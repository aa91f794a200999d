"""Runs the chunks of a job on local threads or cluster workers."""
