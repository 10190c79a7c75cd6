/** MUCs of a real Prosody, with one client that speaks and hears in all of them. */
import { join } from "node:path";
import { startProsody } from "../../deploy/servers/prosody.ts";
import type { BenchContext } from "./context.ts";
import { type Heard, LeanClient } from "./lean-client.ts";
import type { PairPlatform } from "./pair-platform.ts";
import { xmppYaml } from "./xmpp-yaml.ts";

const DOMAIN = "pairs.localhost";
const COMPONENT = { domain: `mimi.${DOMAIN}`, secret: "bench-secret" };
const ANNA = { name: "anna", password: "bench" };

export async function startPairXmpp({ folder }: BenchContext, heard: Heard): Promise<PairPlatform> {
  const prosody = await startProsody({
    folder: join(folder, "prosody-pairs"),
    domain: DOMAIN,
    archive: "memory",
    collector: "generational",
    components: [COMPONENT],
    users: [ANNA],
  });
  const anna = await LeanClient.connect({ port: prosody.ports.c2s, domain: DOMAIN, ...ANNA }, heard);
  let rooms = 0;
  const enter = async (): Promise<string> => {
    rooms += 1;
    const room = `room${rooms}@${prosody.rooms}`;
    await anna.join(room, ANNA.name);
    return room;
  };
  const say = (room: string, line: string, number: number): void => anna.say(room, line, number);
  return {
    title: "MUC",
    kind: "xmpp",
    account: "xmpp",
    yaml: xmppYaml(prosody, COMPONENT),
    makeRoom: enter,
    say,
    makeBareRoom: enter,
    sayBare: say,
    async stop() {
      await anna.close();
      await prosody.stop();
    },
  };
}
