/** Two gateways in one room of a real Synapse: everything arrives once everywhere, and nothing goes in circles. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { type GatewayName, gatewaysInOneRoom, type TwoGateways } from "./gateways-in-one-room.ts";

const WITHIN_MS = 30_000;
const PAUSED = /This room is paused/;

const starting = await gatewaysInOneRoom("gateways-in-one-room");

void describe("two gateways in one room", () => {
  let stage: TwoGateways;
  before(async () => {
    stage = await starting();
  });
  after(async () => stage.stop());

  const link = (of: GatewayName, account: string, room: string, group: string | null = null) =>
    stage.gateway[of].operations.link([{ account, room }], group);
  const textsIn = async (room: string): Promise<readonly string[]> =>
    (await stage.anna.messages(room)).map(({ body }) => body);
  /** All texts, those of ghosts included; what stands before a text that is said for somebody is left in. */
  const bodiesIn = (of: GatewayName, room: string): readonly string[] => stage.muc[of].bodies(room);

  interface Place {
    readonly what: string;
    readonly say: (text: string) => Promise<unknown>;
    readonly texts: () => Promise<readonly string[]>;
  }
  const matrix = (room: string): Place => ({
    what: "the Matrix room",
    say: (text) => stage.anna.say(room, text),
    texts: () => textsIn(room),
  });
  const mucOf = (of: GatewayName, room: string): Place => ({
    what: `the MUC of gateway ${of}`,
    say: (text) => stage.muc[of].say(room, text),
    texts: () => Promise.resolve(bodiesIn(of, room)),
  });

  /** Says something at each place, waits for it at all the others, and then that nothing came there twice. */
  async function crossings(round: string, places: readonly Place[]): Promise<void> {
    const said: string[] = [];
    for (const part of ["first", "then"])
      for (const { what, say } of places) {
        const text = `${round}, ${part} said in ${what}`;
        said.push(text);
        await say(text);
        for (const place of places)
          await eventually(`${text}: to stand in ${place.what}`, async () => has(place, text), WITHIN_MS);
      }
    for (const { what, texts } of places) {
      const found = await texts();
      for (const text of said)
        assert.equal(found.filter((one) => one.includes(text)).length, 1, `${what} has it once: ${text}`);
      assert.ok(!found.some((one) => PAUSED.test(one)), `${what} is not paused`);
    }
  }

  const has = async ({ texts }: Place, text: string): Promise<boolean> =>
    (await texts()).some((one) => one.includes(text));
  const told = (place: Place) =>
    eventually(`${place.what} to be told that it is linked`, () => has(place, "now linked with"), WITHIN_MS);

  void it("for groups of their own hear each other's people, and no copy comes back", async () => {
    const room = await stage.room();
    const places = [matrix(room)];
    for (const name of ["one", "two"] as const) {
      const muc = await stage.mucRoom(name, `own-${name}`);
      await stage.gateway[name].operations.link(
        [
          { account: "matrix", room },
          { account: "xmpp", room: muc },
        ],
        null,
      );
      const place = mucOf(name, muc);
      await told(place);
      places.push(place);
    }
    await crossings("of two groups", places);
  });

  void it("for one group: one of them carries the room, the other one stands by until it leaves", async () => {
    const { one, two } = stage.gateway;
    const room = await stage.room();
    const [here, there] = [await stage.mucRoom("one", "here"), await stage.mucRoom("two", "there")];
    const { group } = await link("one", "xmpp", here);
    await link("one", "matrix", room, group);
    await told(mucOf("one", here));
    const question = { group, room: null, uses: 1, lifeMs: 600_000, confirm: false };
    const { code } = await one.operations.federation.createCode(question);
    await two.operations.federation.redeem({ code, as: null, room: { account: "xmpp", room: there } });
    await eventually(
      "the first to say that it carries the room",
      async () => (await stage.anna.state(room, "org.mimi-gateway.carriers")) !== null,
      WITHIN_MS,
    );
    await link("two", "matrix", room, group);
    const faultOf = async () =>
      (await two.operations.status()).bindings.find((binding) => binding.room === room)?.lastError ?? null;
    assert.match(
      await eventually("the second to stand by", faultOf, WITHIN_MS),
      /^one\.test carries this room for the same group: unlink it here, or there$/,
    );
    const places = [matrix(room), mucOf("one", here), mucOf("two", there)];
    await crossings("of one group", places);

    await one.operations.unlink({ account: "matrix", room }, false);
    await eventually("the second to carry it", async () => (await faultOf()) === null, WITHIN_MS);
    await crossings("carried by the other one", places);
  });
});
