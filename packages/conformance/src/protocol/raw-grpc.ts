import { connect, type ClientHttp2Session } from 'node:http2';
import { connect as connectSocket } from 'node:net';

/** Outcome of a raw call: gRPC's status, or the end of the stream without one. */
export interface RawAnswer {
  readonly httpStatus: number;
  readonly grpcStatus: number | undefined;
  readonly message: string;
}

/** Client that writes gRPC frames itself, like clients in other languages: one HTTP/2 connection to a unix socket. */
export class RawGrpc {
  readonly #session: ClientHttp2Session;

  constructor(endpoint: string, authority = 'localhost') {
    const path = endpoint.replace(/^unix:\/\//, '');
    this.#session = connect(`http://${authority}`, { createConnection: () => connectSocket(path) });
    this.#session.on('error', () => {}); // Each call reports it.
  }

  /** Sends these bytes as the request message of a method such as `/csi.v1.Identity/Probe`. */
  call(
    method: string,
    message: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawAnswer> {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    const fixed = { ':method': 'POST', ':path': method, 'content-type': 'application/grpc', te: 'trailers' };
    const stream = this.#session.request({ ...fixed, ...headers });
    let httpStatus = 0;
    let grpcStatus: number | undefined;
    let text = '';
    const note = (received: Readonly<Record<string, unknown>>): void => {
      httpStatus = Number(received[':status'] ?? httpStatus);
      if (received['grpc-status'] !== undefined) grpcStatus = Number(received['grpc-status']);
      if (typeof received['grpc-message'] === 'string') text = decodeURIComponent(received['grpc-message']);
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('data', () => {});
    stream.end(Buffer.concat([prefix, message]));
    return new Promise((resolve) => {
      stream.on('error', () => {});
      stream.on('close', () => resolve({ httpStatus, grpcStatus, message: text }));
    });
  }

  /** Ends the connection at once, with all its calls. */
  close(): void {
    this.#session.destroy();
  }
}
