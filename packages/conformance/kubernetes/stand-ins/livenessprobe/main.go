// Command livenessprobe stands in for the upstream program, which is not on the Go module proxy: /healthz calls Probe of the driver.
package main

import (
	"context"
	"flag"
	"net/http"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"

	"lustre-csi.kubernetes-suite/stand-ins/internal/driver"
)

func main() {
	csiAddress := flag.String("csi-address", "/run/csi/socket", "socket of the driver")
	address := flag.String("http-endpoint", "", "address of /healthz")
	limit := flag.Duration("probe-timeout", time.Second, "time limit of a probe")
	flag.Int("v", 0, "log level")
	flag.Parse()

	identity := csi.NewIdentityClient(driver.Connect(*csiAddress))
	driver.Serve(*address, func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), *limit)
		defer cancel()
		answer, err := identity.Probe(ctx, &csi.ProbeRequest{})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if ready := answer.GetReady(); ready != nil && !ready.GetValue() {
			http.Error(w, "driver is not ready", http.StatusInternalServerError)
		}
	})
	select {}
}
