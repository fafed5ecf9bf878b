module github.com/gosw/gosw/test/hello

go 1.21
