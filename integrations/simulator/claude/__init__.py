"""The Messages API of a small company: counted by the byte, with the cache and the troubles of the real one."""
