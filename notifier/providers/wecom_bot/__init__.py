"""WeCom smart robots over the long connection: no address of ours has to be reachable from outside."""
