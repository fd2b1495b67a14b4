// Command go-peer issues flows with net/http on one processor and prints one line of JSON,
// see bench/README.md.
//
//	go-peer BASE_URL FLOWS WARMUP CONCURRENCY
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// With the default of 100 the collector runs every few milliseconds over a heap of 4 MB.
const gcPercent = 400

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		log.Fatalf("not a number: %s", s)
	}
	return n
}

func seconds(t syscall.Timeval) float64 {
	return float64(t.Sec) + float64(t.Usec)/1e6
}

func usage() (user, system float64) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return seconds(u.Utime), seconds(u.Stime)
}

// run issues `flows` records with `concurrency` goroutines; a request that fails ends the process.
func run(c *client, records []record, flows, concurrency int) {
	var next int64
	var workers sync.WaitGroup
	worker := func() {
		defer workers.Done()
		var answer bytes.Buffer
		for {
			i := atomic.AddInt64(&next, 1) - 1
			if i >= int64(flows) {
				return
			}
			if err := c.flow(&records[i%recordCount], &answer); err != nil {
				log.Fatal(err)
			}
		}
	}
	workers.Add(concurrency)
	for i := 0; i < concurrency; i++ {
		go worker()
	}
	workers.Wait()
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: go-peer BASE_URL FLOWS WARMUP CONCURRENCY")
	}
	flows, warmup, concurrency := number(os.Args[2]), number(os.Args[3]), number(os.Args[4])
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(gcPercent)
	c, err := newClient(os.Args[1], concurrency)
	if err != nil {
		log.Fatal(err)
	}
	records := makeRecords()
	run(c, records, warmup, concurrency)

	user, system := usage()
	start := time.Now()
	run(c, records, flows, concurrency)
	wall := time.Since(start).Seconds()
	userEnd, systemEnd := usage()
	fmt.Printf("{\"peer\":\"go\",\"flows\":%d,\"wall_s\":%.6f,\"user_s\":%.6f,\"sys_s\":%.6f}\n",
		flows, wall, userEnd-user, systemEnd-system)
}
