// Package driver connects the stand-ins with the CSI socket of a driver.
package driver

import (
	"context"
	"log"
	"net/http"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Connect opens a connection; the driver need not run yet.
func Connect(address string) *grpc.ClientConn {
	connection, err := grpc.NewClient("unix://"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatalf("socket %s: %v", address, err)
	}
	return connection
}

// Name waits for the driver and returns its name.
func Name(connection *grpc.ClientConn) string {
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		info, err := csi.NewIdentityClient(connection).GetPluginInfo(ctx, &csi.GetPluginInfoRequest{}, grpc.WaitForReady(true))
		cancel()
		if err == nil {
			return info.GetName()
		}
		log.Printf("the driver does not answer yet: %v", err)
		time.Sleep(time.Second)
	}
}

// Serve serves /healthz at an address in the background. An empty address serves nothing.
func Serve(address string, healthz http.HandlerFunc) {
	if address == "" {
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", healthz)
	mux.HandleFunc("/healthz/leader-election", healthz)
	go func() { log.Fatal(http.ListenAndServe(address, mux)) }()
}
