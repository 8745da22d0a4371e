import { Server, ServerCredentials, type MethodDefinition } from '@grpc/grpc-js';

// `empty-server.child.js ADDRESS`: answers NodeGetCapabilities with nothing, without a decoder. No driver on grpc-js can answer
// with less CPU.

const same = (bytes: Buffer): Buffer => bytes;
const nodeGetCapabilities: MethodDefinition<Buffer, Buffer> = {
  path: '/csi.v1.Node/NodeGetCapabilities',
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
};

const server = new Server();
server.addService(
  { nodeGetCapabilities },
  {
    nodeGetCapabilities: (_call: unknown, answer: (error: null, bytes: Buffer) => void) =>
      answer(null, Buffer.alloc(0)),
  },
);
server.bindAsync(process.argv[2] ?? '', ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
