/* connection.c is C and C++. */
#include "connection.c"
