// Hello says which toolchain built it. README's first command runs it.
package main

import (
	"fmt"
	"runtime"
)

func main() {
	fmt.Printf("hello from a program that %s built for %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
