/** Rows of what a room says, and what the listener takes of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { heardLog } from "../../../support/heard-log.ts";
import { ids, listener, presence, room, said } from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

export interface Row {
  readonly name: string;
  readonly stanzas: readonly string[];
  readonly log: readonly string[];
  /** What is shown and not stored. */
  readonly shown?: readonly string[];
  readonly features?: readonly string[];
}

/** What Alice, or Bob, says with ids of the room's. */
export const alice = (children: string, stanzaId: string, id = "m1"): string =>
  said("Alice", children + ids(stanzaId, "occ-a"), { id });
export const bob = (children: string, stanzaId: string, id = "m1"): string =>
  said("Bob", children + ids(stanzaId, "occ-b"), { id });
/** What a room offers that gives no ids. */
export const noIds = ["http://jabber.org/protocol/muc"];

/** Checks each row in a room of its own, in which Alice is. */
export function hear(rows: readonly Row[]): void {
  for (const { name, stanzas, log, shown, features } of rows)
    void test(`heard: ${name}`, async (t) => {
      const muc = await ScriptedMuc.entered(t, features === undefined ? {} : { features });
      muc.write(
        presence("Alice", listener, { beside: "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='occ-a'/>" }),
      );
      await muc.settled();
      const before = muc.host.raws.length;
      muc.write(...stanzas);
      await muc.settled();
      assert.deepEqual(await heardLog(muc.account, room, muc.host.raws.slice(before)), log);
      if (shown !== undefined) assert.deepEqual(muc.host.shown, shown);
      assert.equal(muc.account.health().state, "up");
    });
}
