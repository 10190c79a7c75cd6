/** A Prosody with the systems that are compared on it, their rooms, and the people in them. */
import { join } from "node:path";
import { type Prosody, type ProsodyUser, startProsody } from "../../deploy/servers/prosody.ts";
import { type BridgedSystem, type RoomPair, startLinkedGateway, startRelay } from "./bridged-system.ts";
import type { BenchContext } from "./context.ts";
import { LeanClient } from "./lean-client.ts";
import { MessageLine } from "./message-line.ts";

export const systemNames = ["relay", "direct", "queue"] as const;
export type SystemName = (typeof systemNames)[number];

export interface StagedSystem {
  readonly name: SystemName;
  readonly system: BridgedSystem;
  /** One from each pair's first room to its second. */
  readonly lines: readonly MessageLine[];
}

export interface Stage {
  readonly prosody: Prosody;
  readonly systems: readonly StagedSystem[];
  stop(): Promise<void>;
}

const PASSWORD = "bench";
const speaker = (pair: number): ProsodyUser => ({ name: `speaker${pair}`, password: PASSWORD });
const listener = (pair: number): ProsodyUser => ({ name: `listener${pair}`, password: PASSWORD });

/** Resolves when every system is in all its rooms, and every person too. */
export async function setStage(
  context: BenchContext,
  archive: "memory" | "sql",
  pairCount: number,
  names: readonly SystemName[],
): Promise<Stage> {
  const folder = join(context.folder, `prosody-${archive}`);
  const domain = "bench.localhost";
  const numbers = Array.from({ length: pairCount }, (_, i) => i);
  const prosody = await startProsody({
    folder,
    domain,
    archive,
    // Else the rounds that come late in a run would be measured on a slower server than the early ones.
    collector: "generational",
    components: names.map((name) => component(name, archive)),
    users: numbers.flatMap((number) => [speaker(number), listener(number)]),
  });
  const lines = new Map<string, MessageLine>();
  const people = await Promise.all(
    numbers.map(async (number) => {
      const login = { port: prosody.ports.c2s, domain };
      return {
        speaker: await LeanClient.connect({ ...login, ...speaker(number) }, (line, said, at) =>
          lines.get(line)?.reflected(said, at),
        ),
        listener: await LeanClient.connect({ ...login, ...listener(number) }, (line, said, at) =>
          lines.get(line)?.arrived(said, at),
        ),
      };
    }),
  );
  const systems: StagedSystem[] = [];
  for (const name of names) {
    const pairs: RoomPair[] = [];
    for (const [number, person] of people.entries()) {
      const [from, to] = [`${name}-from-${number}`, `${name}-to-${number}`].map(
        (room) => `${room}@${prosody.rooms}`,
      ) as [string, string];
      await person.speaker.join(from, `speaker${number}`);
      await person.listener.join(to, `listener${number}`);
      pairs.push([from, to]);
      const line = `${name}-${number}`;
      lines.set(line, new MessageLine(line, person.speaker, from));
    }
    const system = await start(context, prosody, name, archive, pairs);
    systems.push({ name, system, lines: numbers.map((number) => known(lines, `${name}-${number}`)) });
  }
  return {
    prosody,
    systems,
    async stop() {
      for (const { system } of systems) await system.stop();
      for (const person of people) await Promise.all([person.speaker.close(), person.listener.close()]);
      await prosody.stop();
    },
  };
}

function start(
  context: BenchContext,
  prosody: Prosody,
  name: SystemName,
  archive: string,
  pairs: readonly RoomPair[],
): Promise<BridgedSystem> {
  const own = component(name, archive);
  return name === "relay"
    ? startRelay(context, prosody, own, pairs)
    : startLinkedGateway(context, prosody, own, name, pairs);
}

const component = (name: SystemName, archive: string) => ({
  domain: `${name}-${archive}.bench.localhost`,
  secret: "bench-secret",
});

function known(lines: ReadonlyMap<string, MessageLine>, name: string): MessageLine {
  const line = lines.get(name);
  if (!line) throw new Error(`there is no line ${name}`);
  return line;
}
