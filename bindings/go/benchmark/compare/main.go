// Command compare measures calls, allocations, processor time and the size of programs:
//
//	HWTASKS_EMULATOR=../../../target/release/hwtasks-emulator go run ./compare
//
// Each client has seven runs, which alternate. The figures are medians, and the ratios those of this client
// to the others.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/hwtasks/hwtasks/bindings/go/benchmark"
)

const runs = 7

// figures are those of a call.
type figures struct{ perSecond, cpu, allocations, bytes float64 }

func main() {
	emulator, err := benchmark.StartEmulator()
	if err != nil {
		log.Fatal(err)
	}
	defer emulator.Stop()
	clients, err := emulator.Clients()
	if err != nil {
		log.Fatal(err)
	}
	for _, tasks := range []int{2, 200} {
		instance := fmt.Sprintf("with-%d", tasks)
		if err := emulator.Fill(instance, tasks); err != nil {
			log.Fatal(err)
		}
		calls := 2000
		if tasks > 2 {
			calls = 500
		}
		measured := map[string][]figures{}
		for run := range runs + 1 {
			for _, name := range benchmark.Names {
				one := measure(clients[name], instance, tasks, calls)
				// The first run opens connections.
				if run > 0 {
					measured[name] = append(measured[name], one)
				}
			}
		}
		print(tasks, measured)
	}
	sizes()
}

func measure(list benchmark.List, instance string, tasks, calls int) figures {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, started := processorTime(), time.Now()
	for range calls {
		if found, err := list(context.Background(), instance, tasks); err != nil || found != tasks {
			log.Fatalf("%d tasks: %v", found, err)
		}
	}
	took, spent := time.Since(started), processorTime()-cpu
	runtime.ReadMemStats(&after)
	per := func(total float64) float64 { return total / float64(calls) }
	return figures{
		perSecond: float64(calls) / took.Seconds(), cpu: per(float64(spent.Microseconds())),
		allocations: per(float64(after.Mallocs - before.Mallocs)), bytes: per(float64(after.TotalAlloc - before.TotalAlloc)),
	}
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func median(all []figures, of func(figures) float64) float64 {
	values := make([]float64, len(all))
	for i, one := range all {
		values[i] = of(one)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func print(tasks int, measured map[string][]figures) {
	fmt.Printf("\n%d tasks: medians of %d alternating runs\n\n| client | calls/s | CPU us/call | allocations/call | bytes/call |\n| --- | --- | --- | --- | --- |\n", tasks, runs)
	columns := []func(figures) float64{
		func(f figures) float64 { return f.perSecond }, func(f figures) float64 { return f.cpu },
		func(f figures) float64 { return f.allocations }, func(f figures) float64 { return f.bytes },
	}
	for _, name := range benchmark.Names {
		fmt.Printf("| %s |", name)
		for _, column := range columns {
			fmt.Printf(" %.0f |", median(measured[name], column))
		}
		fmt.Println()
	}
	for _, name := range benchmark.Names[1:] {
		fmt.Printf("| ours : %s |", name)
		for _, column := range columns {
			fmt.Printf(" %.2f |", median(measured["ours"], column)/median(measured[name], column))
		}
		fmt.Println()
	}
}

// sizes builds a program with each client.
func sizes() {
	folder, err := os.MkdirTemp("", "sizes")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	fmt.Printf("\n| program | bytes | beyond hello |\n| --- | --- | --- |\n")
	var hello int64
	for _, name := range []string{"hello", "bare", "ours", "official"} {
		path := filepath.Join(folder, name)
		build := exec.Command("go", "build", "-ldflags=-s -w", "-trimpath", "-o", path, "./size/"+name)
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			log.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			log.Fatal(err)
		}
		if name == "hello" {
			hello = info.Size()
		}
		fmt.Printf("| %s | %d | %d |\n", name, info.Size(), info.Size()-hello)
	}
}
