"""What whole-program tests share: the installed programs, a running gateway or handler, and looks into /proc."""
