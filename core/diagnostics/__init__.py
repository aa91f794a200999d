"""The check of an installation: libraries, a self-test, a cluster, and the page about them."""
