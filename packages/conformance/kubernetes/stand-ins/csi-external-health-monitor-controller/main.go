// Command csi-external-health-monitor-controller stands in for the upstream program, which is not on the Go module proxy: it lists the
// volumes of the driver at an interval, and writes a Warning event to the claim of each whose condition is abnormal.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/protobuf/encoding/protowire"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"lustre-csi.kubernetes-suite/stand-ins/internal/driver"
)

const reason = "VolumeConditionAbnormal"

type monitor struct {
	name       string
	controller csi.ControllerClient
	client     kubernetes.Interface
	reported   map[string]string
}

// condition is VolumeCondition of CSI 1.12, which upstream v0.18.0 reads. The library of CSI 1.13 knows it no longer.
type condition struct {
	abnormal bool
	message  string
}

// Field numbers of CSI 1.12: volume_condition in VolumeStatus; abnormal and message in VolumeCondition.
const (
	volumeConditionField = 2
	abnormalField        = 1
	messageField         = 2
)

// eachField calls visit for the fields of an encoded message: the value of a varint, or the bytes of a string or message.
func eachField(encoded []byte, visit func(number protowire.Number, varint uint64, content []byte)) {
	for len(encoded) > 0 {
		number, kind, length := protowire.ConsumeTag(encoded)
		if length < 0 {
			return
		}
		encoded = encoded[length:]
		switch kind {
		case protowire.VarintType:
			var value uint64
			value, length = protowire.ConsumeVarint(encoded)
			visit(number, value, nil)
		case protowire.BytesType:
			var value []byte
			value, length = protowire.ConsumeBytes(encoded)
			visit(number, 0, value)
		default:
			length = protowire.ConsumeFieldValue(number, kind, encoded)
		}
		if length < 0 {
			return
		}
		encoded = encoded[length:]
	}
}

func conditionOf(status *csi.ListVolumesResponse_VolumeStatus) (found condition) {
	eachField(status.ProtoReflect().GetUnknown(), func(number protowire.Number, _ uint64, content []byte) {
		if number != volumeConditionField {
			return
		}
		eachField(content, func(number protowire.Number, varint uint64, content []byte) {
			switch number {
			case abnormalField:
				found.abnormal = varint != 0
			case messageField:
				found.message = string(content)
			}
		})
	})
	return found
}

// conditions returns the conditions of all volumes by handle, over all pages.
func (m *monitor) conditions(ctx context.Context) (map[string]condition, error) {
	found := map[string]condition{}
	for token := ""; ; {
		page, err := m.controller.ListVolumes(ctx, &csi.ListVolumesRequest{StartingToken: token})
		if err != nil {
			return nil, err
		}
		for _, entry := range page.GetEntries() {
			found[entry.GetVolume().GetVolumeId()] = conditionOf(entry.GetStatus())
		}
		if token = page.GetNextToken(); token == "" {
			return found, nil
		}
	}
}

func (m *monitor) check(ctx context.Context) error {
	conditions, err := m.conditions(ctx)
	if err != nil {
		return err
	}
	volumes, err := m.client.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for i := range volumes.Items {
		volume := &volumes.Items[i]
		source, claim := volume.Spec.CSI, volume.Spec.ClaimRef
		if source == nil || source.Driver != m.name || claim == nil {
			continue
		}
		seen := conditions[source.VolumeHandle]
		if seen.abnormal && m.reported[volume.Name] != seen.message {
			if err := m.report(ctx, claim, seen.message); err != nil {
				return err
			}
			m.reported[volume.Name] = seen.message
		}
	}
	return nil
}

func (m *monitor) report(ctx context.Context, claim *corev1.ObjectReference, message string) error {
	now := metav1.Now()
	_, err := m.client.CoreV1().Events(claim.Namespace).Create(ctx, &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: claim.Name + ".", Namespace: claim.Namespace},
		InvolvedObject: *claim,
		Reason:         reason,
		Message:        message,
		Type:           corev1.EventTypeWarning,
		Source:         corev1.EventSource{Component: fmt.Sprintf("csi-pv-monitor-controller-%s", m.name)},
		FirstTimestamp: now,
		LastTimestamp:  now,
		Count:          1,
	}, metav1.CreateOptions{})
	return err
}

func main() {
	csiAddress := flag.String("csi-address", "/run/csi/socket", "socket of the driver")
	address := flag.String("http-endpoint", "", "address of /healthz")
	interval := flag.Duration("monitor-interval", time.Minute, "pause between two looks")
	limit := flag.Duration("timeout", 15*time.Second, "time limit of a look")
	// A second replica writes the same events: nothing leads.
	flag.Bool("leader-election", false, "ignored")
	for _, name := range []string{"namespace", "lease-duration", "renew-deadline", "retry-period"} {
		flag.String("leader-election-"+name, "", "ignored")
	}
	flag.Int("v", 0, "log level")
	flag.Parse()

	config, err := rest.InClusterConfig()
	if err != nil {
		log.Fatal(err)
	}
	connection := driver.Connect(*csiAddress)
	m := &monitor{
		name:       driver.Name(connection),
		controller: csi.NewControllerClient(connection),
		client:     kubernetes.NewForConfigOrDie(config),
		reported:   map[string]string{},
	}
	driver.Serve(*address, func(http.ResponseWriter, *http.Request) {})
	for ; ; time.Sleep(*interval) {
		ctx, cancel := context.WithTimeout(context.Background(), *limit)
		if err := m.check(ctx); err != nil {
			log.Print(err)
		}
		cancel()
	}
}
