// Program peer-pod-chain takes a container through the code that stands between Kata's shim and the agent of a peer pod:
// cloud-api-adaptor's proxy on the worker, and its interceptor in the machine. The agent behind them only records.
//
//	peer-pod-chain entry PATH...
//	    prints Kata's reading of the direct-assigned volume of each path, a line of JSON each
//	peer-pod-chain create SOURCE...
//	    sends CreateContainer with a bind mount of each source, as Kata's shim does for sources that it neither copies nor
//	    shares; prints a line when it is sent, and one with the request that arrives at the agent
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/confidential-containers/cloud-api-adaptor/src/cloud-api-adaptor/pkg/adaptor/proxy"
	"github.com/confidential-containers/cloud-api-adaptor/src/cloud-api-adaptor/pkg/forwarder/interceptor"
	"github.com/containerd/ttrpc"
	volume "github.com/kata-containers/kata-containers/src/runtime/pkg/direct-volume"
	pb "github.com/kata-containers/kata-containers/src/runtime/virtcontainers/pkg/agent/protocols/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const usage = "usage: peer-pod-chain entry PATH... | create SOURCE..."

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New(usage)
	}
	switch args[0] {
	case "entry":
		return printEntries(args[1:])
	case "create":
		return createContainer(args[1:])
	}
	return errors.New(usage)
}

func printEntries(paths []string) error {
	for _, path := range paths {
		info, err := volume.VolumeMountInfo(path)
		if err != nil {
			return err
		}
		if err := printLine(info); err != nil {
			return err
		}
	}
	return nil
}

// printLine writes a line of JSON to standard output. The logs of the libraries are on standard error.
func printLine(value any) error {
	return json.NewEncoder(os.Stdout).Encode(value)
}

func createContainer(sources []string) error {
	directory, err := os.MkdirTemp("", "peer-pod-chain-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	agentSocket := filepath.Join(directory, "agent.sock")
	if err := serveAgent(ctx, agentSocket); err != nil {
		return err
	}
	address, err := serveInterceptor(ctx, agentSocket)
	if err != nil {
		return err
	}
	client, err := connectProxy(ctx, filepath.Join(directory, proxy.SocketName), address)
	if err != nil {
		return err
	}
	if err := printLine(map[string]string{"event": "sent"}); err != nil {
		return err
	}
	_, err = client.CreateContainer(ctx, requestFor(sources))
	return err
}

func requestFor(sources []string) *pb.CreateContainerRequest {
	mounts := []*pb.Mount{}
	for index, source := range sources {
		destination := fmt.Sprintf("/mnt/%d", index)
		mounts = append(mounts, &pb.Mount{Destination: destination, Source: source, Type: "bind", Options: []string{"rbind", "rslave"}})
	}
	annotations := map[string]string{"io.kubernetes.cri.container-type": "container"}
	spec := &pb.Spec{Mounts: mounts, Linux: &pb.Linux{}, Annotations: annotations}
	return &pb.CreateContainerRequest{ContainerId: "container", OCI: spec}
}

// agent stands for the agent of the machine. It starts no container.
type agent struct {
	pb.AgentServiceService
}

func (agent) CreateContainer(_ context.Context, request *pb.CreateContainerRequest) (*emptypb.Empty, error) {
	sources := []string{}
	for _, mount := range request.OCI.Mounts {
		sources = append(sources, mount.Source)
	}
	created := map[string]any{"event": "created", "sources": sources, "annotations": request.OCI.Annotations}
	return &emptypb.Empty{}, printLine(created)
}

func serveAgent(ctx context.Context, socket string) error {
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	return serve(ctx, listener, func(server *ttrpc.Server) {
		pb.RegisterAgentServiceService(server, agent{})
	})
}

// serveInterceptor serves what the forwarder of the machine serves, without TLS.
func serveInterceptor(ctx context.Context, agentSocket string) (string, error) {
	service := interceptor.NewInterceptor(agentSocket, "/run/netns/podns")
	if err := service.Connect(ctx); err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), serve(ctx, listener, func(server *ttrpc.Server) {
		pb.RegisterAgentServiceService(server, service)
		pb.RegisterHealthService(server, service)
	})
}

func serve(ctx context.Context, listener net.Listener, register func(*ttrpc.Server)) error {
	server, err := ttrpc.NewServer()
	if err != nil {
		return err
	}
	register(server)
	go func() {
		if err := server.Serve(ctx, listener); err != nil && !errors.Is(err, ttrpc.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	return nil
}

// connectProxy starts the proxy of the worker, and connects to it as Kata's shim does.
func connectProxy(ctx context.Context, socket, address string) (pb.AgentServiceService, error) {
	worker := proxy.NewFactory("", nil, time.Minute).New("podvm", socket)
	failed := make(chan error, 1)
	go func() { failed <- worker.Start(ctx, &url.URL{Scheme: "grpc", Host: address}) }()
	select {
	case <-worker.Ready():
	case err := <-failed:
		return nil, err
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	return pb.NewAgentServiceClient(ttrpc.NewClient(conn)), nil
}
