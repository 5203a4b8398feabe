// Command hello is a program without a client.
package main

import "fmt"

func main() { fmt.Println("hello") }
