/**
 * How long it takes from a word in a MUC until people in a linked room of a real Synapse have it, beside a bare send by a
 * ghost in another room of the same Synapse: what the gateway adds.
 */
import { join } from "node:path";
import { MatrixUser } from "../../deploy/clients/matrix-user.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { startProsody } from "../../deploy/servers/prosody.ts";
import { startSynapse } from "../../deploy/servers/synapse.ts";
import type { BenchContext } from "./context.ts";
import { LeanClient } from "./lean-client.ts";
import type { Goal, Line } from "./lines.ts";
import { registrationFor, startMatrixGateway } from "./matrix-children.ts";
import { enterGhost } from "./matrix-ghost.ts";
import { MatrixListener } from "./matrix-listener.ts";
import { PacedWay } from "./paced-way.ts";
import { percentile } from "./statistics.ts";
import { xmppYaml } from "./xmpp-yaml.ts";

const SERVER = "latency.bench";
const DOMAIN = "matrix-bench.localhost";
const COMPONENT = { domain: `mimi.${DOMAIN}`, secret: "bench-secret" };
const ANNA = { name: "anna", password: "bench" };
const BEN = { name: "ben", password: "bench" };
const WARM_UP = 30;
const ROUNDS = 3;
const courses = [
  { perSecond: 5, messages: 30 },
  { perSecond: 20, messages: 80 },
] as const;

export async function matrixLatencyPart(context: BenchContext): Promise<readonly Line[]> {
  const [listen = 0] = await freePorts(1);
  const prosody = await startProsody({
    folder: join(context.folder, "prosody-matrix"),
    domain: DOMAIN,
    archive: "memory",
    components: [COMPONENT],
    users: [ANNA],
  });
  const synapse = await startSynapse({
    folder: join(context.folder, "synapse"),
    serverName: SERVER,
    registrations: [registrationFor({ serverName: SERVER, listen })],
  });
  const place = { url: synapse.url, serverName: SERVER, listen };
  const gateway = await startMatrixGateway(context, "matrix-latency", place, xmppYaml(prosody, COMPONENT));
  const ben = await MatrixUser.register(synapse, BEN.name, BEN.password);
  const [room, bareRoom] = [await ben.createRoom(), await ben.createRoom()];
  const anna = await LeanClient.connect(
    { port: prosody.ports.c2s, domain: DOMAIN, ...ANNA },
    () => undefined,
  );
  const muc = `linked@${prosody.rooms}`;
  await anna.join(muc, ANNA.name);
  await gateway.operations.link(
    [
      { account: "xmpp", room: muc },
      { account: "matrix", room },
    ],
    null,
  );
  const ghost = await enterGhost(synapse.url, SERVER, [bareRoom]);
  const ways = {
    muc: new PacedWay((number) => anna.say(muc, "muc", number)),
    bare: new PacedWay((number) => ghost.say(bareRoom, "bare", number)),
  };
  const listener = await MatrixListener.start(synapse.url, BEN, (line, number, at) => {
    if (line === "muc" || line === "bare") ways[line].arrived(number, at);
  });
  try {
    const lines: Line[] = [];
    context.progress("XMPP to Matrix, warm-up");
    for (const way of [ways.muc, ways.bare]) await way.sayAll(WARM_UP, 10);
    for (const { perSecond, messages } of courses) {
      const took: number[] = [];
      const bare: number[] = [];
      // By turns, so that whatever else the machine does hits both.
      for (let round = 1; round <= ROUNDS; round++) {
        context.progress(`XMPP to Matrix, ${perSecond} a second, round ${round}`);
        bare.push(...(await ways.bare.sayAll(messages, perSecond)));
        took.push(...(await ways.muc.sayAll(messages, perSecond)));
      }
      lines.push(...linesOf(perSecond, took, bare));
    }
    const none: Goal = { bound: "at most", limit: 0, of: "value" };
    const missing = ways.muc.missing;
    return [...lines, { ...lineOf("XMPP to Matrix: lost", missing, "messages"), goal: none }];
  } finally {
    await listener.stop();
    ghost.close();
    await anna.close();
    await gateway.stop();
    await synapse.stop();
    await prosody.stop();
  }
}

function linesOf(perSecond: number, took: readonly number[], bare: readonly number[]): Line[] {
  const arrival = (share: number, goal: Goal | null): Line => ({
    ...lineOf(
      `XMPP to Matrix, ${perSecond}/s: arrival p${share * 100} (floor: a bare send)`,
      percentile(took, share),
      "ms",
    ),
    floor: percentile(bare, share),
    goal,
  });
  return [arrival(0.5, { bound: "at most", limit: 3, of: "difference" }), arrival(0.99, null)];
}

const lineOf = (what: string, value: number, unit: Line["unit"]): Line => ({
  part: "matrix",
  what,
  value,
  unit,
  floor: null,
  goal: null,
});
