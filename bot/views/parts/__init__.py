"""What every surface is put together from: blocks, safe text, moments, items, moves and menus."""
