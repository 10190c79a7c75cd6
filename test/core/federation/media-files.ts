/** A platform's files, and a gateway that asks for them: what the tests of media need of real HTTP. */
import { randomBytes } from "node:crypto";
import { get as httpGet, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { mediaOpener, type MediaOpenerOptions } from "../../../core/federation/serving/open-media.ts";
import { mediaRoute } from "../../../core/federation/routes/media.ts";
import type { MediaId } from "../../../core/ids.ts";
import { inLane } from "../../../core/lanes/lane-key.ts";
import { createLogger } from "../../../core/log.ts";
import type { BindingRow } from "../../../core/store/units/bindings.ts";
import type { NewEvent } from "../../../core/store/units/group-log.ts";
import type { OwnerStage } from "../store/owner-stage.ts";
import { message, type SampleStore } from "../store/sample.ts";
import { serveOdd, TwoGateways } from "./two-gateways.ts";

export const MIB = 1024 * 1024;
export const LARGE = 60 * MIB;
export const octets = randomBytes(3_000);
/** `left`: octets of the large file that have left its server. */
export const large = { left: 0 };

/** A platform's file server; `/whole` knows no ranges. */
export function serveFiles(request: IncomingMessage, response: ServerResponse): void {
  switch (request.url) {
    case "/small": {
      const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
      if (first === undefined) {
        response.writeHead(200, { "content-type": "text/html", "content-length": octets.length }).end(octets);
        return;
      }
      const start = first === "" ? octets.length - Number(last) : Number(first);
      const end = first === "" || last === "" ? octets.length - 1 : Math.min(Number(last), octets.length - 1);
      if (start > end) return void response.writeHead(416).end();
      const range = `bytes ${start}-${end}/${octets.length}`;
      response.writeHead(206, { "content-range": range }).end(octets.subarray(start, end + 1));
      return;
    }
    case "/whole":
      return void response.writeHead(200, { "content-length": octets.length }).end(octets);
    case "/silent":
      response.writeHead(200, { "content-length": 100 });
      return void response.write("x");
    case "/mute":
      return;
    case "/slow":
    case "/endless": {
      response.writeHead(200);
      const many = Buffer.alloc(request.url === "/slow" ? 1 : 64 * 1024);
      const more = setInterval(() => response.write(many), 5);
      return void response.on("close", () => clearInterval(more));
    }
    case "/large": {
      response.writeHead(200, { "content-length": LARGE });
      const piece = Buffer.alloc(64 * 1024, 7);
      large.left = 0;
      const write = (): void => {
        while (large.left < LARGE) {
          large.left += piece.length;
          if (!response.write(piece)) return void response.once("drain", write);
        }
        response.end();
      };
      return write();
    }
    case "/astray":
      return void response.writeHead(302, { location: "http://10.0.0.1/secret" }).end();
    case "/broken":
      return void response.writeHead(502).end();
    default:
      response.writeHead(404).end();
  }
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** False: the connection ended before the file did. */
  readonly whole: boolean;
}

export async function fetchFile(
  both: TwoGateways,
  sent: ReturnType<TwoGateways["signed"]>,
  more: Readonly<Record<string, string>>,
): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { ...sent.headers, ...more };
  const { method, path } = sent;
  httpGet(both.origin, { method, path, headers, agent: false }, resolve).on("error", reject);
  const answer = await promise;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    // It says so by `whole`.
  }
  const { statusCode: status = 0, complete: whole } = answer;
  return { status, headers: answer.headers, body: Buffer.concat(chunks), whole };
}

/** Puts an event that was said in a room into its log. */
export async function sayIn(sample: SampleStore, room: BindingRow, event: NewEvent): Promise<void> {
  await sample.accept(room.id, [event.id]);
  const fence = await sample.claim(inLane(room.id));
  const rows = (await sample.rows(room.id)).map(({ n }) => sample.row(n, [event]));
  await sample.append(fence, room, rows);
  await sample.store.write("releaseLane", fence);
}

export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

export interface Serving {
  readonly both: TwoGateways;
  /** Posts a file of the platform's, and gives the id under which others have it. */
  readonly post: (path: string, change?: { source?: string; type?: string }) => Promise<MediaId>;
  readonly get: (id: string, headers?: Readonly<Record<string, string>>, method?: string) => Promise<Got>;
}

const strangerKey = () => Promise.resolve(null);

/** A platform with its files, and a gateway that gives them to the stage's peer; both end with the test. */
export async function startServing(
  t: TestContext,
  { sample, stage, folder }: { sample: SampleStore; stage: OwnerStage; folder: string },
  change: Partial<MediaOpenerOptions>,
): Promise<Serving> {
  const origin = await serveOdd(t, serveFiles);
  const open = mediaOpener({
    media: { maxBytes: 64 * MIB, allow: ["127.0.0.0/8"] },
    pathOf: (id) => join(folder, id),
    ...change,
  });
  const log = createLogger({ level: "error", bodies: false });
  const both = await TwoGateways.start(t, [mediaRoute({ store: sample.store, open, strangerKey, log })]);
  both.know(both.signer, stage.peer, {});
  const post: Serving["post"] = async (path, { source, type = "image/png" } = {}) => {
    const id = randomBytes(16).toString("base64url") as MediaId;
    const file = { id, account: sample.account.id, source: source ?? origin + path, type, size: null };
    await sayIn(sample, stage.room, { ...message(id), media: [file] });
    return id;
  };
  const get: Serving["get"] = (id, headers = {}, method = "GET") =>
    fetchFile(both, both.signed({ method, path: `/media/${id}` }), headers);
  return { both, post, get };
}
