// Command go-module-zip writes the zip of a Go module as the module proxy has it:
//
//	go-module-zip FOLDER MODULE VERSION FILE
package main

import (
	"log"
	"os"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("usage: go-module-zip FOLDER MODULE VERSION FILE")
	}
	folder, path, version, file := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	out, err := os.Create(file)
	if err != nil {
		log.Fatal(err)
	}
	if err := zip.CreateFromDir(out, module.Version{Path: path, Version: version}, folder); err != nil {
		log.Fatal(err)
	}
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
