// libmnl stand-in
