"""Reading mail from strangers: in a process of its own, with the standard library's patient parser."""
