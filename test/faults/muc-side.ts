/** MUCs of a Prosody, with their people. */
import { mkdirSync } from "node:fs";
import { startProsody } from "../../deploy/servers/prosody.ts";
import { ACCOUNT } from "./lab.ts";
import { MucPerson, PASSWORD } from "./muc-person.ts";
import type { Side, SideOptions } from "./side.ts";
import { archivedRoom } from "./standing.ts";

const COMPONENT = { domain: "mimi.localhost", secret: "component secret" };

export async function openMucs({ folder, speakers, every }: SideOptions): Promise<Side> {
  mkdirSync(folder);
  const prosody = await startProsody({
    folder,
    domain: "localhost",
    archive: "sql",
    users: speakers.map((name) => ({ name, password: PASSWORD })),
    components: [COMPONENT],
  });
  const service = `xmpp://127.0.0.1:${prosody.ports.component}`;
  return {
    account: { name: ACCOUNT, bridge: "xmpp", service, ...COMPONENT },
    server: prosody,
    rooms: speakers.map((name) => {
      const room = `of-${name}@${prosody.rooms}`;
      return {
        reference: { account: ACCOUNT, room },
        person: new MucPerson({ prosody, room, name, every }),
        read: () => archivedRoom(prosody.readArchive(room)),
      };
    }),
    end: async () => prosody.stop(),
  };
}
