/** A proxy before an HTTP server, on loopback, with which a test decides what becomes of each request and of its answer. */
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import type { Milliseconds } from "../../core/time.ts";
import { freePorts } from "../../deploy/servers/ports.ts";

/** A request as it came, before anything becomes of it. */
export interface SeenRequest {
  readonly method: string;
  /** With the query, as it was written. */
  readonly path: string;
  readonly body: string;
}

export type RequestFault =
  /** Not passed on, and the connection is cut. */
  | { readonly kind: "lost-before" }
  /** Not passed on, and not answered as long as the other side waits. */
  | { readonly kind: "silent" }
  /** Passed on; when the server has answered, the connection is cut. */
  | { readonly kind: "lost-after" }
  /** The connection is cut, and it is passed on only that much later. `arrived`: told when the server has answered. */
  | { readonly kind: "lost-late"; readonly ms: Milliseconds; readonly arrived?: () => void }
  /** Answered in the server's place, and not passed on. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    };

/** What a proxy says whose server is away. */
export const badGateway: RequestFault = {
  kind: "answer",
  status: 502,
  headers: { "content-type": "text/html" },
  body: "<html><body><h1>502 Bad Gateway</h1></body></html>",
};

/** What is said of a connection alone, and not of what is in it. */
const OF_THE_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "content-length"]);

interface Passed {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Answer {
  readonly answer: IncomingMessage;
  readonly said: Buffer;
}

export class HttpProxy {
  /** Without a slash at the end. */
  readonly url: string;
  /** Decides on each request; may be changed at any time. */
  onRequest: (request: SeenRequest) => RequestFault | null = () => null;
  readonly #server: Server;
  readonly #target: () => string;

  private constructor(server: Server, url: string, target: () => string) {
    this.#server = server;
    this.url = url;
    this.#target = target;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      // Whichever side ends first, the other one is cut.
      void this.#take(request, response).catch(() => request.socket.destroy());
    });
  }

  /** `target`: the server's address without a slash at the end, asked for at each request. */
  static async open(target: () => string, port?: number): Promise<HttpProxy> {
    const [free = 0] = port === undefined ? await freePorts(1) : [port];
    // Whoever keeps connections to it for long does not meet one that is ending.
    const server = createServer({ keepAliveTimeout: 120_000 });
    server.listen(free, "127.0.0.1");
    await once(server, "listening");
    return new HttpProxy(server, `http://127.0.0.1:${free}`, target);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/", headers } = request;
    const body = await buffer(request);
    const fault = this.onRequest({ method, path, body: body.toString("utf8") });
    if (fault?.kind === "lost-before") throw new Error("cut");
    if (fault?.kind === "silent") return;
    if (fault?.kind === "answer") {
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    const gone = new AbortController();
    const passOn = (): Promise<Answer> => this.#passOn({ method, path, headers, body }, gone.signal);
    if (fault?.kind === "lost-late") {
      setTimeout(() => void passOn().then(fault.arrived, () => undefined), fault.ms);
      throw new Error("cut");
    }
    response.once("close", () => gone.abort());
    const { answer, said } = await passOn();
    if (fault?.kind === "lost-after") throw new Error("cut");
    response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers)).end(said);
  }

  async #passOn({ method, path, headers, body }: Passed, signal: AbortSignal): Promise<Answer> {
    const onwards = httpRequest(`${this.#target()}${path}`, {
      method,
      headers: { ...passedOn(headers), "content-length": body.length },
      agent: false,
      signal,
    });
    const answered = once(onwards, "response");
    onwards.end(body);
    const [answer] = (await answered) as [IncomingMessage];
    return { answer, said: await buffer(answer) };
  }
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name)));
}
