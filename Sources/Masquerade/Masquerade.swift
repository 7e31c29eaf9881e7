// Masquerade
