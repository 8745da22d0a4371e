// Command predecessor stands in for the node plugins of aws-fsx-csi-driver and azurelustre-csi-driver: it mounts each volume directly at
// its target and keeps no records, as they do. Their images are not on the Go module proxy.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

type plugin struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedNodeServer
	name, node string
}

func (p *plugin) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: p.name, VendorVersion: "stand-in"}, nil
}

func (p *plugin) GetPluginCapabilities(context.Context, *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	return &csi.GetPluginCapabilitiesResponse{}, nil
}

func (p *plugin) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return &csi.ProbeResponse{Ready: wrapperspb.Bool(true)}, nil
}

func (p *plugin) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: p.node}, nil
}

func (p *plugin) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	return &csi.NodeGetCapabilitiesResponse{}, nil
}

// source is the mount source of a PersistentVolume of either driver.
func source(attributes map[string]string) (string, error) {
	if name := attributes["dnsname"]; name != "" {
		return fmt.Sprintf("%s@tcp:/%s", name, attributes["mountname"]), nil
	}
	if address := attributes["mgs-ip-address"]; address != "" {
		return fmt.Sprintf("%s@tcp:/%s", address, attributes["fs-name"]), nil
	}
	return "", errors.New("no file system in volumeAttributes")
}

func (p *plugin) NodePublishVolume(ctx context.Context, r *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	from, err := source(r.GetVolumeContext())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	target := r.GetTargetPath()
	if isMounted(target) {
		return &csi.NodePublishVolumeResponse{}, nil
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	options := strings.Join(append(r.GetVolumeCapability().GetMount().GetMountFlags(), "flock"), ",")
	if output, err := exec.CommandContext(ctx, "mount", "-t", "lustre", "-o", options, from, target).CombinedOutput(); err != nil {
		return nil, status.Errorf(codes.Internal, "mount: %v: %s", err, output)
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

func (p *plugin) NodeUnpublishVolume(_ context.Context, r *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	target := r.GetTargetPath()
	if isMounted(target) {
		if err := syscall.Unmount(target, 0); err != nil {
			return nil, status.Errorf(codes.Internal, "umount %s: %v", target, err)
		}
	}
	if err := os.Remove(target); err != nil && !os.IsNotExist(err) {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

func isMounted(target string) bool {
	table, err := os.ReadFile("/proc/self/mountinfo")
	return err == nil && strings.Contains(string(table), " "+target+" ")
}

func main() {
	name := flag.String("driver-name", "", "name of the driver")
	node := flag.String("nodeid", "", "name of the node")
	socket := flag.String("socket", "/csi/csi.sock", "socket")
	flag.Parse()
	_ = os.Remove(*socket)
	listener, err := net.Listen("unix", *socket)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	both := &plugin{name: *name, node: *node}
	csi.RegisterIdentityServer(server, both)
	csi.RegisterNodeServer(server, both)
	log.Fatal(server.Serve(listener))
}
