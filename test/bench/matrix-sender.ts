/**
 * The floor of sending: a client that says messages in many rooms, the next in each as soon as the last is answered, and
 * keeps nothing. By node:http, or by the library in the same way as the bridge calls it. A child of the bench.
 */
import { Agent, type IncomingMessage, request } from "node:http";
import { text as textFrom } from "node:stream/consumers";
import { z } from "zod";
import { MatrixApi, path } from "../../bridges/matrix/api.ts";
import { MARK } from "../../bridges/matrix/names.ts";
import { roomTo, type SenderJob, senderJobForm, textOf } from "./matrix-job.ts";

const DEVICE = "BENCH";
const sentForm = z.object({ event_id: z.string() });

type Send = (
  room: string,
  transaction: string,
  content: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

const job = senderJobForm.parse(JSON.parse(process.argv[2] ?? ""));
const send = job.by === "http" ? byHttp(job) : byLibrary(job);
process.send?.({ ready: true });
process.on("message", () => void sendAll().then((result) => process.send?.(result)));

let run = 0;

async function sendAll(): Promise<object> {
  run += 1;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const each = job.messages / job.rooms;
  await Promise.all(
    Array.from({ length: job.rooms }, async (_, number) => {
      const room = roomTo(number, "floor");
      for (let i = 0; i < each; i++) {
        const transaction = `${process.pid}-${run}-${number}-${i}`;
        sentForm.parse(await send(room, transaction, contentOf(`f${run}-${number}`, i, transaction)));
      }
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuMicroseconds: user + system };
}

/** What the gateway sends, with a mark of the same length. */
function contentOf(line: string, number: number, key: string): Readonly<Record<string, unknown>> {
  const group = "mimi://matrix.bench.localhost/r/0123456789abcdef0123456789abcdef";
  const mark = { gateway: "bench.localhost", key, group, event: "0".repeat(64) };
  return { msgtype: "m.text", body: textOf(line, number), "m.mentions": {}, [MARK]: mark };
}

function byHttp({ url, token, rooms, as }: SenderJob): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: rooms });
  const query = new URLSearchParams({
    user_id: as,
    device_id: DEVICE,
    "org.matrix.msc3202.device_id": DEVICE,
  }).toString();
  return async (room, transaction, content) => {
    const body = JSON.stringify(content);
    const at = path("rooms", room, "send", "m.room.message", transaction);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const put = request(`${url}/_matrix/client/v3${at}?${query}`, {
      method: "PUT",
      agent,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      },
    });
    put.on("response", resolve).on("error", reject).end(body);
    return JSON.parse(await textFrom(await promise)) as unknown;
  };
}

function byLibrary({ url: homeserver, token: asToken, as }: SenderJob): Send {
  const reach = { answered: () => undefined, unanswered: () => undefined };
  const api = new MatrixApi({ homeserver, asToken }, as, reach);
  return (room, transaction, body) => {
    const at = path("rooms", room, "send", "m.room.message", transaction);
    return api.call({ method: "PUT", path: at, as, device: DEVICE, body });
  };
}
