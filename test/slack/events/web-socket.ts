/** The server's end of a WebSocket (RFC 6455): text frames of any length, no extensions. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const CONTINUATION = 0;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const NORMAL = 1_000;

interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
  readonly length: number;
}

export class WebSocketEnd {
  onText: (text: string) => void = () => undefined;
  /** Once, however it ended. */
  onClose: () => void = () => undefined;
  readonly #stream: Duplex;
  #rest = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #closed = false;

  private constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("data", (chunk: Buffer) => this.#read(chunk));
    stream.on("error", () => this.#end());
    stream.on("close", () => this.#end());
  }

  /** Answers the request to change protocols; null, and the stream is gone, where it is none. */
  static accept(request: IncomingMessage, stream: Duplex): WebSocketEnd | null {
    const key = request.headers["sec-websocket-key"];
    if (request.headers.upgrade?.toLowerCase() !== "websocket" || key === undefined) {
      stream.destroy();
      return null;
    }
    const accept = createHash("sha1").update(`${key}${MAGIC}`).digest("base64");
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    stream.write([...head, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
    return new WebSocketEnd(stream);
  }

  get isOpen(): boolean {
    return !this.#closed;
  }

  send(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  ping(): void {
    this.#write(PING, Buffer.from("Ping from simulator"));
  }

  /** Says goodbye, and closes without waiting for an answer. */
  close(): void {
    const code = Buffer.alloc(2);
    code.writeUInt16BE(NORMAL);
    this.#write(CLOSE, code);
    this.#stream.end();
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.#stream.destroy();
  }

  #write(opcode: number, payload: Buffer): void {
    if (this.#closed) return;
    const { length } = payload;
    let head: Buffer;
    if (length < 126) head = Buffer.from([0x80 | opcode, length]);
    else if (length < 65_536) {
      head = Buffer.from([0x80 | opcode, 126, 0, 0]);
      head.writeUInt16BE(length, 2);
    } else {
      head = Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
      head.writeBigUInt64BE(BigInt(length), 2);
    }
    this.#stream.write(Buffer.concat([head, payload]));
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let frame = readFrame(this.#rest); frame !== null; frame = readFrame(this.#rest)) {
      this.#rest = this.#rest.subarray(frame.length);
      this.#take(frame);
    }
  }

  #take({ opcode, isLast, payload }: Frame): void {
    if (opcode === TEXT || opcode === CONTINUATION) {
      this.#parts.push(payload);
      if (!isLast) return;
      const text = Buffer.concat(this.#parts).toString("utf8");
      this.#parts = [];
      this.onText(text);
    } else if (opcode === PING) this.#write(PONG, payload);
    else if (opcode === CLOSE) {
      this.#write(CLOSE, payload.subarray(0, 2));
      this.#stream.end();
    }
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream.destroy();
    this.onClose();
  }
}

/** The first frame of what has come, unmasked; null: not all of it is there. */
function readFrame(bytes: Buffer): Frame | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  const short = second & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + extra + ((second & 0x80) === 0 ? 0 : 4);
  if (bytes.length < start) return null;
  const size = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + size) return null;
  const payload = Buffer.from(bytes.subarray(start, start + size));
  if ((second & 0x80) !== 0) {
    const mask = bytes.subarray(start - 4, start);
    for (let place = 0; place < size; place += 1) {
      payload[place] = (payload[place] ?? 0) ^ (mask[place % 4] ?? 0);
    }
  }
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload, length: start + size };
}
