// The floor's only answer to trouble.
#ifndef FAIL_H
#define FAIL_H

// Writes a CNI error object that names the call, and errno's text, and ends the process.
_Noreturn void fail(const char *what);

#endif
