/** Rooms of a homeserver, a real Synapse or the stand-in for load, with one person who speaks and hears in all of them. */
import { join } from "node:path";
import { z } from "zod";
import { MatrixHttp } from "../../deploy/clients/matrix-http.ts";
import { MatrixUser } from "../../deploy/clients/matrix-user.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { startSynapse } from "../../deploy/servers/synapse.ts";
import type { BenchContext } from "./context.ts";
import type { Heard } from "./lean-client.ts";
import { AS_TOKEN, matrixYaml, registrationFor, startStandIn, urlOf } from "./matrix-children.ts";
import { enterGhost } from "./matrix-ghost.ts";
import { MatrixListener } from "./matrix-listener.ts";
import { MatrixVoice } from "./matrix-voice.ts";
import type { PairPlatform } from "./pair-platform.ts";

const BEN = { name: "ben", password: "bench" };
const loginForm = z.object({ access_token: z.string() });

/** The stand-in checks nothing and keeps nothing: it shows how fast the gateway is, and not what a homeserver takes. */
export async function startPairStandIn(context: BenchContext, heard: Heard): Promise<PairPlatform> {
  const serverName = "standin.pairs.bench";
  const [port = 0, alone = 0, listen = 0] = await freePorts(3);
  const served = await startStandIn(context, "pairs-homeserver", { port, serverName, service: listen });
  const bare = await startStandIn(context, "pairs-floor", { port: alone, serverName, service: null });
  const listeners = [
    await MatrixListener.start(urlOf(port), BEN, heard),
    await MatrixListener.start(urlOf(alone), BEN, heard),
  ];
  const ben = await voiceOf(urlOf(port), { user_id: `@ben:${serverName}` });
  const ghost = new MatrixVoice(urlOf(alone), AS_TOKEN, { user_id: `@_mimi_bare:${serverName}` });
  let rooms = 0;
  const name = (): Promise<string> => {
    rooms += 1;
    return Promise.resolve(`!room${rooms}:${serverName}`);
  };
  return {
    title: "Matrix stand-in",
    kind: "matrix",
    account: "standin",
    yaml: matrixYaml("standin", { url: urlOf(port), serverName, listen }),
    // Whichever room is named is there.
    makeRoom: name,
    say: (room, line, number) => ben.say(room, line, number),
    makeBareRoom: name,
    sayBare: (room, line, number) => ghost.say(room, line, number),
    async stop() {
      for (const listener of listeners) await listener.stop();
      for (const voice of [ben, ghost]) voice.close();
      for (const child of [served, bare]) await child.stop();
    },
  };
}

/** A ghost speaks in the bare rooms, of the same server. */
export async function startPairSynapse(
  { folder }: BenchContext,
  heard: Heard,
  bareRooms: number,
): Promise<PairPlatform> {
  const serverName = "pairs.bench";
  const [listen = 0] = await freePorts(1);
  const synapse = await startSynapse({
    folder: join(folder, "synapse-pairs"),
    serverName,
    registrations: [registrationFor({ serverName, listen })],
  });
  const { url } = synapse;
  const person = await MatrixUser.register(synapse, BEN.name, BEN.password);
  const bare: string[] = [];
  for (let i = 0; i < bareRooms; i++) bare.push(await person.createRoom());
  const ghost = await enterGhost(url, serverName, bare);
  const ben = await voiceOf(url, {});
  const listener = await MatrixListener.start(url, BEN, heard);
  return {
    title: "Synapse",
    kind: "matrix",
    account: "synapse",
    yaml: matrixYaml("synapse", { url, serverName, listen }),
    makeRoom: () => person.createRoom(),
    say: (room, line, number) => ben.say(room, line, number),
    makeBareRoom: () => {
      const room = bare.shift();
      if (room === undefined) throw new Error(`there are ${bareRooms} bare rooms`);
      return Promise.resolve(room);
    },
    sayBare: (room, line, number) => ghost.say(room, line, number),
    async stop() {
      await listener.stop();
      for (const voice of [ben, ghost]) voice.close();
      await synapse.stop();
    },
  };
}

async function voiceOf(url: string, query: Readonly<Record<string, string>>): Promise<MatrixVoice> {
  const { name: user, password } = BEN;
  const login = { type: "m.login.password", identifier: { type: "m.id.user", user }, password };
  const answer = loginForm.parse(await new MatrixHttp(url, null).call("POST", "/v3/login", login));
  return new MatrixVoice(url, answer.access_token, query);
}
