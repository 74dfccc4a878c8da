"""Single topics without models and without knowledge of the apps."""
