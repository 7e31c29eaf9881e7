// Network namespaces without names or mounts: a keeper process holds them by open descriptors, a worker uses them.
#ifndef NAMESPACES_H
#define NAMESPACES_H

// Prints the call and errno's text, and ends the process.
_Noreturn void give_up(const char *call);

// Makes `count` network namespaces, then forks. Returns in the child, the worker; the parent waits for the worker and
// ends with its status. If the parent is killed, so is the worker, and the namespaces vanish with it.
void keep_namespaces(int count);

enum { namespace_path_size = 40 };

// The path by which any process can open the namespace: /proc/KEEPER/fd/NUMBER.
void namespace_path(int index, char path[namespace_path_size]);

// Moves the calling thread into the namespace.
void enter_namespace(int index);

// Gives the namespace what a node has: loopback, forwarding, and an uplink with an address and a default route. Without
// an address the kernel looks at every device for each host route, and the figures would mean nothing.
void make_node(int index);

#endif
