"""What bends libraries below all rooms; knows nothing else of the portal (docs/upstream/)."""
