"""What every request and answer passes: language, policy, limits, odd addresses, errors."""
