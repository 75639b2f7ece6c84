// Command redis serves what Argo CD needs of Redis on a loopback address: keys that expire, publish and subscribe.
// Nothing is kept on disk, as with Argo CD's own Redis. Clients give the password of REDIS_PASSWORD, where that is set.
package main

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// miniredis is made for tests: its keys only expire when it is told that time has passed.
const tick = 100 * time.Millisecond

func main() {
	address := flag.String("address", "", "loopback address and port to listen on, for example 127.0.0.1:6379")
	flag.Parse()
	if err := serve(*address); err != nil {
		fmt.Fprintln(os.Stderr, "redis:", err)
		os.Exit(1)
	}
}

func serve(address string) error {
	listener, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("--address must be an address and a port: %w", err)
	}
	if !listener.Addr().IsLoopback() {
		return fmt.Errorf("%s is not a loopback address", address)
	}
	server := miniredis.NewMiniRedis()
	if password := os.Getenv("REDIS_PASSWORD"); password != "" {
		server.RequireAuth(password)
	}
	if err := server.StartAddr(address); err != nil {
		return err
	}
	fmt.Println("redis listens on", server.Addr())
	passTime(server)
	return nil
}

// passTime never returns.
func passTime(server *miniredis.Miniredis) {
	last := time.Now()
	for now := range time.Tick(tick) {
		server.FastForward(now.Sub(last))
		last = now
	}
}
