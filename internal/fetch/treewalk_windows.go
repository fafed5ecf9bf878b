package fetch

import "os"

// readFlags open a file to read; no file of this system would be waited for.
const readFlags = os.O_RDONLY
