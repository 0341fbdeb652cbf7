// An S3 server in one process, on loopback, in memory: for tests of state that is kept in a bucket.
// It takes any key, and forgets everything when it ends.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func main() {
	port := flag.Int("port", 9000, "port, on 127.0.0.1")
	bucket := flag.String("bucket", "state", "bucket to make")
	flag.Parse()
	if err := run(*port, *bucket); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(port int, bucket string) error {
	store := s3mem.New()
	if err := store.CreateBucket(bucket); err != nil {
		return err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	return http.ListenAndServe(address, gofakes3.New(store).Server())
}
