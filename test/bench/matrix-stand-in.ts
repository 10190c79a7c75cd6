/**
 * A stand-in for a homeserver, FOR LOAD ONLY: a real one takes 50 to 100 messages a second on a small machine, so that it
 * and not the gateway would be measured. It answers from memory as fast as node:http can, checks nothing, and is no proof
 * that anything works at a homeserver: that the tests on a real Synapse show. A child of the bench.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { roomFrom, standInJobForm, type StandInOrder, standInOrderForm, textOf } from "./matrix-job.ts";
import { MatrixPusher, MOST_EVENTS } from "./matrix-pusher.ts";
import { type Answered, StandInRooms } from "./matrix-stand-in-rooms.ts";
import { PERSON_TOKEN, StandInSync } from "./matrix-stand-in-sync.ts";

/** Nothing has come for so long: what is missing is lost. */
const STALLED_MS = 10_000;
const NUMBERED = /"body":"([a-z0-9-]+):(\d+) /;
const PREFIX = /^\/_matrix\/(?:client|media)\/(?:v3|v1\/media|v1)\//;
const VERSIONS: Answered = [200, `{"versions":["v1.1","v1.11","v1.13"]}`];

const job = standInJobForm.parse(JSON.parse(process.argv[2] ?? ""));
const own = job.service === null ? null : new MatrixPusher(job.service, job.hsToken);
const pushers = new Map(own === null || job.service === null ? [] : [[job.service, own]]);

/** What came in each line, by its next number. */
const next = new Map<string, number>();
let arrived = 0;
let faults = 0;
let onArrival: () => void = () => undefined;
/** Answers that are held back; null: none is. */
let held: (() => void)[] | null = null;

const news = new StandInSync();
const rooms = new StandInRooms({
  serverName: job.serverName,
  bot: `@${job.bot}:${job.serverName}`,
  happened: (event) => own?.push(event),
  sent: (_room, content) => {
    news.happened(content);
    const [, line, number] = NUMBERED.exec(content) ?? [];
    if (line === undefined) return;
    if (Number(number) !== (next.get(line) ?? 0)) faults += 1;
    next.set(line, Number(number) + 1);
    arrived += 1;
    onArrival();
  },
});

const server = createServer({ keepAlive: true, noDelay: true }, (request, response) => {
  request.setEncoding("utf8");
  let body = "";
  request.on("data", (text: string) => (body += text));
  request.on("end", () => take(request, response, body));
});
server.keepAliveTimeout = 60_000;
server.listen(job.port, "127.0.0.1", () => process.send?.({ ready: true }));
process.on("message", (message) => void obey(standInOrderForm.parse(message)));

function take(request: IncomingMessage, response: ServerResponse, body: string): void {
  const { method = "", url = "", headers } = request;
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const parts = path.replace(PREFIX, "").split("/").map(decodeURIComponent);
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  const answer = (): void => {
    give(response, path.endsWith("/versions") ? VERSIONS : rooms.answer({ method, parts, query, body }));
  };
  if (parts[0] === "sync" && headers.authorization === `Bearer ${PERSON_TOKEN}`)
    news.ask(query.get("since"), (json) => give(response, [200, json]));
  else if (held !== null && parts[2] === "send") held.push(answer);
  else answer();
}

function give(response: ServerResponse, [status, json]: Answered): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(json),
  });
  response.end(json);
}

async function obey(order: StandInOrder): Promise<void> {
  switch (order.order) {
    case "hold":
      held = [];
      return;
    case "release":
      return release(order.messages);
    case "say":
      return say(order);
  }
}

const saidIn = new Map<number, number>();

async function say(order: Extract<StandInOrder, { order: "say" }>): Promise<void> {
  const { messages, rooms: among, each, people, service } = order;
  const pusher = pushers.get(service) ?? new MatrixPusher(service, job.hsToken);
  pushers.set(service, pusher);
  await pusher.idle();
  pusher.most = each;
  for (let i = 0; i < messages; i++) {
    const room = i % among;
    const number = saidIn.get(room) ?? 0;
    saidIn.set(room, number + 1);
    const body = textOf(`r${room}`, number);
    const content = JSON.stringify({ body, msgtype: "m.text", "m.mentions": {} });
    const person = `@person${room}-${number % people}:${job.serverName}`;
    pusher.push(rooms.event(roomFrom(room, job.serverName), person, "m.room.message", content));
  }
  const start = performance.now();
  await pusher.idle();
  pusher.most = MOST_EVENTS;
  process.send?.({ said: { seconds: (performance.now() - start) / 1_000 } });
}

function release(messages: number): void {
  const start = performance.now();
  const before = arrived;
  let last = start;
  const done = (): void => {
    clearInterval(watch);
    onArrival = () => undefined;
    process.send?.({ sent: { seconds: (last - start) / 1_000, messages: arrived - before, faults } });
  };
  const watch = setInterval(() => {
    if (performance.now() - last > STALLED_MS) done();
  }, 1_000);
  onArrival = () => {
    last = performance.now();
    if (arrived - before === messages) done();
  };
  const answers = held ?? [];
  held = null;
  for (const answer of answers) answer();
}
