// Command bare sends a request with net/http alone, which no client is smaller than.
package main

import (
	"fmt"
	"net/http"
)

func main() { fmt.Println(http.Get("https://dms.cn-north-4.myhuaweicloud.com")) }
