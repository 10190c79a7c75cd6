/** One gateway with all platforms as accounts, rooms of each two of them linked, and the ways from one to the other. */
import { findSynapsePython } from "../../deploy/servers/synapse-python.ts";
import { type BenchGateway, startBenchGateway } from "./bench-gateway.ts";
import type { BenchContext } from "./context.ts";
import type { Heard } from "./lean-client.ts";
import { NumberedLine } from "./numbered-line.ts";
import { startPairStandIn, startPairSynapse } from "./pair-matrix.ts";
import type { PairPlatform } from "./pair-platform.ts";
import { startPairSlack } from "./pair-slack.ts";
import { startPairXmpp } from "./pair-xmpp.ts";

/** From one platform to another, in some rooms. */
export interface PairWay {
  readonly from: PairPlatform;
  readonly to: PairPlatform;
  readonly lines: readonly NumberedLine[];
}

export interface PairStage {
  readonly gateway: BenchGateway;
  readonly ways: readonly PairWay[];
  /** To each platform without the gateway, in as many rooms. */
  readonly floors: ReadonlyMap<PairPlatform, readonly NumberedLine[]>;
  stop(): Promise<void>;
}

/** `rooms`: of each platform that are linked with rooms of each other one. Resolves when all are linked. */
export async function setPairStage(context: BenchContext, rooms: number): Promise<PairStage> {
  const lines = new Map<string, NumberedLine>();
  const platforms = await startPlatforms(context, lines, rooms);
  const yaml = platforms.map((platform) => platform.yaml).join("");
  const gateway = await startBenchGateway(context, "pairs", yaml, "open-pace.ts");
  const line = (name: string, say: (name: string, number: number) => void): NumberedLine => {
    const made = new NumberedLine((number) => say(name, number));
    lines.set(name, made);
    return made;
  };
  const wayOf = (from: PairPlatform, to: PairPlatform, natives: readonly string[]): PairWay => ({
    from,
    to,
    lines: natives.map((room, i) =>
      line(nameOf(from, to, i), (name, number) => from.say(room, name, number)),
    ),
  });
  const ways: PairWay[] = [];
  for (const [at, one] of platforms.entries())
    for (const other of platforms.slice(at + 1)) {
      if (one.kind === other.kind) continue;
      context.progress(`linking ${one.title} with ${other.title}`);
      const linked = await linkRooms(gateway, one, other, rooms);
      ways.push(
        wayOf(
          one,
          other,
          linked.map(([room]) => room),
        ),
      );
      ways.push(
        wayOf(
          other,
          one,
          linked.map(([, room]) => room),
        ),
      );
    }
  const floors = new Map<PairPlatform, readonly NumberedLine[]>();
  for (const to of platforms) {
    const bare: NumberedLine[] = [];
    for (let i = 0; i < rooms; i++) {
      const room = await to.makeBareRoom();
      bare.push(line(nameOf(null, to, i), (name, number) => to.sayBare(room, name, number)));
    }
    floors.set(to, bare);
  }
  return {
    gateway,
    ways,
    floors,
    async stop() {
      await gateway.stop();
      for (const platform of platforms) await platform.stop();
    },
  };
}

async function startPlatforms(
  context: BenchContext,
  lines: ReadonlyMap<string, NumberedLine>,
  rooms: number,
): Promise<readonly PairPlatform[]> {
  /** What is said comes back to whoever said it, too: only where it was to arrive it has arrived. */
  const heardAt =
    (account: string): Heard =>
    (name, number, at) => {
      if (name.endsWith(`-${account}`)) lines.get(name)?.arrived(number, at);
    };
  const platforms = [
    await startPairSlack(heardAt("slack")),
    await startPairStandIn(context, heardAt("standin")),
    await startPairXmpp(context, heardAt("xmpp")),
  ];
  if (findSynapsePython() === null) context.progress("there is no Synapse here: its pairs are left out");
  else platforms.push(await startPairSynapse(context, heardAt("synapse"), rooms));
  return platforms;
}

async function linkRooms(
  { operations }: BenchGateway,
  one: PairPlatform,
  other: PairPlatform,
  rooms: number,
): Promise<readonly (readonly [string, string])[]> {
  const linked: (readonly [string, string])[] = [];
  for (let i = 0; i < rooms; i++) {
    const natives = [await one.makeRoom(), await other.makeRoom()] as const;
    const [room, opposite] = natives;
    await operations.link(
      [
        { account: one.account, room },
        { account: other.account, room: opposite },
      ],
      null,
    );
    linked.push(natives);
  }
  return linked;
}

/** Ends with where it arrives. */
const nameOf = (from: PairPlatform | null, to: PairPlatform, room: number): string =>
  `${from === null ? "bare" : from.account}-${room}-${to.account}`;
