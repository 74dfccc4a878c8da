"""What every address of the API has in common: who calls, how often, what may be asked, how it says no."""
