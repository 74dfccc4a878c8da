"""What goes into an evidence pack as it is: the program that checks it, and its introduction."""
