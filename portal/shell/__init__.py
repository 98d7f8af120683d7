"""What stands between the network and the application: it waits for slow clients, so that no thread of the application does."""
