"""An import on its way: from its file to its last message, and back by undo."""
