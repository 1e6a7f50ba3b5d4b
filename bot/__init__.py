"""The Discord side: the client, the queue, the settings and the words. It never imports torch."""
