// Command csi-node-driver-registrar stands in for the upstream program, which is not on the Go module proxy. It registers a driver
// with kubelet, and like upstream removes its socket and ends on SIGTERM, after which kubelet unregisters the driver.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"google.golang.org/grpc"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"

	"lustre-csi.kubernetes-suite/stand-ins/internal/driver"
)

type registrar struct {
	registration.UnimplementedRegistrationServer
	name, endpoint string
}

func (r *registrar) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{
		Type: registration.CSIPlugin, Name: r.name, Endpoint: r.endpoint, SupportedVersions: []string{"1.0.0"},
	}, nil
}

func (r *registrar) NotifyRegistrationStatus(_ context.Context, status *registration.RegistrationStatus) (*registration.RegistrationStatusResponse, error) {
	if !status.PluginRegistered {
		log.Fatalf("kubelet refused the registration: %s", status.Error)
	}
	log.Printf("registered %s", r.name)
	return &registration.RegistrationStatusResponse{}, nil
}

func main() {
	csiAddress := flag.String("csi-address", "/run/csi/socket", "socket of the driver")
	endpoint := flag.String("kubelet-registration-path", "", "socket of the driver as kubelet sees it")
	directory := flag.String("plugin-registration-path", "/registration", "directory that kubelet watches")
	address := flag.String("http-endpoint", "", "address of /healthz")
	flag.Int("v", 0, "log level")
	flag.Parse()

	name := driver.Name(driver.Connect(*csiAddress))
	socket := filepath.Join(*directory, name+"-reg.sock")
	_ = os.Remove(socket)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	registration.RegisterRegistrationServer(server, &registrar{name: name, endpoint: *endpoint})
	driver.Serve(*address, func(w http.ResponseWriter, _ *http.Request) {
		if _, err := os.Stat(socket); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		_ = os.Remove(socket)
		os.Exit(0)
	}()
	log.Fatal(server.Serve(listener))
}
