module lustre-csi.peer-pod-chain

go 1.25.10

require (
	github.com/confidential-containers/cloud-api-adaptor/src/cloud-api-adaptor v0.21.0
	github.com/containerd/ttrpc v1.2.7
	github.com/kata-containers/kata-containers/src/runtime v0.0.0-20260519201048-cec98e0d976b
	google.golang.org/protobuf v1.36.11
)

require (
	github.com/avast/retry-go/v4 v4.6.1 // indirect
	github.com/containerd/log v0.1.0 // indirect
	github.com/moby/sys/mountinfo v0.7.2 // indirect
	github.com/opencontainers/runtime-spec v1.2.1 // indirect
	github.com/sirupsen/logrus v1.9.4 // indirect
	golang.org/x/sys v0.45.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260401024825-9d38bb4040a9 // indirect
	google.golang.org/grpc v1.80.0 // indirect
)

// The revision that the adaptor names is not on the module proxy; this one has the same protocol.
replace github.com/kata-containers/kata-containers/src/runtime => github.com/kata-containers/kata-containers/src/runtime v0.0.0-20260422184550-8dccf4cf37ae
