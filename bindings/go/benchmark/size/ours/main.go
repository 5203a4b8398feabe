// Command ours lists tasks with this client.
package main

import (
	"context"
	"fmt"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
)

func main() {
	client, err := hwtasks.New(hwtasks.WithRegion("cn-north-4"), hwtasks.WithProjectID("p"), hwtasks.WithCredentials(hwtasks.Keys("AK", "SK")))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.Kafka.List(context.Background(), "instance", nil))
	fmt.Println(client.DCS.List(context.Background(), "instance", nil))
}
