module github.com/hwtasks/hwtasks/bindings/go

go 1.25
