import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../../bridges/xmpp/occupancy.ts";
import { withPassword } from "../../../bridges/xmpp/room-password.ts";

const inside: Entry = { entered: true, nick: "Ann", created: false };
const kept = (condition: string): Entry => ({ entered: false, condition, detail: "" });

/** What comes of an entry where one password is used, the operator has given another, and the room lets in with a third. */
async function tries({ used, given, opens }: Record<"used" | "given" | "opens", string | null>) {
  const tried: (string | null)[] = [];
  const keeper = {
    password: used,
    askPassword() {
      this.password = given;
      return Promise.resolve(given);
    },
  };
  const entry = await withPassword(keeper, () => {
    tried.push(keeper.password);
    const entry = keeper.password === opens ? inside : kept("not-authorized");
    // Somebody else has asked for the new one while this answer was on its way.
    keeper.password = given;
    return Promise.resolve(entry);
  });
  return { tried, entered: entry.entered };
}

void test("a room is entered again with a password that came since the first try, whoever has asked for it", async () => {
  assert.deepEqual(await tries({ used: "old", given: "new", opens: "new" }), {
    tried: ["old", "new"],
    entered: true,
  });
});

void test("a room is not entered again with the same password, or with none", async () => {
  assert.deepEqual(await tries({ used: "old", given: "old", opens: "new" }), {
    tried: ["old"],
    entered: false,
  });
  assert.deepEqual(await tries({ used: "old", given: null, opens: "new" }), {
    tried: ["old"],
    entered: false,
  });
});

void test("a room that is closed for another reason is not asked with another password", async () => {
  const keeper = { password: "old", askPassword: () => assert.fail("the password is not the reason") };
  assert.deepEqual(await withPassword(keeper, () => Promise.resolve(kept("forbidden"))), kept("forbidden"));
});
