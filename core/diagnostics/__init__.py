"""Installation check: libraries, a self-test, an optional cluster, and the HTML page with the findings."""
