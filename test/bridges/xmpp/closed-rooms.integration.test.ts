/** Rooms of real servers that do not let everybody in or speak: for members only, moderated, with a password. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import type { Affiliation } from "../../../deploy/clients/xmpp-occupant.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import { startHarness } from "../../support/harness.ts";
import { sharedEjabberd, sharedProsody, temporaryFolder } from "../../support/servers.ts";
import { component, xmppAccount, type XmppServer } from "../conformance/xmpp-conformance.ts";

const folder = temporaryFolder("closed-rooms");
const gatewayJid = `bridge@${component.domain}`;
const people = ["anna", "ben"].map((name) => ({ name, password: `${name}'s password` }));
const prosody = sharedProsody({
  domain: "xmpp.test",
  components: [component],
  archive: "memory",
  users: people,
});
const ejabberd = sharedEjabberd({ domain: "xmpp.test", components: [component] });
const servers: readonly (readonly [name: string, start: () => Promise<XmppServer>])[] = [
  ["Prosody", prosody],
  ["ejabberd", ejabberd],
];

const MEMBERS_ONLY = { "muc#roomconfig_membersonly": "1" };
/** ejabberd gives voice to whoever comes unless it is told otherwise. */
const moderated = (name: string) => ({
  "muc#roomconfig_moderatedroom": "1",
  ...(name === "ejabberd" && { members_by_default: "0" }),
});
const password = (name: string, secret: string) => ({
  "muc#roomconfig_roomsecret": secret,
  ...(name === "ejabberd" && { "muc#roomconfig_passwordprotectedroom": "1" }),
});

for (const [name, start] of servers)
  void describe(`closed rooms on ${name}`, () => {
    let server: XmppServer;
    let gateway: RunningGateway;
    let anna: XmppUser;
    let ben: XmppUser;
    before(async () => {
      server = await start();
      const login = { domain: server.domain, port: server.ports.c2s };
      [anna, ben] = await Promise.all(
        people.map((person) => XmppUser.connect({ ...login, ...person })) as [
          Promise<XmppUser>,
          Promise<XmppUser>,
        ],
      );
      gateway = await startHarness(
        { folder: join(folder, name) },
        [xmppAccount(server)],
        (account, { log, media }) => new XmppAccount(xmppConfig(account), log, media),
      );
    });
    after(async () => {
      await gateway.stop();
      await anna.disconnect();
      await ben.disconnect();
    });

    /** A room of Anna's that is open, and one of Ben's, in which the gateway is what he makes of it. */
    async function rooms(fields: Readonly<Record<string, string>>, affiliation: Affiliation) {
      const [open, closed] = [randomUUID(), randomUUID()].map((id) => `${id}@${server.rooms}`) as [
        string,
        string,
      ];
      await anna.join(open, "anna");
      await ben.join(closed, "ben");
      await ben.configure(closed, fields);
      await ben.grant(closed, gatewayJid, affiliation);
      const both = [open, closed].map((room) => ({ account: "xmpp", room }));
      return { open, closed, link: async () => gateway.operations.link(both, null) };
    }

    /** What Ben hears from others than the gateway itself speaking for itself, as `NICK: TEXT`. */
    const hears = (room: string) =>
      ben
        .messages(room)
        .flatMap(({ nick, body }) =>
          body === null || body.startsWith("This room") ? [] : [`${nick}: ${body}`],
        );

    async function says(open: string, closed: string, line: string): Promise<void> {
      await anna.say(open, "hi");
      await ben.waitFor("the line", () => hears(closed).length > 0, 20_000);
      assert.deepEqual(hears(closed), [line]);
    }

    void it("for members only: the gateway lets its ghosts in, as an admin", async () => {
      const { open, closed, link } = await rooms(MEMBERS_ONLY, "admin");
      assert.deepEqual((await link()).rooms[1]?.warnings ?? [], []);
      await says(open, closed, "anna: hi");
    });

    void it("for members only: it speaks for them itself as a member, and says so where it is linked", async () => {
      const { open, closed, link } = await rooms(MEMBERS_ONLY, "member");
      assert.match((await link()).rooms[1]?.warnings?.[0] ?? "", /^members only: .*an admin/);
      await says(open, closed, "mimi-gateway: <\u2068anna\u2069> hi");
    });

    void it("moderated: the gateway gives its ghosts voice, as a moderator", async () => {
      const { open, closed, link } = await rooms(moderated(name), "admin");
      assert.deepEqual((await link()).rooms[1]?.warnings ?? [], []);
      await says(open, closed, "anna: hi");
    });

    void it("moderated: it speaks for them itself as a member, and says so where it is linked", async () => {
      const { open, closed, link } = await rooms(moderated(name), "member");
      assert.match((await link()).rooms[1]?.warnings?.[0] ?? "", /^moderated: .*a moderator/);
      await says(open, closed, "mimi-gateway: <\u2068anna\u2069> hi");
    });

    void it("with a password: linked once it was given, and entered by ghosts with it", async () => {
      const { open, closed, link } = await rooms(password(name, "open sesame"), "none");
      await assert.rejects(
        link(),
        (thrown) => thrown instanceof GatewayError && /not-authorized.*room-password/.test(thrown.detail),
      );
      const { secrets } = gateway.operations;
      assert.equal((await secrets.roomPassword({ account: "xmpp", room: closed }, "open sesame")).kept, true);
      assert.ok((await secrets.list()).some(({ kind }) => kind === `room-password ${closed}`));
      await link();
      await says(open, closed, "anna: hi");
    });
  });
