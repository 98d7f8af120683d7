"""From a folder to a running portal: preparation, server, workers, the process that does what is due."""
