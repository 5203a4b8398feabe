package benchmark

import (
	"fmt"
	"testing"
)

// BenchmarkList lists a page with each client, from one emulator.
func BenchmarkList(b *testing.B) {
	emulator, err := StartEmulator()
	if err != nil {
		b.Skip(err)
	}
	defer emulator.Stop()
	clients, err := emulator.Clients()
	if err != nil {
		b.Fatal(err)
	}
	for _, tasks := range []int{2, 200} {
		instance := fmt.Sprintf("with-%d", tasks)
		if err := emulator.Fill(instance, tasks); err != nil {
			b.Fatal(err)
		}
		for _, name := range Names {
			b.Run(fmt.Sprintf("client=%s/tasks=%d", name, tasks), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if found, err := clients[name](b.Context(), instance, tasks); err != nil || found != tasks {
						b.Fatalf("%d tasks: %v", found, err)
					}
				}
			})
		}
	}
}
